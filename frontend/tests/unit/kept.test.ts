import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { belongTo } from "@/client/page";
import { shown } from "@/tasks/entries";
import { EVERYTHING } from "@/tasks/filter";
import { TaskStore } from "@/tasks/store";
import type { Patch, Task } from "@/tasks/task";

import { Device } from "../device";

const FIELDS = { title: "new", notes: "", priority: "normal", due_date: null, tags: [] } as const;

/** A server that may be out of reach, and what it has. */
let has: Task[];
let status: number;
/** The server does what it is asked for, and its answer gets lost. */
let answersGetLost: boolean;
let asked: string[];
let device: Device;

function serve(path: string, { method = "", body }: RequestInit): Promise<Response> {
  const id = path.split("/")[3] ?? "";
  if (method !== "GET") asked.push([method, has.find((each) => each.id === id)?.title].filter(Boolean).join(" "));
  if (status === 0) return Promise.reject(new TypeError("fetch failed"));
  if (status !== 200) return Promise.resolve(Response.json({}, { status }));
  const given = (body ? JSON.parse(body as string) : {}) as Patch & { id: string };
  const answer = answerTo(method, path, id, given);
  return answersGetLost && method !== "GET" ? Promise.reject(new TypeError("fetch failed")) : Promise.resolve(answer);
}

function answerTo(method: string, path: string, id: string, given: Patch & { id: string }): Response {
  if (path.includes("tags")) return Response.json({ items: [] });
  if (method === "GET") return Response.json({ items: has, next_cursor: null });
  if (method === "POST" && path.endsWith("restore")) has = [...has, task(id)];
  if (method === "POST" && !has.some((each) => each.id === given.id) && given.id) has = [{ ...(given as Task), done: false }, ...has];
  if (method === "PATCH") has = has.map((each) => (each.id === id ? { ...each, ...given } : each));
  const found = has.find((each) => each.id === (given.id || id));
  if (method === "DELETE") has = has.filter((each) => each !== found);
  return Response.json(found ?? {}, { status: found ? 200 : 404 });
}

const task = (id: string, change: Partial<Task> = {}): Task => ({ ...FIELDS, id, title: `task ${id}`, done: false, ...change });
const settled = () => new Promise((passed) => setTimeout(passed, 20));
const rows = (store: TaskStore) => shown(store.snapshot().entries).map((each) => `${each.title}${each.waiting ? " (waiting)" : ""}`);
const row = (store: TaskStore, title: string) => shown(store.snapshot().entries).find((each) => each.title === title) ?? task("none");

/** A page comes, in the tab that is looked at. */
async function arrive(account = "7"): Promise<TaskStore> {
  for (const [name, value] of Object.entries(device.globals)) vi.stubGlobal(name, value);
  belongTo(account);
  const store = new TaskStore(EVERYTHING);
  await store.load();
  await settled();
  return store;
}

beforeEach(() => {
  [has, status, answersGetLost, asked, device] = [[task("1"), task("2")], 200, false, [], new Device()];
  vi.stubGlobal("fetch", serve);
});
afterEach(() => vi.unstubAllGlobals());

test.each([0, 408, 502, 503, 504])("what cannot be sent now (%i) stays as it is, says so, and is sent in its order when it can be", async (away) => {
  const store = await arrive();
  status = away;
  const all = [store.add(FIELDS), store.change(row(store, "task 1"), { title: "better" }), store.remove(row(store, "task 2"))];
  await settled();
  all.push(store.change(row(store, "new"), { title: "newer" }), store.change(row(store, "better"), { notes: "and more" }));
  await settled();
  expect([rows(store), store.snapshot().problem]).toEqual([["newer (waiting)", "better (waiting)"], ""]);
  status = 200;
  asked = [];
  store.wake();
  expect(await Promise.all(all)).toEqual([true, true, undefined, true, true]);
  await settled();
  expect(has.map(({ title, notes }) => [title, notes])).toEqual([["newer", ""], ["better", "and more"]]);
  expect([rows(store), device.kept]).toEqual([["newer", "better"], []]);
});

test("what is done and its answer lost is done once", async () => {
  const store = await arrive();
  answersGetLost = true;
  void store.add(FIELDS);
  void store.remove(row(store, "task 2"));
  await settled();
  answersGetLost = false;
  store.wake();
  await settled();
  expect([has.map(({ title }) => title), asked.filter((each) => each === "POST")]).toEqual([["new", "task 1"], ["POST", "POST"]]);
});

