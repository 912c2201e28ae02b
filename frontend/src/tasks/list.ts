import type { Task } from "./client";

/** A task as shown: `saving` while the server has not confirmed what is seen. */
export interface ShownTask extends Task {
  saving: boolean;
}

export interface List {
  status: "loading" | "ready" | "failed";
  tasks: readonly ShownTask[];
  /** Address of the tasks older than these; empty where there are none. */
  older: string;
  /** What failed, in words; shown until something else happens. */
  problem: string;
  /** What succeeded, in words; for screen readers. */
  news: string;
}

export type Change =
  | { type: "load" }
  | { type: "loaded"; tasks: readonly Task[]; older: string }
  | { type: "extended"; tasks: readonly Task[]; older: string }
  | { type: "unloadable"; problem: string }
  | { type: "add"; task: Task }
  | { type: "added"; draft: string; task: Task }
  | { type: "mark"; id: string; done: boolean }
  | { type: "saved"; task: Task }
  | { type: "remove"; id: string }
  | { type: "removed"; title: string }
  | { type: "restore"; task: ShownTask; at: number; problem: string }
  | { type: "drop"; id: string; problem: string }
  | { type: "refuse"; problem: string };

export const EMPTY: List = { status: "loading", tasks: [], older: "", problem: "", news: "" };

/** The list after a change. Optimistic changes show at once; `saved`, `added` confirm them, `restore`, `drop` take them back. */
export function after(list: List, change: Change): List {
  switch (change.type) {
    case "load":
      return { ...EMPTY, tasks: list.tasks };
    case "loaded":
      return { ...EMPTY, status: "ready", tasks: change.tasks.map(confirmed), older: change.older };
    case "extended":
      return { ...list, problem: "", tasks: [...list.tasks, ...unknownOf(change.tasks, list)], older: change.older };
    case "unloadable":
      return { ...EMPTY, status: "failed", problem: change.problem };
    case "refuse":
      return { ...list, news: "", problem: change.problem };
    case "removed":
      return { ...list, problem: "", news: `Deleted: ${change.title}` };
    default:
      return { ...list, ...words(change), tasks: tasksAfter(list.tasks, change) };
  }
}

type TaskChange = Extract<Change, { type: "add" | "added" | "mark" | "saved" | "remove" | "restore" | "drop" }>;

function tasksAfter(tasks: List["tasks"], change: TaskChange): List["tasks"] {
  switch (change.type) {
    case "add":
      return [{ ...change.task, saving: true }, ...tasks];
    case "added":
      return tasks.map((task) => (task.id === change.draft ? confirmed(change.task) : task));
    case "mark":
      return tasks.map((task) => (task.id === change.id ? { ...task, done: change.done, saving: true } : task));
    case "saved":
      return tasks.map((task) => (task.id === change.task.id ? confirmed(change.task) : task));
    case "restore":
      return tasks.some((task) => task.id === change.task.id)
        ? tasks.map((task) => (task.id === change.task.id ? change.task : task))
        : tasks.toSpliced(change.at, 0, change.task);
    case "remove":
    case "drop":
      return tasks.filter((task) => task.id !== change.id);
  }
}

function words(change: TaskChange): Pick<List, "news" | "problem"> {
  if (change.type === "added") return { news: `Added: ${change.task.title}`, problem: "" };
  if (change.type === "saved") return { news: `${change.task.done ? "Done" : "Open again"}: ${change.task.title}`, problem: "" };
  if (change.type === "restore" || change.type === "drop") return { news: "", problem: change.problem };
  return { news: "", problem: "" };
}

/** Asked for twice, older tasks still come once. */
function unknownOf(tasks: readonly Task[], list: List): ShownTask[] {
  const known = new Set(list.tasks.map((task) => task.id));
  return tasks.filter((task) => !known.has(task.id)).map(confirmed);
}

function confirmed(task: Task): ShownTask {
  return { ...task, saving: false };
}
