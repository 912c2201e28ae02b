import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { belongTo } from "@/client/page";
import { shown, type ShownTask } from "@/tasks/entries";
import { EVERYTHING } from "@/tasks/filter";
import { TaskStore } from "@/tasks/store";
import type { Task } from "@/tasks/task";

import { later } from "../later";

const FIELDS = { title: "new", notes: "", priority: "normal", due_date: null, tags: [] } as const;
const task = (id: string, change: Partial<Task> = {}): Task => ({ ...FIELDS, id, title: `task ${id}`, done: false, ...change });

let store: TaskStore;
const server = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const asked = () => server.mock.calls.map(([path, { method }]) => `${method ?? ""} ${path}`);
const json = (status: number, body?: unknown) => new Response(body === undefined ? null : JSON.stringify(body), { status });
const answers = (status: number, body?: unknown) => server.mockResolvedValueOnce(json(status, body));
const board = () => store.snapshot();
const titles = () => shown(board().entries).map((each) => each.title);
function at(place: number): ShownTask {
  const found = shown(board().entries)[place];
  if (!found) throw new Error(`no task at ${String(place)}`);
  return found;
}

const settled = () => new Promise((passed) => setTimeout(passed, 20));

async function loads(...tasks: Task[]): Promise<void> {
  answers(200, { items: tasks, next_cursor: null });
  answers(200, { items: [{ tag: "home" }] });
  await store.load();
}

beforeEach(async () => {
  vi.stubGlobal("fetch", server.mockReset());
  store = new TaskStore(EVERYTHING);
  await loads(task("1"), task("2", { done: true }), task("3"));
  server.mockClear();
});
afterEach(() => vi.unstubAllGlobals());

test.each([
  ["no connection", () => server.mockRejectedValue(new TypeError("fetch failed")), /cannot be reached/],
  ["a backend that is away", () => server.mockResolvedValue(json(502, {})), /not answering/],
  ["an answer that is no list", () => server.mockResolvedValue(json(200, { items: [{}] })), /not answering/],
  ["a failure of the backend", () => server.mockResolvedValue(json(500, {})), /went wrong on our side/],
])("%s fails the first loading in words, and keeps what is there at a later one", async (_, prepare, words) => {
  prepare();
  await store.load();
  expect(board()).toMatchObject({ status: "ready", problem: expect.stringMatching(words) as string });
  expect(titles()).toHaveLength(3);
  store = new TaskStore(EVERYTHING);
  await store.load();
  expect(board()).toMatchObject({ status: "failed", problem: expect.stringMatching(words) as string });
});

test("of two loads the later one counts, whichever answers first", async () => {
  const slow = later<Response>();
  server.mockReturnValueOnce(slow.promise);
  answers(200, { items: [] });
  const first = store.load({ ...EVERYTHING, q: "a" });
  await loads(task("9"));
  slow.resolve(json(200, { items: [task("8")], next_cursor: null }));
  await first;
  expect(titles()).toEqual(["task 9"]);
});

test("further tasks come by the cursor, each once", async () => {
  answers(200, { items: [task("1")], next_cursor: "c" });
  answers(200, { items: [] });
  await store.load();
  answers(200, { items: [task("1"), task("0")], next_cursor: null });
  await store.extend();
  expect([titles(), board().cursor, asked().at(-1)?.includes("cursor=c")]).toEqual([["task 1", "task 0"], null, true]);
});

test("an added task is on top at once and gets the server's id", async () => {
  answers(201, task("4", { tags: ["work"] }));
  const adding = store.add(FIELDS);
  expect(at(0)).toMatchObject({ title: "new", saving: true });
  expect(await adding).toBe(true);
  expect(at(0)).toMatchObject({ id: "4", title: "task 4", saving: false });
  expect(board()).toMatchObject({ news: "Added: task 4", tags: ["home", "work"] });
});

test("an added task that the server refuses goes again, with the reason", async () => {
  answers(422, {});
  expect(await store.add(FIELDS)).toBe(false);
  expect(titles()).toEqual(["task 1", "task 2", "task 3"]);
  expect(board().problem).toMatch(/“new” was not added\. The text was not accepted/);
});

