import { Observed } from "@/client/observed";
import { RequestFailed } from "@/client/request";
import { reasonInWords } from "@/client/words";

import { type Board, EMPTY, tagsWith } from "./board";
import { isSaved } from "./changes";
import * as api from "./client";
import { type Drafts, type Unsent, withOne, type Written } from "./drafts";
import { changed, type Entry, entryOf, extended, merged, type ShownTask } from "./entries";
import { type Filter, PAGE } from "./filter";
import { type Change, newKey, Outbox } from "./outbox";
import { Queues } from "./queues";
import type { Fields, Patch } from "./task";

const NOTHING: Fields = { title: "", notes: "", priority: "normal", due_date: null, tags: [] };

/** The task list of a page: shows every change at once, sends them in order, and takes back what the server refuses. */
export class TaskStore extends Observed<Board> {
  #queues = new Queues();
  #gone = new Set<string>();
  #loads = 0;
  #confirmed = 0;
  #outbox = new Outbox();

  constructor(filter: Filter) {
    super({ ...EMPTY, filter });
  }

  /** Take up what was typed before: to be gone on with, or still to be sent. */
  open(drafts: Drafts): void {
    this.#outbox.drafts = drafts;
    for (const [id, written] of Object.entries(this.state.edits)) drafts.writeEdit(id, written);
    const [line, edits] = [drafts.line(), drafts.edits()];
    // Mostly there is nothing; then the rows need not be drawn again.
    if (line || Object.keys(edits).length > 0) this.set({ line, edits });
    for (const [key, unsent] of drafts.unsent()) void this.#resume(key, unsent);
  }

