import type { Due, operations, Order, Sort } from "@/api";

import { PRIORITIES } from "./task";

const CHOICES = {
  show: ["today", "open", "done", "all"],
  due: ["", "overdue", "today", "week", "none"] satisfies readonly ("" | Due)[],
  priority: ["", ...PRIORITIES],
  sort: ["created", "due", "priority", "title"] satisfies readonly Sort[],
} as const;

/** What the list shows and in which order; an empty string asks for nothing. */
export interface Filter {
  q: string;
  tag: string;
  show: (typeof CHOICES.show)[number];
  due: (typeof CHOICES.due)[number];
  priority: (typeof CHOICES.priority)[number];
  sort: (typeof CHOICES.sort)[number];
}

export const EVERYTHING: Filter = { q: "", tag: "", show: "all", due: "", priority: "", sort: "created" };
/** What a page shows unless it is asked for something else. */
export const USUAL: Filter = { ...EVERYTHING, show: "open" };

/** How many tasks come at once, and the most that the backend gives. */
export const PAGE = 50;
const LARGEST_PAGE = 200;
const DONE = { all: "", open: "false", today: "false", done: "true" };
/** Newest, most pressing and most important first. */
const ORDER: Readonly<Record<Sort, Order>> = { created: "desc", due: "asc", priority: "desc", title: "asc" };

type Asked = keyof NonNullable<operations["list_tasks_api_tasks_get"]["parameters"]["query"]>;

/** The query for the backend. */
export function queryOf(filter: Filter, cursor: string | null, count = PAGE): string {
  const { show, ...rest } = filter.show === "today" ? ({ ...filter, due: "", sort: "due" } as const) : filter;
  const limit = String(Math.min(count, LARGEST_PAGE));
  const query = { ...rest, done: DONE[show], order: ORDER[rest.sort], limit, cursor: cursor ?? "" } satisfies Record<Asked, string>;
  return given(query).toString();
}

/** The page's own address for a filter, so that a reload or a bookmark shows the same. */
export function addressOf(filter: Filter): string {
  const changed = Object.entries(filter).filter(([name, value]) => value !== USUAL[name as keyof Filter]);
  const query = given(Object.fromEntries(changed)).toString();
  return query ? `?${query}` : "";
}

/** What follows the `?` of a page's address. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** The filter of an address; what is misspelt asks for nothing. */
export function filterOf(params: Query): Filter {
  const text = (name: string, longest: number) => (typeof params[name] === "string" ? params[name].slice(0, longest) : "");
  const choice = (name: keyof typeof CHOICES) => CHOICES[name].find((each) => each === params[name]) ?? USUAL[name];
  return {
    q: text("q", 200),
    tag: text("tag", 30),
    show: choice("show"),
    due: choice("due"),
    priority: choice("priority"),
    sort: choice("sort"),
  } as Filter;
}

/** Whether some tasks may be hidden. */
export function isNarrow(filter: Filter): boolean {
  return addressOf({ ...filter, sort: USUAL.sort }) !== "" && addressOf(filter) !== addressOf({ ...EVERYTHING, sort: filter.sort });
}

function given(values: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
}
