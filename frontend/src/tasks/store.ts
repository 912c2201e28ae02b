import { Observed } from "@/client/observed";
import { accountOfPage, RequestFailed } from "@/client/request";
import { uuid } from "@/client/uuid";
import { reasonInWords } from "@/client/words";

import { type Board, EMPTY, tagsWith } from "./board";
import * as api from "./client";
import { Drafts, type Kept, shared, withOne, type Written } from "./drafts";
import { asked, changed, confirmed, extended, merged, refused, shown } from "./entries";
import { type Filter, PAGE } from "./filter";
import { failureInWords, newsOf, type Operation, operation, sendOperation } from "./operations";
import { Outbox } from "./outbox";
import type { Fields, Patch, Task } from "./task";

/** The task list of a page: shows every change at once, sends them in order, and takes back what the server refuses. */
export class TaskStore extends Observed<Board> {
  readonly drafts = new Drafts();
  #outbox = new Outbox();
  #loads = 0;
  #confirmed = 0;

  constructor(filter: Filter) {
    super({ ...EMPTY, filter });
  }

  writeLine(line: string): void {
    this.drafts.keep({ line });
  }

  /** What an editor holds that is not saved; null throws it away. */
  writeEdit(id: string, written: Written | null): void {
    const edits = withOne(this.state.edits, id, written);
    this.drafts.keep({ edits });
    this.set({ edits });
  }

  /** Back online, or looked at again: send what waits, and fetch what others changed. */
  readonly wake = (): void => {
    this.#outbox.wake();
    void this.load();
  };