  /** What an earlier page could not send. */
  async #resume(key: string, { id, title, patch }: Unsent): Promise<void> {
    this.#outbox.drafts?.send(key, null);
    if (id === null) {
      await this.add({ ...NOTHING, ...patch, title });
      return;
    }
    try {
      const saved = await this.#queues.add(id, () => this.#send(id, { id, title, patch }, () => api.changeTask(id, patch)));
      const written = this.state.edits[id];
      if (written && isSaved(saved, written)) this.writeEdit(id, null);
      await this.load();
    } catch (failure) {
      this.set({ problem: `“${title}” was not changed. ${reasonInWords(failure)}` });
    }
  }

  writeLine(text: string): void {
    this.#outbox.drafts?.writeLine(text);
  }

  /** What an editor holds that is not saved; null throws it away. */
  writeEdit(id: string, written: Written | null): void {
    this.#outbox.drafts?.writeEdit(id, written);
    this.set({ edits: withOne(this.state.edits, id, written) });
  }

  /** Back online, or looked at again: send what waits, and fetch what others changed. */
  readonly wake = (): void => {
    this.#outbox.wake();
    void this.load();
  };

  /** Fetch the list anew, with another filter where one is given; as many as are shown. Of several at once, the last one counts. */
  async load(filter: Filter = this.state.filter): Promise<void> {
    const load = (this.#loads += 1);
    const confirmed = this.#confirmed;
    const shown = filter === this.state.filter ? this.state.entries.length : 0;
    this.set({ filter, refreshing: true });
    try {
      const [page, tags] = await Promise.all([api.listTasks(filter, null, Math.max(shown, PAGE)), api.listTags()]);
      if (load !== this.#loads) return;
      // The server may have answered before it knew of a change that it has confirmed since.
      if (confirmed !== this.#confirmed) {
        await this.load();
        return;
      }
      const entries = merged(this.state.entries, page.items, this.state.undoable?.key);
      this.set({ status: "ready", refreshing: false, problem: "", entries, cursor: page.next_cursor, tags });
    } catch (problem) {
      if (load !== this.#loads) return;
      const status = this.state.status === "ready" ? "ready" : "failed";
      this.set({ status, refreshing: false, problem: reasonInWords(problem) });
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
      this.set({ entries: extended(this.state.entries, page.items), cursor: page.next_cursor, problem: "" });
    } catch (problem) {
      this.set({ problem: `More tasks could not be loaded. ${reasonInWords(problem)}` });
    }
  }

  /** Add a task, as soon as that can be; false when it was refused, so that its text can be offered again. */
  async add(fields: Fields): Promise<boolean> {
    const key = newKey();
    const draft: Entry = { ...entryOf({ ...fields, id: key, done: false }), key };
    this.set({ entries: [draft, ...this.state.entries], problem: "" });
    return this.#enqueue(key, async () => {
      try {
        const task = await this.#send(key, { id: null, title: fields.title, patch: fields }, () => api.createTask(fields));
        // A list that was fetched meanwhile may hold it already.
        this.set({ entries: this.state.entries.filter((each) => each.task.id !== task.id) });
        this.#change(key, (entry) => ({ ...entry, task }), { news: `Added: ${task.title}`, tags: tagsWith(this.state, task.tags) });
      } catch (problem) {
        // Kept for the next session, which sends it: given back to the line, it would be added twice.
        if (problem instanceof RequestFailed && problem.isNotOurs) return;
        this.#change(key, () => null, { problem: `“${fields.title}” was not added. ${reasonInWords(problem)}` });
        throw problem;
      }
    });
  }

  /** Change a task, as soon as that can be; one that is gone on the server leaves the list. False where it was refused. */
  async change(task: ShownTask, patch: Patch): Promise<boolean> {
    const without = (entry: Entry) => ({ ...entry, pending: entry.pending.filter((each) => each !== patch) });
    this.#change(task.key, (entry) => ({ ...entry, pending: [...entry.pending, patch] }), {
      problem: "",
      ...(patch.done === true && { undoable: { kind: "done", key: task.key, title: task.title } as const }),
    });
    return this.#enqueue(task.key, async (id) => {
      try {
        const saved = await this.#send(task.key, { id, title: task.title, patch }, () => api.changeTask(id, patch));
        const news = `${patch.done === undefined ? "Saved" : patch.done ? "Done" : "Open again"}: ${saved.title}`;
        this.#change(task.key, (entry) => ({ ...without(entry), task: saved }), { news, tags: tagsWith(this.state, saved.tags) });
      } catch (failure) {
        const gone = failure instanceof RequestFailed && failure.status === 404;
        const problem = `“${task.title}” was not changed. ${reasonInWords(failure)}`;
        this.#change(task.key, (entry) => (gone ? null : without(entry)), { problem });
        throw failure;
      }
    });
  }

  /** Delete a task; it can be brought back for a while. */
  async remove({ key, title }: ShownTask): Promise<void> {
    this.#change(key, (entry) => ({ ...entry, removed: true }), { problem: "", undoable: { kind: "deleted", key, title } });
    await this.#enqueue(key, async (id) => {
      try {
        await api.deleteTask(id);
        this.#gone.add(key);
        this.set({ news: `Deleted: ${title}` });
      } catch (failure) {
        const problem = `“${title}” was not deleted. ${reasonInWords(failure)}`;
        this.#change(key, (entry) => ({ ...entry, removed: false }), { problem, undoable: this.#offeredBeside(key) });
      }
    });
  }

  /** Take the last deletion or completion back; the key of the task. */
  undo(): string | null {
    const { undoable } = this.state;
    if (!undoable) return null;
    const { kind, key, title } = undoable;
    this.set({ undoable: null });
    const entry = this.state.entries.find((each) => each.key === key);
    if (kind === "deleted") void this.#restore(key, title);
    else if (entry) void this.#reopen(entry, title);
    return entry ? key : null;
  }

  async #reopen({ key, task, removed }: Entry, title: string): Promise<void> {
    this.#change(key, (entry) => ({ ...entry, removed: false }));
    await this.change({ ...task, key, title, saving: false, waiting: false }, { done: false });
    // A list that was fetched meanwhile had it no more: it goes to its place.
    if (removed) await this.load();
  }

  async #restore(key: string, title: string): Promise<void> {
    this.#change(key, (entry) => ({ ...entry, removed: false }), { problem: "" });
    await this.#enqueue(key, async (id) => {
      // Deleting it may have failed just before.
      if (!this.#gone.delete(key)) return;
      try {
        const task = await api.restoreTask(id);
        this.#change(key, (entry) => ({ ...entry, task }), { news: `Back again: ${title}` });
      } catch (failure) {
        const problem = `“${title}” could not be brought back. ${reasonInWords(failure)}`;
        this.#change(key, (entry) => ({ ...entry, removed: true }), { problem });
      }
    });
  }

  /** Undoing is not offered any longer. */
  readonly letGo = (): void => {
    this.set({ undoable: null });
  };

  readonly refuse = (problem: string): void => {
    this.set({ problem });
  };

  /** Do something about a task after all that is under way about it. False where it failed, or the task is no more. */
  #enqueue(key: string, work: (id: string) => Promise<void>): Promise<boolean> {
    const count = (by: number) => {
      this.#change(key, (entry) => ({ ...entry, saving: entry.saving + by }));
    };
    count(1);
    return this.#queues.add(key, async () => {
      const entry = this.state.entries.find((each) => each.key === key);
      if (!entry) return false;
      const worked = await work(entry.task.id).then(
        () => true,
        () => false,
      );
      count(-1);
      this.#confirmed += 1;
      return worked;
    });
  }

  #send<T>(key: string, what: Change, work: () => Promise<T>): Promise<T> {
    return this.#outbox.send(what, work, (waiting) => {
      this.#change(key, (entry) => ({ ...entry, waiting }));
    });
  }

  #change(key: string, change: (entry: Entry) => Entry | null, also: Partial<Board> = {}): void {
    this.set({ ...also, entries: changed(this.state.entries, key, change) });
  }

  #offeredBeside(key: string): Board["undoable"] {
    return this.state.undoable?.key === key ? null : this.state.undoable;
  }
}
