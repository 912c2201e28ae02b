import { expect, test } from "vitest";

import { changesOf } from "@/tasks/changes";
import { dayInWords, daysLater, today } from "@/tasks/days";
import { addressOf, EVERYTHING, filterOf, isNarrow, queryOf } from "@/tasks/filter";
import { fieldsOf } from "@/tasks/quick";
import { tagsOf } from "@/tasks/task";

const NOON = new Date(2026, 1, 28, 12);
const EMPTY = { notes: "", priority: "normal", due_date: null, tags: [] };

test.each([
  ["Water the plants", { title: "Water the plants" }],
  ["Pay rent tomorrow #Home !high", { title: "Pay rent", due_date: "2026-03-01", tags: ["home"], priority: "high" }],
  ["  Call   today ", { title: "Call", due_date: "2026-02-28" }],
  ["today", { title: "today" }],
  ["What today means", { title: "What today means" }],
  ["Fix bug #12 now!", { title: "Fix bug #12 now!" }],
  ["!low #a #A", { title: "", priority: "low", tags: ["a"] }],
])("%j is read as %j", (line, expected) => {
  expect(fieldsOf(line, NOON)).toEqual({ ...EMPTY, ...expected });
});

test.each([
  ["2026-02-27", "Yesterday"],
  ["2026-02-28", "Today"],
  ["2026-03-01", "Tomorrow"],
  ["2026-03-03", "Tuesday"],
  ["2026-03-07", "7 Mar"],
  ["2026-02-20", "20 Feb"],
  ["2027-01-02", "2 Jan 2027"],
])("%s is called %s", (day, words) => {
  expect(dayInWords(day, today(NOON))).toBe(words);
});

test("days go over the ends of months and years", () => {
  expect([daysLater("2026-12-31", 1), daysLater("2028-02-28", 1)]).toEqual(["2027-01-01", "2028-02-29"]);
});

test.each([
  ["home, #work  Home", ["home", "work"]],
  ["", []],
  [Array.from({ length: 20 }, (_, number) => `t${String(number)}`).join(" "), ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"]],
])("%j are the tags %j", (text, tags) => {
  expect(tagsOf(text)).toEqual(tags);
});

test("a filter survives its address, and what is misspelt asks for nothing", () => {
  const filter = { ...EVERYTHING, q: "a b", show: "open", due: "week", sort: "title" } as const;
  expect(filterOf(Object.fromEntries(new URLSearchParams(addressOf(filter))))).toEqual(filter);
  expect(filterOf({ show: "all?", due: ["today"], q: "x".repeat(300) })).toEqual({ ...EVERYTHING, q: "x".repeat(200) });
  expect([addressOf(EVERYTHING), isNarrow({ ...EVERYTHING, sort: "due" }), isNarrow(filter)]).toEqual(["", false, true]);
});

test("a filter becomes the backend's query", () => {
  expect(queryOf({ ...EVERYTHING, q: "a&b", show: "open", sort: "due" }, "c")).toBe("q=a%26b&sort=due&done=false&order=asc&limit=50&cursor=c");
});

test("only what a form changed is sent", () => {
  const task = { ...EMPTY, id: "1", title: "a", done: false, priority: "normal", tags: ["x"] } as const;
  const form = new FormData();
  for (const [name, value] of Object.entries({ title: "a", notes: "1\r\n2", priority: "high", due_date: "", tags: "x" })) form.set(name, value);
  expect(changesOf(task, form)).toEqual({ notes: "1\n2", priority: "high" });
});
