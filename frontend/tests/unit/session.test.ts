import { afterEach, expect, test, vi } from "vitest";

import { forwardSignedIn } from "@/server/session";

import { backend, stopBackends } from "../backend";
import { type Accounts, accounts } from "../sessions";

afterEach(() => {
  stopBackends();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

let tokens = 0;
/** Renewals are remembered in the process: each test has a token of its own. */
const fresh = () => `old-${String((tokens += 1))}`;

async function start(renewStatus?: number): Promise<Accounts> {
  const known = await accounts(undefined, renewStatus);
  vi.stubEnv("NEXT_PUBLIC_API_URL", known.address);
  return known;
}

type Init = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

function ask(cookie: string, path = "/api/tasks", init: Init = {}): Promise<Response> {
  return forwardSignedIn(new Request(`http://shown.example${path}`, { ...init, headers: { cookie, ...init.headers } }));
}

const names = (answer: Response) => answer.headers.getSetCookie().map((each) => each.split(";", 1)[0]);

test("the cookie's access token goes along as the bearer; the browser's own header does not", async () => {
  const known = await start();
  known.alive.add("Bearer good");
  const answer = await ask("todo_access=good; todo_session=s", "/api/tasks?q=a", { headers: { authorization: "Bearer forged" } });
  expect([answer.status, known.asked, names(answer)]).toEqual([200, ["GET /api/tasks?q=a Bearer good"], []]);
});

test("where the access has run out, the session is renewed without a word", async () => {
  const known = await start();
  const old = fresh();
  const answer = await ask(`todo_session=${old}`, "/api/tasks", { method: "POST", body: "{}" });
  expect([answer.status, names(answer)]).toEqual([200, ["todo_access=a2", "todo_session=s2"]]);
  expect(known.asked).toEqual([`POST /api/auth/renew nobody {"session_token":"${old}"}`, "POST /api/tasks Bearer a2 {}"]);
});

test("an access token that the backend refuses is renewed, and the same request sent again", async () => {
  const known = await start();
  const answer = await ask(`todo_access=dead; todo_session=${fresh()}`, "/api/tasks", { method: "POST", body: "text" });
  expect(await answer.json()).toEqual({ bearer: "Bearer a2", body: "text" });
  expect(known.asked[0]).toBe("POST /api/tasks Bearer dead text");
});

test("many requests at once, and one that comes later with the old cookie, renew once", async () => {
  const known = await start();
  const old = fresh();
  const cookie = `todo_session=${old}`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(cookie)));
  answers.push(await ask(cookie));
  expect(answers.map((answer) => answer.status)).toEqual(Array(9).fill(200));
  expect(new Set(answers.flatMap(names))).toEqual(new Set(["todo_access=a2", "todo_session=s2"]));
  expect(known.asked.filter((each) => each.includes("renew"))).toHaveLength(1);
});

test("a session that is over is answered in words, and its cookies end", async () => {
  await start(401);
  const answers = await Promise.all([1, 2].map(() => ask("todo_session=over-1")));
  for (const answer of answers) {
    expect([answer.status, names(answer)]).toEqual([401, ["todo_access=", "todo_session="]]);
    expect(await answer.json()).toEqual({ detail: "You were signed out. Please sign in again." });
  }
});

test("a renewal that fails for another reason keeps the cookies, and is tried again", async () => {
  const known = await start(503);
  const cookie = `todo_session=${fresh()}`;
  for (const answer of [await ask(cookie), await ask(cookie)]) expect([answer.status, names(answer)]).toEqual([503, []]);
  expect(known.asked).toHaveLength(2);
});

test("a renewal answered with nonsense is an error, not a session", async () => {
  vi.stubEnv("NEXT_PUBLIC_API_URL", await backend((_, response) => response.end("<html>")));
  const answer = await ask(`todo_session=${fresh()}`);
  expect([answer.status, names(answer)]).toEqual([502, []]);
});

test("a deleted account ends its cookies", async () => {
  await start();
  const answer = await ask("todo_access=a1; todo_session=s1", "/api/auth/me", { method: "DELETE", body: "{}" });
  expect([answer.status, names(answer)]).toEqual([204, ["todo_access=", "todo_session="]]);
});

test.each(["/api/auth/renew", "/api/auth%2Frenew", "/api/auth/sign-in/", "/api/%61uth/sign-out", "/api/%"])(
  "%s, which answers with tokens, is not passed on",
  async (path) => {
    const known = await start();
    const answer = await ask("", path, { method: "POST", body: "{}" });
    expect([answer.status, known.asked]).toEqual([404, []]);
  },
);

test("a write of another site, and a body without end, do not reach the backend", async () => {
  const known = await start();
  const foreign = await ask("todo_access=a1", "/api/tasks", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
  const large = await ask("todo_access=a1", "/api/tasks", { method: "POST", body: "x".repeat(65 * 1024) });
  expect([foreign.status, large.status, known.asked]).toEqual([403, 413, []]);
});
