import { afterEach, beforeEach, expect, test, vi } from "vitest";

import * as actions from "@/tasks/actions";
import type { Task } from "@/tasks/client";
import { after, type Change, EMPTY, type List, type ShownTask } from "@/tasks/list";

import { later } from "../later";

const task = (id: string, done = false): Task => ({ id, title: `task ${id}`, done, created_at: "2026-01-18T10:00:00Z" });
const titles = () => list.tasks.map((each) => each.title);
function at(place: number): ShownTask {
  const found = list.tasks[place];
  if (!found) throw new Error(`no task at ${String(place)}`);
  return found;
}

let list: List;
let seen: List[];
const dispatch = (change: Change) => {
  list = after(list, change);
  seen.push(list);
};
const server = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const answers = (status: number, body?: unknown, headers = {}) =>
  server.mockResolvedValueOnce(new Response(body === undefined ? null : JSON.stringify(body), { status, headers }));

beforeEach(() => {
  vi.stubGlobal("fetch", server.mockReset());
  list = after(EMPTY, { type: "loaded", tasks: [task("1"), task("2", true), task("3")], older: "" });
  seen = [];
});
afterEach(() => vi.unstubAllGlobals());

test("loading shows what the server has", async () => {
  answers(200, [task("9")]);
  await actions.load(dispatch);
  expect(seen.map((each) => each.status)).toEqual(["loading", "ready"]);
  expect(titles()).toEqual(["task 9"]);
});

test.each([
  ["no connection", () => server.mockRejectedValueOnce(new TypeError("fetch failed")), /cannot be reached/],
  ["a backend that is away", () => answers(502, { detail: "x" }), /not answering/],
  ["an answer that is no list", () => answers(200, { tasks: [] }), /not answering/],
  ["an answer that is no JSON", () => server.mockResolvedValueOnce(new Response("<html>")), /not answering/],
  ["a failure of the backend", () => answers(500, {}), /went wrong on our side/],
])("%s fails the loading in words", async (_, prepare, words) => {
  prepare();
  await actions.load(dispatch);
  expect(list).toMatchObject({ status: "failed", problem: expect.stringMatching(words) as string });
});

test("older tasks are asked for by the address the server gave, and come once", async () => {
  answers(200, [task("3")], { Link: '</api/tasks?before=3>; rel="next"' });
  await actions.load(dispatch);
  answers(200, [task("2")]);
  answers(200, [task("2")]);
  const { older } = list;
  await actions.extend(dispatch, older);
  await actions.extend(dispatch, older);
  expect(server.mock.lastCall?.[0]).toBe("/api/tasks?before=3");
  expect([titles(), list.older]).toEqual([["task 3", "task 2"], ""]);
});

test("an address on another origin is not followed for older tasks", async () => {
  answers(200, [task("3")], { Link: '<http://backend:8000/api/tasks>; rel="next"' });
  await actions.load(dispatch);
  expect(list.older).toBe("");
});

test("an added task is on top at once and gets the server's id", async () => {
  answers(201, task("4"));
  expect(await actions.add(dispatch, "task 4")).toBe(true);
  expect(seen[0]?.tasks[0]).toMatchObject({ title: "task 4", saving: true });
  expect(at(0)).toEqual({ ...task("4"), saving: false });
  expect(server.mock.lastCall?.[1]).toMatchObject({ method: "POST", body: '{"title":"task 4"}' });
});

test("an added task that the server refuses goes again, with the reason", async () => {
  answers(422, {});
  expect(await actions.add(dispatch, "no")).toBe(false);
  expect(titles()).toEqual(["task 1", "task 2", "task 3"]);
  expect(list.problem).toMatch(/“no” was not added\. The text was not accepted/);
});

test("a marked task shows as done at once and is confirmed", async () => {
  answers(200, task("1", true));
  await actions.mark(dispatch, at(0), 0, true);
  expect(seen[0]?.tasks[0]).toMatchObject({ done: true, saving: true });
  expect(at(0)).toMatchObject({ done: true, saving: false });
  expect(list.news).toBe("Done: task 1");
});

test("a marked task rolls back when the server fails", async () => {
  answers(503, {});
  await actions.mark(dispatch, at(1), 1, false);
  expect(at(1)).toEqual({ ...task("2", true), saving: false });
  expect(list.problem).toMatch(/“task 2” was not changed\. The service is not answering/);
});

test("a marked task that somebody else deleted leaves the list", async () => {
  answers(404, {});
  await actions.mark(dispatch, at(0), 0, true);
  expect(titles()).toEqual(["task 2", "task 3"]);
  expect(list.problem).toMatch(/not there any more/);
});

test("a task still being saved is not sent twice", async () => {
  await actions.mark(dispatch, { ...at(0), saving: true }, 0, true);
  await actions.remove(dispatch, { ...at(0), saving: true }, 0);
  expect(server).not.toHaveBeenCalled();
});

test.each([204, 404])("a deleted task is gone at once and stays so after %i", async (status) => {
  answers(status);
  await actions.remove(dispatch, at(1), 1);
  expect(seen[0]?.tasks.map((each) => each.id)).toEqual(["1", "3"]);
  expect(titles()).toEqual(["task 1", "task 3"]);
  expect([server.mock.lastCall?.[0], list.news]).toEqual(["/api/tasks/2", "Deleted: task 2"]);
});

test("a deleted task comes back in its place when the server fails", async () => {
  answers(500, {});
  await actions.remove(dispatch, at(1), 1);
  expect(seen[0]?.tasks).toHaveLength(2);
  expect(titles()).toEqual(["task 1", "task 2", "task 3"]);
});

test("a rollback leaves alone what changed in the meantime", async () => {
  const late = later<Response>();
  server.mockReturnValueOnce(late.promise);
  const marking = actions.mark(dispatch, at(0), 0, true);
  answers(204);
  await actions.remove(dispatch, at(2), 2);
  late.resolve(new Response(null, { status: 500 }));
  await marking;
  expect(list.tasks.map((each) => [each.id, each.done])).toEqual([["1", false], ["2", true]]);
});
