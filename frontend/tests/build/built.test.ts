import { gzipSync } from "node:zlib";

import { afterAll, afterEach, expect, test } from "vitest";

import { backend, named, stopBackends, textOf } from "../backend";
import { later } from "../later";
import { accounts } from "../sessions";
import { builtFiles, ended, FROZEN, serve, type Served } from "./server";

const servers: Served[] = [];

async function start(apiUrl: string, environment: Record<string, string> = {}): Promise<Served> {
  const server = await serve(apiUrl, environment);
  servers.push(server);
  return server;
}

afterEach(stopBackends);
afterAll(() => {
  for (const server of servers) server.process.kill("SIGKILL");
});

test("one build, started with two addresses, reaches two backends", async () => {
  const answers = ["one", "two"].map(async (name) => {
    const { origin } = await start(await named(name));
    return (await fetch(`${origin}/api/tasks`)).json() as Promise<unknown>;
  });
  expect(await Promise.all(answers)).toEqual([{ name: "one" }, { name: "two" }]);
});

test("the build holds no address, no source map and no image library", () => {
  const files = builtFiles();
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => file.text.includes(FROZEN)).map((file) => file.name)).toEqual([]);
  expect(files.map((file) => file.name).filter((name) => /\.map$|node_modules\/(sharp|@img|typescript)\//.test(name))).toEqual([]);
});

test("an answer streams through the server while it is still being written", async () => {
  const more = later<undefined>();
  const address = await backend((_, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write("first");
    void more.promise.then(() => response.end("second"));
  });
  const { origin } = await start(address);
  const answer = await fetch(`${origin}/api/assistant`, { method: "POST", body: "{}" });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe("first");
  more.resolve(undefined);
  expect((await reader?.read())?.value).toBe("second");
});

test("a request waits for a backend that is being replaced", async () => {
  const address = await named("old");
  const { origin } = await start(address);
  expect(await (await fetch(`${origin}/api/tasks`)).json()).toEqual({ name: "old" });
  stopBackends();
  const asking = ["GET", "POST"].map((method) => fetch(`${origin}/api/tasks`, { method, body: method === "POST" ? "{}" : null }));
  await new Promise((passed) => setTimeout(passed, 1_500));
  await backend((request, response) => {
    void textOf(request).then((body) => response.end(`${request.method ?? ""}${body}`));
  }, Number(new URL(address).port));
  expect(await Promise.all((await Promise.all(asking)).map((answer) => answer.text()))).toEqual(["GET", "POST{}"]);
});

test("a sign-in gives cookies alone, which open the pages and the API; a session is renewed once for many requests", async () => {
  const known = await accounts();
  const { origin } = await start(known.address);
  const entered = await fetch(`${origin}/api/auth/sign-in`, { method: "POST", body: "{}", headers: { origin } });
  expect(await entered.text()).toBe('{"user":{"name":"Ada"}}');
  expect(entered.headers.getSetCookie().every((each) => each.includes("HttpOnly; SameSite=Lax"))).toBe(true);
  const cookie = "todo_session=s1";
  const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(`${origin}/api/tasks`, { headers: { cookie } })));
  expect(answers.map((answer) => [answer.status, answer.headers.getSetCookie().length])).toEqual(Array(6).fill([200, 2]));
  expect(known.asked.filter((each) => each.includes("renew"))).toHaveLength(1);
  const foreign = await fetch(`${origin}/api/tasks`, { method: "POST", headers: { cookie, origin: "http://elsewhere.example" } });
  expect(foreign.status).toBe(403);
});

test.each([
  ["127.0.0.0/8", 200, "203.0.113.7"],
  ["10.0.0.0/8", 403, "127.0.0.1"],
  ["", 403, "127.0.0.1"],
])("of the proxies %j, sign-in at another port than ours is answered %i", async (FORWARDED_ALLOW_IPS, status, client) => {
  const told: unknown[] = [];
  const known = await accounts((request) => told.push(request.headers["x-forwarded-for"]));
  const { origin } = await start(known.address, { FORWARDED_ALLOW_IPS });
  const headers = { origin: "https://todo.example:8443", "x-forwarded-host": "todo.example", "x-forwarded-port": "8443", "x-forwarded-for": "203.0.113.7" };
  const answer = await fetch(`${origin}/api/auth/sign-in`, { method: "POST", body: "{}", headers });
  await fetch(`${origin}/api/tasks`, { headers });
  expect([answer.status, told.at(-1)]).toEqual([status, client]);
});

test.each([
  ["/tasks", "", "/sign-in"],
  ["/settings", "", "/sign-in"],
  ["/", "todo_session=s", "/tasks"],
  ["/sign-in", "todo_session=s", "/tasks"],
])("%s with the cookie %j leads to %s", async (path, cookie, expected) => {
  const { origin } = servers[0] ?? (await start("http://127.0.0.1:9999"));
  const answer = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([307, expected]);
});

test("the task page loads less than 150 kB of compressed JavaScript", async () => {
  const { origin } = servers[0] ?? (await start("http://127.0.0.1:9999"));
  const page = await (await fetch(`${origin}/tasks`, { headers: { cookie: "todo_session=s" } })).text();
  // Old browsers alone load what is marked `noModule`.
  const scripts = [...page.matchAll(/<script[^>]* src="([^"]+)"[^>]*>/g)].filter(([tag]) => !/nomodule/i.test(tag));
  const sizes = scripts.map(async ([, path]) => gzipSync(Buffer.from(await (await fetch(origin + (path ?? ""))).arrayBuffer())).byteLength);
  expect(sizes.length).toBeGreaterThan(3);
  expect((await Promise.all(sizes)).reduce((sum, size) => sum + size)).toBeLessThan(150_000);
});

test("a page is served with a nonce on each of its scripts, new for each answer", async () => {
  const { origin } = await start("http://127.0.0.1:9999");
  const [page, again, missing] = await Promise.all(["/", "/", "/nothing-here"].map((path) => fetch(origin + path)));
  expect([page?.status, again?.status, missing?.status]).toEqual([200, 200, 404]);
  const policies = [page, again, missing].map((answer) => answer?.headers.get("content-security-policy") ?? "");
  expect(new Set(policies).size).toBe(3);
  for (const [index, answer] of [page, again, missing].entries()) {
    const nonce = /'nonce-([^']+)'/.exec(policies[index] ?? "")?.[1] ?? "none";
    const scripts = (await answer?.text())?.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([]);
  }
});

test.each(["/", "/sign-in", "/api/tasks", "/healthz", "/icon.svg", "/nothing-here"])("%s carries the security headers", async (path) => {
  const { origin } = await start(await named("any"));
  const { headers } = await fetch(origin + path);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
  expect(headers.get("x-powered-by")).toBeNull();
});

test("the page names itself before any script has run", async () => {
  const { origin } = await start("http://127.0.0.1:9999");
  const page = await (await fetch(origin)).text();
  expect(page).toContain("<title>Todo</title>");
  expect(page).toMatch(/<h1[^>]*>A calm place for what is to be done<\/h1>/);
});

test("a request under way is finished before the server stops", async () => {
  const address = await backend((request, response) => {
    void textOf(request).then(() => setTimeout(() => response.end("whole"), 500));
  });
  const { origin, process } = await start(address);
  const asking = fetch(`${origin}/api/tasks`).then((answer) => answer.text());
  await new Promise((passed) => setTimeout(passed, 200));
  process.kill("SIGTERM");
  expect(await asking).toBe("whole");
  expect(await ended(process)).toBe(143);
});
