import type { Patch, Task } from "./task";

/**
 * A task of the list. `task` is what the server confirmed; `pending` are the changes it has not confirmed yet, laid on top in their order.
 * Taking a change back is leaving it out, so what happened in the meantime stays.
 */
export interface Entry {
  /** Stays the same when a draft gets its id. */
  key: string;
  task: Task;
  pending: readonly Patch[];
  /** Requests about this task that are under way. */
  saving: number;
  /** The server is out of reach; what is pending is kept until it is back. */
  waiting: boolean;
  /** Not to be seen, but still there, so that it can come back. */
  removed: boolean;
}

/** A task as it is to be seen. */
export interface ShownTask extends Task {
  key: string;
  saving: boolean;
  waiting: boolean;
}

export type Entries = readonly Entry[];

export function entryOf(task: Task): Entry {
  return { key: task.id, task, pending: [], saving: 0, waiting: false, removed: false };
}

export function shown(entries: Entries): ShownTask[] {
  return entries
    .filter((entry) => !entry.removed)
    .map(({ key, task, pending, saving, waiting }) => Object.assign({}, task, ...pending, { key, saving: saving > 0, waiting }) as ShownTask);
}

/** Change one entry; leave it out where `change` gives null. */
export function changed(entries: Entries, key: string, change: (entry: Entry) => Entry | null): Entries {
  return entries.flatMap((entry) => (entry.key === key ? (change(entry) ?? []) : entry));
}

/** The list as the server tells it, keeping what is still under way here and, out of sight, what can be taken back. */
export function merged(entries: Entries, tasks: readonly Task[], undoable?: string): Entries {
  const listed = new Set(tasks.map((task) => task.id));
  const known = new Map(entries.map((entry) => [entry.task.id, entry]));
  // The key stays, and with it an editor that is open.
  const kept = (task: Task) => {
    const entry = known.get(task.id);
    if (!entry) return entryOf(task);
    return entry.saving > 0 ? { ...entry, task } : { ...entryOf(task), key: entry.key };
  };
  const unlisted = entries.flatMap((entry) => {
    if (listed.has(entry.task.id)) return [];
    if (entry.saving > 0 || entry.removed) return entry;
    return entry.key === undoable ? { ...entry, removed: true } : [];
  });
  return [...unlisted, ...tasks.map(kept)];
}

/** Fetched twice, further tasks still come once. */
export function extended(entries: Entries, tasks: readonly Task[]): Entries {
  const known = new Set(entries.map((entry) => entry.task.id));
  return [...entries, ...tasks.filter((task) => !known.has(task.id)).map(entryOf)];
}