test.each(["delete", "delete and undo"])("%s while the server is away is kept over a reload, and done when it is back", async (what) => {
  const store = await arrive();
  status = 502;
  void store.remove(row(store, "task 2"));
  if (what !== "delete") store.undo();
  await settled();
  status = 200;
  device.leave();
  const next = await arrive();
  const expected = what === "delete" ? ["task 1"] : ["task 1", "task 2"];
  expect([rows(next), has.map(({ title }) => title), device.kept]).toEqual([expected, expected, []]);
});

test("all that waits behind one another is kept over a reload, and sent in its order", async () => {
  const store = await arrive();
  status = 0;
  void store.add(FIELDS);
  void store.change(row(store, "new"), { title: "newer" });
  void store.change(row(store, "newer"), { title: "newest" });
  store.writeEdit(row(store, "newest").id, { notes: "half" });
  await settled();
  const { id } = row(store, "newest");
  status = 200;
  device.leave();
  const next = await arrive();
  expect([rows(next), next.snapshot().edits, has[0]?.title]).toEqual([["newest", "task 1", "task 2"], { [id]: { notes: "half" } }, "newest"]);
});

test("an edit is forgotten when it is saved, also by a later page, and not what was written since", async () => {
  const store = await arrive();
  store.writeEdit("1", { notes: "a" });
  status = 0;
  void store.change(row(store, "task 1"), { notes: "a" }, { notes: "a" });
  store.writeEdit("2", { notes: "b" });
  void store.change(row(store, "task 2"), { notes: "b" }, { notes: "b" });
  store.writeEdit("2", { notes: "b and c" });
  await settled();
  status = 200;
  device.leave();
  const next = await arrive();
  expect([next.snapshot().edits, has.map(({ notes }) => notes)]).toEqual([{ "2": { notes: "b and c" } }, ["a", "b"]]);
});

test("two tabs have a line each; one that is left is gone on with by the page that comes next", async () => {
  const first = await arrive();
  first.writeLine("first");
  first.drafts.message = "to the assistant";
  const tab = device.sessionStorage;
  device.otherTab();
  const second = await arrive();
  expect(second.snapshot().line).toBe("");
  second.writeLine("second");
  device.leave();
  device.sessionStorage = tab;
  await first.load();
  expect(first.drafts.kept.line).toBe("first");
  device.leave();
  // The page of the same tab goes on with its own, a new tab with what is left over.
  const again = await arrive();
  expect([again.snapshot().line, again.drafts.message]).toEqual(["first", "to the assistant"]);
  device.otherTab();
  expect((await arrive()).snapshot().line).toBe("second");
  expect(device.kept).toHaveLength(2);
});

test("a copied tab takes nothing of the one it was copied from, and both are kept", async () => {
  const first = await arrive();
  first.writeLine("first");
  const copy = arrive();
  await new Promise((passed) => setTimeout(passed, 1_200));
  expect((await copy).snapshot().line).toBe("");
  (await copy).writeLine("second");
  expect(device.kept).toHaveLength(2);
});

test("a page whose predecessor takes its time to go has its line all the same", async () => {
  (await arrive()).writeLine("first");
  const tab = device.sessionStorage.getItem("todo_page") ?? "";
  const store = await arrive();
  await new Promise((passed) => setTimeout(passed, 1_200));
  device.locks?.release(tab);
  await settled();
  expect(store.snapshot().line).toBe("first");
});

test("what a closed tab had to send is sent by one that is open, and once", async () => {
  const first = await arrive();
  device.otherTab();
  const second = await arrive();
  status = 0;
  second.writeEdit("1", { title: "better" });
  void second.change(row(second, "task 1"), { title: "better" }, { title: "better" });
  await settled();
  first.wake();
  await settled();
  [status, asked] = [200, []];
  device.leave();
  await settled();
  expect([asked, rows(first), first.snapshot().edits, device.kept]).toEqual([["PATCH task 1"], ["better", "task 2"], {}, []]);
});

test("another account gets nothing of it, and the first one all of it", async () => {
  const store = await arrive();
  store.writeLine("hers");
  status = 503;
  void store.add(FIELDS);
  await settled();
  status = 200;
  device.leave();
  const other = await arrive("8");
  expect([other.snapshot().line, rows(other)]).toEqual(["", ["task 1", "task 2"]]);
  device.leave();
  const again = await arrive("7");
  expect([again.snapshot().line, rows(again)]).toEqual(["hers", ["new", "task 1", "task 2"]]);
});

test("without locks, and without storage, the page works", async () => {
  device = new Device(false);
  const store = await arrive();
  store.writeLine("first");
  expect((await arrive()).snapshot().line).toBe("first");
  vi.stubGlobal("localStorage", undefined);
  vi.stubGlobal("sessionStorage", undefined);
  const bare = new TaskStore(EVERYTHING);
  await bare.load();
  expect(await bare.add(FIELDS)).toBe(true);
  expect(rows(bare)[0]).toBe("new");
});
