import type { NewTask, Priority, TaskChange, TaskView } from "@/api";
import { isRecord } from "@/client/request";

export const PRIORITIES = ["low", "normal", "high"] as const satisfies readonly Priority[];

/** What a user decides about a task; `due_date` is a calendar day, `YYYY-MM-DD`. */
export type Fields = Required<Omit<NewTask, "id">>;

/** A task, also one that the backend does not know yet. */
export type Task = Omit<TaskView, "created_at" | "updated_at">;

export type Patch = Partial<TaskChange>;

/** The backend's own limits; a test compares them. */
export const LONGEST = { title: 200, notes: 4000, tag: 30, tags: 10 } as const;

export function isTask(value: unknown): value is Task {
  return (
    isRecord(value) &&
    typeof value.id === "string" &&
    typeof value.title === "string" &&
    typeof value.notes === "string" &&
    typeof value.done === "boolean" &&
    PRIORITIES.some((each) => each === value.priority) &&
    (value.due_date === null || typeof value.due_date === "string") &&
    Array.isArray(value.tags)
  );
}

/** Tags as typed, `home, #work`: lower case, each once. */
export function tagsOf(text: string): string[] {
  const tags = text.toLowerCase().split(/[\s,]+/).map((each) => each.replace(/^#+/, ""));
  return [...new Set(tags.filter(Boolean))];
}

/** Why tags cannot be taken as they are typed; nothing where they can. */
export function tagProblem(text: string): string {
  const tags = tagsOf(text);
  if (tags.length > LONGEST.tags) return `A task has ${String(LONGEST.tags)} tags at most; these are ${String(tags.length)}.`;
  const long = tags.find((tag) => tag.length > LONGEST.tag);
  return long === undefined ? "" : `A tag has ${String(LONGEST.tag)} characters at most: #${long.slice(0, LONGEST.tag)}…`;
}
