import type { Written } from "./drafts";
import type { Entries } from "./entries";
import { EVERYTHING, type Filter } from "./filter";

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
  /** What failed, in words; shown until something else happens. */
  problem: string;
  /** What succeeded, in words; for screen readers. */
  news: string;
  /** What was done last to a task, while that can be taken back. */
  undoable: { kind: "deleted" | "done"; key: string; title: string } | null;
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
  news: "",
  undoable: null,
  line: "",
  edits: {},
};

/** The tags in use, once these are, too. */
export function tagsWith(board: Board, tags: readonly string[]): string[] {
  return [...new Set([...board.tags, ...tags])].sort((a, b) => a.localeCompare(b));
}
