import type { Operation } from "./operations";
import type { Task } from "./task";

/**
 * A task of the list. `task` is what the server confirmed; `pending` is what it has not confirmed yet, laid on top in its order.
 * Taking one of these back is leaving it out, so what happened in the meantime stays.
 */
export interface Entry {
  task: Task;
  pending: readonly Operation[];
  /** The server is out of reach; what is pending is kept until it is back. */
  waiting: boolean;
  /** Not to be seen, but still there, so that it can come back. */
  removed: boolean;
}

/** A task as it is to be seen. */
export interface ShownTask extends Task {
  saving: boolean;
  waiting: boolean;
}

export type Entries = readonly Entry[];

function entryOf(task: Task): Entry {
  return { task, pending: [], waiting: false, removed: false };
}

export function shown(entries: Entries): ShownTask[] {
  return entries.flatMap(({ task, pending, waiting, removed }) => {
    const last = pending.findLast(({ kind }) => kind === "delete" || kind === "restore");
    if (last ? last.kind === "delete" : removed) return [];
    return { ...task, ...(Object.assign({}, ...pending.map(({ patch }) => patch)) as Partial<Task>), saving: pending.length > 0, waiting };
  });
}

/** With something asked for; on top where its task is not listed. */
export function asked(entries: Entries, operation: Operation): Entries {
  const { task } = operation;
  const known = entries.some((entry) => entry.task.id === task.id) ? entries : [entryOf(task), ...entries];
  return changed(known, task.id, (entry) => ({ ...entry, pending: [...entry.pending, operation] }));
}

/** With the server's word on what was asked for. */
export function confirmed(entries: Entries, operation: Operation, task: Task): Entries {
  const { kind } = operation;
  return changed(entries, task.id, (entry) => ({
    ...without(entry, operation),
    task,
    removed: kind === "delete" || (kind !== "restore" && entry.removed),
  }));
}

/** As if it had not been asked for; a task that is not there for the server either goes. */
export function refused(entries: Entries, operation: Operation, isGone: boolean): Entries {
  return changed(entries, operation.task.id, (entry) => (isGone ? null : without(entry, operation)));
}

/** Change one entry; leave it out where `change` gives null. */
export function changed(entries: Entries, id: string, change: (entry: Entry) => Entry | null): Entries {
  return entries.flatMap((entry) => (entry.task.id === id ? (change(entry) ?? []) : entry));
}

/** The list as the server tells it, keeping what is still under way here and, out of sight, what can be taken back. */
export function merged(entries: Entries, tasks: readonly Task[], undoable?: string): Entries {
  const listed = new Set(tasks.map((task) => task.id));
  const known = new Map(entries.map((entry) => [entry.task.id, entry]));
  const unlisted = entries.flatMap((entry) => {
    if (listed.has(entry.task.id)) return [];
    if (entry.pending.length > 0 || entry.removed) return entry;
    return entry.task.id === undoable ? { ...entry, removed: true } : [];
  });
  return [...unlisted, ...tasks.map((task) => ({ ...entryOf(task), ...underWay(known.get(task.id)) }))];
}

/** Fetched twice, further tasks still come once. */
export function extended(entries: Entries, tasks: readonly Task[]): Entries {
  const known = new Set(entries.map((entry) => entry.task.id));
  return [...entries, ...tasks.filter((task) => !known.has(task.id)).map(entryOf)];
}

function without(entry: Entry, operation: Operation): Entry {
  return { ...entry, pending: entry.pending.filter((each) => each !== operation) };
}

function underWay(entry: Entry | undefined): Partial<Entry> {
  return entry ? { pending: entry.pending, waiting: entry.waiting } : {};
}
