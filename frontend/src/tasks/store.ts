import { Observed } from "@/client/observed";
import { RequestFailed } from "@/client/request";
import { reasonInWords } from "@/client/words";

import { type Board, EMPTY, tagsWith } from "./board";
import * as api from "./client";
import { changed, type Entry, entryOf, extended, merged, type ShownTask } from "./entries";
import type { Filter } from "./filter";
import { Queues } from "./queues";
import type { Fields, Patch } from "./task";

/** The task list of a page: shows every change at once, sends them in order, and takes back what the server refuses. */
export class TaskStore extends Observed<Board> {
  #queues = new Queues();
  #gone = new Set<string>();
  #loads = 0;
  #drafts = 0;

  constructor(filter: Filter) {
    super({ ...EMPTY, filter });
  }

  /** Fetch the list anew, with another filter where one is given. Of several at once, the last one counts. */
  async load(filter: Filter = this.state.filter): Promise<void> {
    const load = (this.#loads += 1);
    this.set({ filter, refreshing: true, problem: "" });
    try {
      const [page, tags] = await Promise.all([api.listTasks(filter), api.listTags()]);
      if (load !== this.#loads) return;
      const entries = merged(this.state.entries, page.items);
      this.set({ status: "ready", refreshing: false, entries, cursor: page.next_cursor, tags });
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

  /** Add a task; false when it was taken back, so that its text can be offered again. */
  async add(fields: Fields): Promise<boolean> {
    const key = `draft-${String((this.#drafts += 1))}`;
    const draft: Entry = { ...entryOf({ ...fields, id: key, done: false }), key };
    this.set({ entries: [draft, ...this.state.entries], problem: "" });
    return this.#enqueue(key, async () => {
      try {
        const task = await api.createTask(fields);
        this.#change(key, (entry) => ({ ...entry, task }), { news: `Added: ${task.title}`, tags: tagsWith(this.state, task.tags) });
      } catch (problem) {
        this.#change(key, () => null, { problem: `“${fields.title}” was not added. ${reasonInWords(problem)}` });
        throw problem;
      }
    });
  }

  /** Change a task; one that is gone on the server leaves the list. */
  async change(task: ShownTask, patch: Patch): Promise<void> {
    const without = (entry: Entry) => ({ ...entry, pending: entry.pending.filter((each) => each !== patch) });
    this.#change(task.key, (entry) => ({ ...entry, pending: [...entry.pending, patch] }), { problem: "" });
    await this.#enqueue(task.key, async (id) => {
      try {
        const saved = await api.changeTask(id, patch);
        const news = `${patch.done === undefined ? "Saved" : patch.done ? "Done" : "Open again"}: ${saved.title}`;
        this.#change(task.key, (entry) => ({ ...without(entry), task: saved }), { news, tags: tagsWith(this.state, saved.tags) });
      } catch (failure) {
        const gone = failure instanceof RequestFailed && failure.status === 404;
        const problem = `“${task.title}” was not changed. ${reasonInWords(failure)}`;
        this.#change(task.key, (entry) => (gone ? null : without(entry)), { problem });
      }
    });
  }

  /** Delete a task; it can be brought back for a while. */
  async remove({ key, title }: ShownTask): Promise<void> {
    this.#change(key, (entry) => ({ ...entry, removed: true }), { problem: "", deleted: { key, title } });
    await this.#enqueue(key, async (id) => {
      try {
        await api.deleteTask(id);
        this.#gone.add(key);
        this.set({ news: `Deleted: ${title}` });
      } catch (failure) {
        const problem = `“${title}” was not deleted. ${reasonInWords(failure)}`;
        this.#change(key, (entry) => ({ ...entry, removed: false }), { problem, deleted: this.#offeredBeside(key) });
      }
    });
  }

  /** Bring the last deleted task back. */
  async undo(): Promise<void> {
    const { deleted } = this.state;
    if (!deleted) return;
    const { key, title } = deleted;
    this.#change(key, (entry) => ({ ...entry, removed: false }), { deleted: null, problem: "" });
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

  /** The deleted task is not offered any longer. */
  readonly letGo = (): void => {
    this.set({ deleted: null });
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
      return worked;
    });
  }

  #change(key: string, change: (entry: Entry) => Entry | null, also: Partial<Board> = {}): void {
    this.set({ ...also, entries: changed(this.state.entries, key, change) });
  }

  #offeredBeside(key: string): Board["deleted"] {
    return this.state.deleted?.key === key ? null : this.state.deleted;
  }
}