  /** Fetch the list anew, with another filter where one is given; as many as are shown. Of several at once, the last one counts. */
  async load(filter: Filter = this.state.filter): Promise<void> {
    const load = (this.#loads += 1);
    const known = this.#confirmed;
    const count = filter === this.state.filter ? this.state.entries.length : 0;
    this.set({ filter, refreshing: true });
    try {
      void this.drafts.open(await accountOfPage(), this.#inherit);
      const [page, tags] = await Promise.all([api.listTasks(filter, null, Math.max(count, PAGE)), api.listTags()]);
      if (load !== this.#loads) return;
      // The server may have answered before it knew of a change that it has confirmed since.
      if (known !== this.#confirmed) {
        await this.load();
        return;
      }
      const entries = merged(this.state.entries, page.items, this.state.undoable?.task.id);
      this.set({ status: "ready", refreshing: false, failure: "", entries, cursor: page.next_cursor, tags });
    } catch (problem) {
      if (load !== this.#loads) return;
      const status = this.state.status === "ready" ? "ready" : "failed";
      this.set({ status, refreshing: false, failure: reasonInWords(problem) });
    }
  }

  /** Fetch the tasks after those shown. */
  async extend(): Promise<void> {
    const { cursor, filter } = this.state;
    const load = this.#loads;
    if (cursor === null) return;
    try {
      const page = await api.listTasks(filter, cursor);
      if (load !== this.#loads) return;
      this.set({ entries: extended(this.state.entries, page.items), cursor: page.next_cursor, failure: "" });
    } catch (problem) {
      this.set({ failure: `More tasks could not be loaded. ${reasonInWords(problem)}` });
    }
  }

  /** Add a task, as soon as that can be; false when it was refused, so that its text can be offered again. */
  async add(fields: Fields): Promise<boolean> {
    this.set({ problem: "" });
    return this.#perform(operation("add", { ...fields, id: uuid(), done: false }));
  }

  /** Change a task, as soon as that can be, in an editor where that is what it has `written`. False where it was refused. */
  async change(task: Task, patch: Patch, written: Written | null = null): Promise<boolean> {
    this.set({ problem: "", ...(patch.done === true && { undoable: { kind: "done", task, written: null } }) });
    return this.#perform(operation("change", task, patch, written));
  }

  /** Delete a task; it can be brought back for a while, with what an editor held of it. */
  async remove(task: Task): Promise<void> {
    this.set({ problem: "", undoable: { kind: "deleted", task, written: this.state.edits[task.id] ?? null } });
    this.writeEdit(task.id, null);
    await this.#perform(operation("delete", task));
  }

  /** Take the last deletion or completion back; the id of the task. */
  undo(): string | null {
    const { undoable } = this.state;
    if (!undoable) return null;
    const { kind, task, written } = undoable;
    this.set({ undoable: null, problem: "" });
    if (written) this.writeEdit(task.id, written);
    void (kind === "deleted" ? this.#perform(operation("restore", task)) : this.#reopen(task));
    return task.id;
  }

  async #reopen(task: Task): Promise<void> {
    const isHidden = !shown(this.state.entries).some(({ id }) => id === task.id);
    this.set({ entries: changed(this.state.entries, task.id, (entry) => ({ ...entry, removed: false })) });
    await this.change(task, { done: false });
    // A list that was fetched meanwhile had it no more: it goes to its place.
    if (isHidden) await this.load();
  }

  /** Undoing is not offered any longer. */
  readonly letGo = (): void => {
    this.set({ undoable: null });
  };

  readonly refuse = (problem: string): void => {
    this.set({ problem, failure: "" });
  };

  /** Take up what a page that is gone has left; what is being typed here by now is not disturbed. */
  readonly #inherit = (left: Kept, coming: boolean): Kept => {
    const own = this.drafts.kept;
    const { took, rest } = shared(left, own, coming);
    this.drafts.keep(took);
    this.set({ edits: took.edits, ...(took.line !== own.line && { line: took.line }) });
    void this.#resume(left.operations);
    return rest;
  };

  async #resume(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return;
    await Promise.all(operations.map((each) => this.#perform(each)));
    await this.load();
  }

  /** Show what is asked for, and ask for it until it is confirmed or refused; kept meanwhile. False where it was refused. */
  #perform(what: Operation): Promise<boolean> {
    const { id } = what.task;
    this.drafts.keep({ operations: [...this.drafts.kept.operations, what] });
    this.set({ entries: asked(this.state.entries, what) });
    const onWait = (waiting: boolean) => {
      this.set({ entries: changed(this.state.entries, id, (entry) => ({ ...entry, waiting })) });
    };
    return this.#outbox.inOrder(id, async () => {
      try {
        // What came before it may have shown that there is no such task.
        if (!this.state.entries.some(({ task }) => task.id === id)) this.#forget(what);
        else this.#confirm(what, await this.#outbox.insist(() => sendOperation(what), onWait));
        return true;
      } catch (failure) {
        return this.#refuse(what, failure);
      }
    });
  }

  #confirm(what: Operation, task: Task): void {
    this.#forget(what);
    this.#confirmed += 1;
    this.set({ entries: confirmed(this.state.entries, what, task), news: newsOf(what, task), tags: tagsWith(this.state, task.tags) });
    // What was written since is still to be saved.
    if (what.written && JSON.stringify(this.state.edits[task.id]) === JSON.stringify(what.written)) this.writeEdit(task.id, null);
  }

  #refuse(what: Operation, failure: unknown): boolean {
    // This page is about to go: what was asked for stays for the next one of the same account.
    if (failure instanceof RequestFailed && failure.isNotOurs) return true;
    this.#forget(what);
    this.#confirmed += 1;
    const { id } = what.task;
    const isGone = what.kind === "add" || (failure instanceof RequestFailed && failure.status === 404);
    const { undoable } = this.state;
    this.set({
      entries: refused(this.state.entries, what, isGone),
      problem: failureInWords(what, reasonInWords(failure)),
      undoable: undoable?.task.id === id ? null : undoable,
    });
    return false;
  }

  /** It need not be kept any longer. */
  #forget(what: Operation): void {
    this.drafts.keep({ operations: this.drafts.kept.operations.filter((each) => each !== what) });
  }
}
