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
/** As the server makes what it is asked for. */
const made = ({ body }: RequestInit, change: Partial<Task> = {}) => json(201, { ...(JSON.parse(body as string) as Task), done: false, ...change });
const makes = (change: Partial<Task> = {}) => server.mockImplementationOnce((_, init) => Promise.resolve(made(init, change)));
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
  belongTo("7");
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
  expect(board()).toMatchObject({ status: "ready", failure: expect.stringMatching(words) as string });
  expect(titles()).toHaveLength(3);
  store = new TaskStore(EVERYTHING);
  await store.load();
  expect(board()).toMatchObject({ status: "failed", failure: expect.stringMatching(words) as string });
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

test("an added task is on top at once, with the id that it keeps", async () => {
  makes({ title: "New", tags: ["work"] });
  const adding = store.add(FIELDS);
  const { id } = at(0);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  expect(at(0)).toMatchObject({ title: "new", saving: true });
  expect(await adding).toBe(true);
  expect(at(0)).toMatchObject({ id, title: "New", saving: false });
  expect(board()).toMatchObject({ news: "Added: New", tags: ["home", "work"] });
});

test("an added task that the server refuses goes again, with the reason", async () => {
  answers(422, {});
  expect(await store.add(FIELDS)).toBe(false);
  expect(titles()).toEqual(["task 1", "task 2", "task 3"]);
  expect(board().problem).toMatch(/“new” was not added\. The text was not accepted/);
});

test("what is done to a task still being added is shown at once, and sent after it", async () => {
  const created = later<Response>();
  server.mockImplementationOnce((_, init) => created.promise.then(() => made(init)));
  server.mockImplementationOnce(() => Promise.resolve(json(200, task(id, { done: true }))));
  answers(204);
  const adding = store.add(FIELDS);
  const { id } = at(0);
  const changing = store.change(at(0), { done: true });
  expect(at(0).done).toBe(true);
  const removing = store.remove(at(0));
  expect(titles()).toHaveLength(3);
  created.resolve(json(201));
  await Promise.all([adding, changing, removing]);
  expect(asked()).toEqual(["POST /api/tasks", `PATCH /api/tasks/${id}`, `DELETE /api/tasks/${id}`]);
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
  expect(board()).toMatchObject({ undoable: { task: { title: "task 2" } }, news: "Deleted: task 2" });
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

test("undo of a deletion that fails meanwhile leaves the task where it is", async () => {
  const deleted = later<Response>();
  server.mockReturnValueOnce(deleted.promise);
  answers(200, task("1"));
  const removing = store.remove(at(0));
  store.undo();
  deleted.resolve(json(500, {}));
  await removing;
  await settled();
  expect(titles()).toEqual(["task 1", "task 2", "task 3"]);
});

test("what an editor held of a deleted task comes back with it", async () => {
  answers(204);
  answers(200, task("1"));
  store.writeEdit("1", { notes: "half" });
  void store.remove(at(0));
  expect(board().edits).toEqual({});
  store.undo();
  await settled();
  expect(board().edits).toEqual({ "1": { notes: "half" } });
});

test("a refused change stays told while the list is fetched anew, until it is closed", async () => {
  answers(422, {});
  await store.change(at(0), { done: true });
  server.mockRejectedValueOnce(new TypeError("fetch failed")).mockRejectedValueOnce(new TypeError("fetch failed"));
  await store.load();
  expect(board().failure).toMatch(/cannot be reached/);
  await loads(task("1"));
  expect(board()).toMatchObject({ failure: "", problem: expect.stringMatching(/^“task 1” was not changed/) as string });
  store.refuse("");
  expect(board().problem).toBe("");
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

test("a refreshed list is as long as it was", async () => {
  const many = Array.from({ length: 100 }, (_, number) => task(String(number)));
  await loads(...many);
  makes();
  await store.add(FIELDS);
  await loads(at(0), ...many);
  expect([titles().length, asked().at(-2)]).toEqual([101, expect.stringContaining("limit=101")]);
});

test("completing can be taken back like deleting", async () => {
  answers(200, task("1", { done: true }));
  await store.change(at(0), { done: true });
  expect(board().undoable).toMatchObject({ kind: "done", task: { title: "task 1" } });
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
