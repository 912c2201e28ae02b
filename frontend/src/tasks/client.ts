/** Typed client of the task API. */
import type { TagCounts, TaskPage } from "@/api";
import { bodyOf, isRecord, RequestFailed, sendSignedIn } from "@/client/request";

import { today } from "./days";
import { type Filter, PAGE, queryOf } from "./filter";
import { type Fields, isTask, type Patch, type Task } from "./task";

const TASKS = "/api/tasks";

/** Some tasks, and the cursor of those after them; null at the end. */
export type Page = Omit<TaskPage, "items"> & { readonly items: readonly Task[] };

export async function listTasks(filter: Filter, cursor: string | null = null, count = PAGE): Promise<Page> {
  const page = await bodyOf(await sendSignedIn("GET", `${TASKS}?${queryOf(filter, cursor, count)}`), isPage);
  return filter.show === "today" ? untilToday(page) : page;
}

/** Add a task once, however often it is sent: its id is made here. */
export async function createTask({ id, title, notes, priority, due_date, tags }: Fields & { id: string }): Promise<Task> {
  return bodyOf(await sendSignedIn("POST", TASKS, { id, title, notes, priority, due_date, tags }), isTask);
}

export async function changeTask(id: string, patch: Patch): Promise<Task> {
  return bodyOf(await sendSignedIn("PATCH", pathOf(id), patch), isTask);
}

/** Deleting what is gone already has reached its aim. */
export async function deleteTask(id: string): Promise<void> {
  try {
    await sendSignedIn("DELETE", pathOf(id));
  } catch (problem) {
    if (!(problem instanceof RequestFailed && problem.status === 404)) throw problem;
  }
}

export async function restoreTask(id: string): Promise<Task> {
  return bodyOf(await sendSignedIn("POST", `${pathOf(id)}/restore`), isTask);
}

/** The list comes by due date: where one is later than today, so are all that follow. */
function untilToday({ items, next_cursor }: Page): Page {
  const day = today();
  const due = items.filter((task) => task.due_date !== null && task.due_date <= day);
  return { items: due, next_cursor: due.length < items.length ? null : next_cursor };
}

/** Tags in use, by name. */
export async function listTags(): Promise<string[]> {
  const { items } = await bodyOf(await sendSignedIn("GET", "/api/tags"), isTags);
  return items.map((each) => each.tag).sort((a, b) => a.localeCompare(b));
}

function pathOf(id: string): string {
  return `${TASKS}/${encodeURIComponent(id)}`;
}

function isPage(value: unknown): value is Page {
  if (!isRecord(value) || !Array.isArray(value.items)) return false;
  return value.items.every(isTask) && (value.next_cursor === null || typeof value.next_cursor === "string");
}

function isTags(value: unknown): value is { items: readonly Pick<TagCounts["items"][number], "tag">[] } {
  return isRecord(value) && Array.isArray(value.items) && value.items.every((each) => isRecord(each) && typeof each.tag === "string");
}
