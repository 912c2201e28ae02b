import type { Written } from "./drafts";
import type { Entries } from "./entries";
import { EVERYTHING, type Filter } from "./filter";
import type { Task } from "./task";

/** What the task page shows. */
export interface Board {
  status: "loading" | "ready" | "failed";
  filter: Filter;
  entries: Entries;
  /** Where the tasks after these begin; null where there are none. */
  cursor: string | null;
  tags: readonly string[];
  /** Another list is on its way. */
  refreshing: boolean;
  /** What was refused, in words; shown until something else is done. */
  problem: string;
  /** Why the list could not be fetched, in words; until it can be. */
  failure: string;
  /** What succeeded, in words; for screen readers. */
  news: string;
  /** What was done last to a task, while that can be taken back. */
  undoable: { kind: "deleted" | "done"; task: Task; written: Written | null } | null;
  /** What was typed for a new task before this page came. */
  line: string;
  /** What editors hold that is not saved, by the task's id. */
  edits: Readonly<Record<string, Written>>;
}

export const EMPTY: Board = {
  status: "loading",
  filter: EVERYTHING,
  entries: [],
  cursor: null,
  tags: [],
  refreshing: false,
  problem: "",
  failure: "",
  news: "",
  undoable: null,
  line: "",
  edits: {},
};

/** The tags in use, once these are, too. */
export function tagsWith(board: Board, tags: readonly string[]): string[] {
  return [...new Set([...board.tags, ...tags])].sort((a, b) => a.localeCompare(b));
}
