import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { backend, named, stopBackends, textOf } from "../backend";
import { build, builtFiles, ended, serve, type Served } from "./server";

const FROZEN = "frozen-at-build.invalid";
const servers: Served[] = [];

async function start(apiUrl: string): Promise<Served> {
  const server = await serve(apiUrl);
  servers.push(server);
  return server;
}

beforeAll(() => build(`http://${FROZEN}:8000`));
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

test("bodies stream through the server in both directions", async () => {
  const address = await backend((request, response) => {
    response.setHeader("content-type", "text/event-stream");
    request.on("data", (part: Buffer) => response.write(`got ${part.toString()};`));
    request.on("end", () => response.end("end"));
  });
  const { origin } = await start(address);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const asking = fetch(`${origin}/api/echo`, { method: "POST", body: readable, duplex: "half" } as RequestInit);
  await writer.write(new TextEncoder().encode("first"));
  const reader = (await asking).body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe("got first;");
  await writer.write(new TextEncoder().encode("second"));
  expect((await reader?.read())?.value).toBe("got second;");
  await writer.close();
  expect((await reader?.read())?.value).toBe("end");
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

test.each(["/", "/api/tasks", "/healthz", "/icon.svg", "/nothing-here"])("%s carries the security headers", async (path) => {
  const { origin } = servers[0] ?? (await start("http://127.0.0.1:9999"));
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
  expect(page).toMatch(/<h1[^>]*>Todo<\/h1>/);
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
