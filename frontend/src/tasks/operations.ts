import * as api from "./client";
import type { Written } from "./drafts";
import type { Patch, Task } from "./task";

/** Something that is asked of the server about one task. Done a second time, it changes nothing more. */
export interface Operation {
  kind: "add" | "change" | "delete" | "restore";
  /** The task as it was when this was asked for; a new one as it is to be. */
  task: Task;
  /** What a change changes. */
  patch: Patch;
  /** What the editor held that the change comes from. */
  written: Written | null;
}

export function operation(kind: Operation["kind"], task: Task, patch: Patch = {}, written: Written | null = null): Operation {
  return { kind, task, patch, written };
}

/** The task as the server has it after that. */
export async function sendOperation({ kind, task, patch }: Operation): Promise<Task> {
  switch (kind) {
    case "add":
      return api.createTask(task);
    case "change":
      return api.changeTask(task.id, patch);
    case "delete":
      await api.deleteTask(task.id);
      return task;
    case "restore":
      return api.restoreTask(task.id);
  }
}

const FAILED = { add: "was not added", change: "was not changed", delete: "was not deleted", restore: "could not be brought back" };
const DONE = { add: "Added", change: "Saved", delete: "Deleted", restore: "Back again" };

export function failureInWords({ kind, task }: Operation, reason: string): string {
  return `“${task.title}” ${FAILED[kind]}. ${reason}`;
}

export function newsOf({ kind, patch }: Operation, { title }: Task): string {
  const done = patch.done === undefined ? DONE[kind] : patch.done ? "Done" : "Open again";
  return `${done}: ${title}`;
}
