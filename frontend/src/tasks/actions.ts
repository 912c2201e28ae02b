import * as api from "./client";
import type { Change, ShownTask } from "./list";
import { reasonInWords } from "./words";

type Dispatch = (change: Change) => void;

/** Fetch the list anew. */
export async function load(dispatch: Dispatch): Promise<void> {
  dispatch({ type: "load" });
  try {
    dispatch({ type: "loaded", ...(await api.listTasks()) });
  } catch (problem) {
    dispatch({ type: "unloadable", problem: reasonInWords(problem) });
  }
}

/** Fetch the next older tasks and put them below. */
export async function extend(dispatch: Dispatch, older: string): Promise<void> {
  try {
    dispatch({ type: "extended", ...(await api.listTasks(older)) });
  } catch (problem) {
    dispatch({ type: "refuse", problem: `The older tasks could not be loaded. ${reasonInWords(problem)}` });
  }
}

/** Add a task; false when it was taken back, so that its text can be offered again. */
export async function add(dispatch: Dispatch, title: string): Promise<boolean> {
  const draft = `draft-${String(performance.now())}`;
  dispatch({ type: "add", task: { id: draft, title, done: false, created_at: "" } });
  try {
    dispatch({ type: "added", draft, task: await api.createTask(title) });
    return true;
  } catch (problem) {
    dispatch({ type: "drop", id: draft, problem: `“${title}” was not added. ${reasonInWords(problem)}` });
    return false;
  }
}

/** Mark a task as done or open; one that is gone on the server leaves the list. */
export async function mark(dispatch: Dispatch, task: ShownTask, at: number, done: boolean): Promise<void> {
  if (task.saving) return;
  dispatch({ type: "mark", id: task.id, done });
  try {
    dispatch({ type: "saved", task: await api.changeTask(task.id, { done }) });
  } catch (failure) {
    const problem = `“${task.title}” was not changed. ${reasonInWords(failure)}`;
    const gone = failure instanceof api.RequestFailed && failure.status === 404;
    dispatch(gone ? { type: "drop", id: task.id, problem } : { type: "restore", task, at, problem });
  }
}

/** Delete a task; put back in its place when that fails. */
export async function remove(dispatch: Dispatch, task: ShownTask, at: number): Promise<void> {
  if (task.saving) return;
  dispatch({ type: "remove", id: task.id });
  try {
    await api.deleteTask(task.id);
    dispatch({ type: "removed", title: task.title });
  } catch (problem) {
    dispatch({ type: "restore", task, at, problem: `“${task.title}” was not deleted. ${reasonInWords(problem)}` });
  }
}