test("what is done to a task still being added is shown at once, and sent when it has its id", async () => {
  const created = later<Response>();
  server.mockReturnValueOnce(created.promise);
  answers(200, task("4", { done: true }));
  answers(204);
  const adding = store.add(FIELDS);
  const changing = store.change(at(0), { done: true });
  expect(at(0).done).toBe(true);
  const removing = store.remove(at(0));
  expect(titles()).toHaveLength(3);
  created.resolve(json(201, task("4")));
  await Promise.all([adding, changing, removing]);
  expect(asked()).toEqual(["POST /api/tasks", "PATCH /api/tasks/4", "DELETE /api/tasks/4"]);
});

test("clicks on a task being saved are sent in their order; a refused one alone is taken back", async () => {
  const first = later<Response>();
  server.mockReturnValueOnce(first.promise);
  answers(200, task("1", { title: "better" }));
  const all = [store.change(at(0), { done: true }), store.change(at(0), { title: "better" })];
  expect(at(0)).toMatchObject({ done: true, title: "better", saving: true });
  first.resolve(json(422, {}));
  await Promise.all(all);
  expect(at(0)).toMatchObject({ done: false, title: "better", saving: false });
});

test("a refused change rolls back, with the reason", async () => {
  answers(422, {});
  const changing = store.change(at(1), { done: false });
  expect(at(1).done).toBe(false);
  await changing;
  expect(at(1)).toMatchObject({ done: true, saving: false });
  expect(board().problem).toMatch(/“task 2” was not changed\. The text was not accepted/);
});

test("a changed task that somebody else deleted leaves the list", async () => {
  answers(404, {});
  await store.change(at(0), { done: true });
  expect([titles(), board().problem]).toEqual([["task 2", "task 3"], "“task 1” was not changed. It is not there any more."]);
});

test.each([204, 404])("a deleted task is gone at once, stays so after %i, and comes back in its place", async (status) => {
  answers(status);
  const removing = store.remove(at(1));
  expect(titles()).toEqual(["task 1", "task 3"]);
  await removing;
  expect(board()).toMatchObject({ undoable: { title: "task 2" }, news: "Deleted: task 2" });
  answers(200, task("2"));
  store.undo();
  await settled();
  expect([titles(), asked().at(-1), board().undoable]).toEqual([["task 1", "task 2", "task 3"], "POST /api/tasks/2/restore", null]);
});

test("a deleted task comes back in its place when the server fails", async () => {
  answers(500, {});
  await store.remove(at(1));
  expect([titles(), board().undoable]).toEqual([["task 1", "task 2", "task 3"], null]);
});

test("undo of a deletion that fails meanwhile asks for nothing more", async () => {
  const deleted = later<Response>();
  server.mockReturnValueOnce(deleted.promise);
  const removing = store.remove(at(0));
  store.undo();
  deleted.resolve(json(500, {}));
  await removing;
  await settled();
  expect([titles().length, asked()]).toEqual([3, ["DELETE /api/tasks/1"]]);
});

test("undo that comes too late says so", async () => {
  answers(204);
  await store.remove(at(0));
  answers(404, {});
  store.undo();
  await settled();
  expect([titles(), board().problem]).toEqual([["task 2", "task 3"], "“task 1” could not be brought back. It is not there any more."]);
});

test("a load keeps what is under way and what can be brought back", async () => {
  answers(204);
  await store.remove(at(2));
  const saved = later<Response>();
  server.mockReturnValueOnce(saved.promise);
  const changing = store.change(at(0), { priority: "high" });
  await vi.waitFor(() => {
    expect(asked()).toContain("PATCH /api/tasks/1");
  });
  await loads(task("1"), task("2"));
  expect(at(0)).toMatchObject({ priority: "high", saving: true });
  saved.resolve(json(200, task("1", { priority: "high" })));
  await changing;
  answers(200, task("3"));
  store.undo();
  await settled();
  expect(titles().toSorted()).toEqual(["task 1", "task 2", "task 3"]);
});

