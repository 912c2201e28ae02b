/** Typed client of the task API, by way of this page's own origin. */

export interface Task {
  id: string;
  title: string;
  done: boolean;
  created_at: string;
}

/** A request did not succeed; `status` is 0 where no answer came at all. */
export class RequestFailed extends Error {
  constructor(readonly status: number) {
    super(`request failed: ${String(status)}`);
  }
}

const TASKS = "/api/tasks";

/** Tasks, newest first, and the address of the older ones; empty where there are none. */
export interface Page {
  tasks: Task[];
  older: string;
}

export async function listTasks(address: string = TASKS): Promise<Page> {
  const response = await send("GET", address);
  const tasks = await bodyOf(response);
  if (!Array.isArray(tasks) || !tasks.every(isTask)) throw new RequestFailed(502);
  const older = /<(\/api\/[^>]*)>; *rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  return { tasks, older: older ?? "" };
}

export async function createTask(title: string): Promise<Task> {
  return oneTask(await send("POST", TASKS, { title }));
}

export async function changeTask(id: string, change: Partial<Pick<Task, "title" | "done">>): Promise<Task> {
  return oneTask(await send("PATCH", pathOf(id), change));
}

/** Deleting what is gone already has reached its aim. */
export async function deleteTask(id: string): Promise<void> {
  try {
    await send("DELETE", pathOf(id));
  } catch (problem) {
    if (!(problem instanceof RequestFailed && problem.status === 404)) throw problem;
  }
}

function pathOf(id: string): string {
  return `${TASKS}/${encodeURIComponent(id)}`;
}

async function send(method: string, path: string, content?: object): Promise<Response> {
  const init: RequestInit = { method, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15_000) };
  if (content) {
    init.headers = { Accept: "application/json", "Content-Type": "application/json" };
    init.body = JSON.stringify(content);
  }
  const response = await fetch(path, init).catch(() => {
    throw new RequestFailed(0);
  });
  if (!response.ok) throw new RequestFailed(response.status);
  return response;
}

async function oneTask(response: Response): Promise<Task> {
  const body = await bodyOf(response);
  if (!isTask(body)) throw new RequestFailed(502);
  return body;
}

async function bodyOf(response: Response): Promise<unknown> {
  return response.json().catch(() => {
    throw new RequestFailed(502);
  });
}

function isTask(value: unknown): value is Task {
  if (typeof value !== "object" || value === null) return false;
  const task = value as Record<string, unknown>;
  return (
    typeof task.id === "string" &&
    typeof task.title === "string" &&
    typeof task.done === "boolean" &&
    typeof task.created_at === "string"
  );
}
