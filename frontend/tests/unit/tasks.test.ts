import { expect, onTestFinished, test, vi } from "vitest";

import { changesOf } from "@/tasks/changes";
import { dayInWords, today } from "@/tasks/days";
import { addressOf, EVERYTHING, filterOf, isNarrow, queryOf, USUAL } from "@/tasks/filter";
import { findDay } from "@/tasks/dates";
import { lineProblem, read } from "@/tasks/quick";
import { tagProblem, tagsOf } from "@/tasks/task";

const NOON = new Date(2026, 1, 28, 12);
const EMPTY = { notes: "", priority: "normal", due_date: null, tags: [] };

test.each([
  ["Water the plants", { title: "Water the plants" }],
  ["Friday pay the rent", { title: "pay the rent", due_date: "2026-03-06" }],
  ["Pay the rent on friday #home", { title: "Pay the rent", due_date: "2026-03-06", tags: ["home"] }],
  ["Call Bob next week about it", { title: "Call Bob about it", due_date: "2026-03-07" }],
  ["Party 12 Dec", { title: "Party", due_date: "2026-12-12" }],
  ["Visit Ada in 3 days", { title: "Visit Ada", due_date: "2026-03-03" }],
  ["Dentist tomorrow at 17:00", { title: "Dentist 17:00", due_date: "2026-03-01" }],
  ["Order by 2026-04-01 !low", { title: "Order", due_date: "2026-04-01", priority: "low" }],
  ["Buy milk at 5", { title: "Buy milk at 5" }],
  ["Read page 12", { title: "Read page 12" }],
  ["Pay rent tomorrow #Home !high", { title: "Pay rent", due_date: "2026-03-01", tags: ["home"], priority: "high" }],
  ["  Call   today ", { title: "Call", due_date: "2026-02-28" }],
  ["today", { title: "today" }],
  ["Fix bug #12 now!", { title: "Fix bug #12 now!" }],
  ["!low #a #A", { title: "", priority: "low", tags: ["a"] }],
])("%j is read as %j", (line, expected) => {
  expect(read(line, (text) => findDay(text, NOON)).fields).toEqual({ ...EMPTY, ...expected });
});

test.each([
  ["Europe/Berlin", "2027-03-27T22:45Z", "in 2 days", "2027-03-29"],
  ["Europe/Berlin", "2027-10-30T22:15Z", "in 2 days", "2027-11-02"],
  ["Pacific/Auckland", "2027-04-03T11:30Z", "in 2 days", "2027-04-06"],
  ["America/Los_Angeles", "2027-03-14T06:30Z", "in 1 day", "2027-03-14"],
  ["America/Los_Angeles", "2027-03-14T06:30Z", "in a week", "2027-03-20"],
  ["Europe/Berlin", "2027-06-01T21:30Z", "in 3 hours", "2027-06-02"],
])("in %s at %s, %s is %s", (zone, now, words, day) => {
  vi.stubEnv("TZ", zone);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(findDay(`Rest ${words}`, new Date(now))?.day).toBe(day);
});

test("a day is asked for, and without its grammar a line is taken as it stands", () => {
  expect(read("Pay rent tomorrow #home").fields).toEqual({ ...EMPTY, title: "Pay rent tomorrow", tags: ["home"] });
});

test.each([
  ["#home", /Write down/],
  ["x".repeat(201), /200 characters at most; this one has 201/],
  [`a ${Array.from({ length: 40 }, (_, number) => `#t${String(number)}`).join(" ")}`, /10 tags at most; these are 40/],
  [`a #${"t".repeat(31)}`, /30 characters at most/],
  ["a #b", /^$/],
])("%j is not cut off in silence", (line, words) => {
  expect(lineProblem(read(line))).toMatch(words);
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

test.each([
  ["home, #work  Home", ["home", "work"]],
  ["", []],
])("%j are the tags %j", (text, tags) => {
  expect([tagsOf(text), tagProblem(text)]).toEqual([tags, ""]);
});

test("a filter survives its address, and what is misspelt asks for nothing", () => {
  const filter = { ...EVERYTHING, q: "a b", show: "open", due: "week", sort: "title" } as const;
  for (const each of [filter, USUAL, EVERYTHING]) expect(filterOf(Object.fromEntries(new URLSearchParams(addressOf(each))))).toEqual(each);
  expect(filterOf({ show: "all?", due: ["today"], q: "x".repeat(300) })).toEqual({ ...EVERYTHING, q: "x".repeat(200), show: "open" });
  expect([addressOf(USUAL), addressOf(EVERYTHING)]).toEqual(["", "?show=all"]);
  expect([USUAL, EVERYTHING, filter].map((each) => isNarrow({ ...each, sort: "due" }))).toEqual([false, false, true]);
});

test("a filter becomes the backend's query", () => {
  expect(queryOf({ ...EVERYTHING, q: "a&b", show: "open", sort: "due" }, "c")).toBe("q=a%26b&sort=due&done=false&order=asc&limit=50&cursor=c");
  expect(queryOf({ ...EVERYTHING, show: "today", due: "none" }, null, 1000)).toBe("sort=due&done=false&order=asc&limit=200");
});

test("only what a form changed is sent", () => {
  const task = { ...EMPTY, id: "1", title: "a", done: false, priority: "normal", tags: ["x"] } as const;
  const form = new FormData();
  for (const [name, value] of Object.entries({ title: "a", notes: "1\r\n2", priority: "high", due_date: "", tags: "x" })) form.set(name, value);
  expect(changesOf(task, form)).toEqual({ notes: "1\n2", priority: "high" });
});