test.each([0, 502, 503])("what cannot be saved now (%i) stays as it is, says so, and is sent when it can be", async (status) => {
  const away = () => (status === 0 ? server.mockRejectedValueOnce(new TypeError("fetch failed")) : answers(status, {}));
  away();
  away();
  const all = [store.change(at(0), { title: "better" })];
  await settled();
  all.push(store.add(FIELDS));
  await settled();
  expect([at(0), at(1)]).toMatchObject([{ title: "new", waiting: true }, { title: "better", waiting: true }]);
  expect(board().problem).toBe("");
  await loads(task("1"), task("2"), task("3"));
  expect([at(0), at(1)]).toMatchObject([{ title: "new", waiting: true }, { title: "better", waiting: true }]);
  server.mockImplementation((path, { method }) => Promise.resolve(json(200, method === "PATCH" ? task("1", { title: "better" }) : method === "POST" ? task("4") : path.includes("tags") ? { items: [] } : { items: [task("4"), task("1", { title: "better" })], next_cursor: null })));
  store.wake();
  expect(await Promise.all(all)).toEqual([true, true]);
  await settled();
  expect(shown(board().entries).map((each) => [each.title, each.waiting])).toEqual([["task 4", false], ["better", false]]);
});

test("a refreshed list is as long as it was, and keeps each row's key", async () => {
  const many = Array.from({ length: 100 }, (_, number) => task(String(number)));
  await loads(...many);
  answers(201, task("new"));
  await store.add(FIELDS);
  const { key } = at(0);
  await loads(task("new"), ...many);
  expect([at(0).key, at(0).id, asked().at(-2)]).toEqual([key, "new", expect.stringContaining("limit=101")]);
});

test("completing can be taken back like deleting", async () => {
  answers(200, task("1", { done: true }));
  await store.change(at(0), { done: true });
  expect(board().undoable).toMatchObject({ kind: "done", title: "task 1" });
  answers(200, task("1"));
  expect(store.undo()).toBe("1");
  await settled();
  expect([at(0).done, board().undoable]).toEqual([false, null]);
});

test("completing can be taken back also when the list was fetched meanwhile, and has it no more", async () => {
  answers(200, task("1", { done: true }));
  await store.change(at(0), { done: true });
  await loads(task("3"));
  expect(titles()).toEqual(["task 3"]);
  answers(200, task("1"));
  answers(200, { items: [task("3"), task("1")], next_cursor: null });
  answers(200, { items: [] });
  store.undo();
  expect([at(0).title, at(0).done]).toEqual(["task 1", false]);
  await settled();
  expect([titles(), asked().filter((each) => each.startsWith("PATCH"))]).toEqual([["task 3", "task 1"], ["PATCH /api/tasks/1", "PATCH /api/tasks/1"]]);
});

test("a list that was fetched while a change was confirmed is fetched again", async () => {
  const slow = later<Response>();
  server.mockReturnValueOnce(slow.promise);
  answers(200, { items: [] });
  const loading = store.load();
  answers(200, task("1", { done: true }));
  await store.change(at(0), { done: true });
  answers(200, { items: [task("1", { done: true })], next_cursor: null });
  answers(200, { items: [] });
  slow.resolve(json(200, { items: [task("1"), task("2")], next_cursor: null }));
  await loading;
  expect([titles(), at(0).done]).toEqual([["task 1"], true]);
});

test("every request says whom it is meant for, and where the day begins", async () => {
  belongTo("7");
  answers(200, task("1"));
  await store.change(at(0), { done: true });
  expect(server.mock.calls.at(-1)?.[1].headers).toMatchObject({ "X-Account": "7", "X-Time-Zone": expect.stringMatching(/\w/) as string });
});

test("another account's session has the page load itself anew, and changes nothing", async () => {
  const reload = vi.fn();
  vi.stubGlobal("window", { location: { reload } });
  answers(409, { code: "other_account" });
  expect(await store.change(at(0), { done: true })).toBe(false);
  expect(reload).toHaveBeenCalled();
});

test("a session that is over leads to sign-in; a new task is kept for the next one, and not given back to the line as well", async () => {
  const assign = vi.fn();
  vi.stubGlobal("window", { location: { assign, pathname: "/tasks", search: "?q=a" } });
  answers(401, {});
  expect(await store.add(FIELDS)).toBe(true);
  expect(assign).toHaveBeenCalledWith("/sign-in?why=over&to=%2Ftasks%3Fq%3Da");
});
