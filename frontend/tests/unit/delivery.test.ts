import dns, { type lookup } from "node:dns";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { forward } from "@/server/forward";

import { textOf } from "../backend";

let server: Server | null = null;

beforeEach(() => vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(async () => {
  vi.restoreAllMocks();
  await stop();
});

async function start(answer: RequestListener, port = 0): Promise<number> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((listening) => started.listen(port, "127.0.0.1", listening));
  return (started.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  const stopping = server;
  server = null;
  stopping?.closeAllConnections();
  if (stopping) await new Promise((closed) => stopping.close(closed));
}

const after = (ms: number) => new Promise((passed) => setTimeout(passed, ms));
const echo: RequestListener = (request, response) => {
  void textOf(request).then((body) => response.end(`${request.method ?? ""} ${body}`));
};

function ask(port: number, method: string, body: string | null = null, arrivalMs = 10_000, host = "127.0.0.1"): Promise<Response> {
  const outgoing = { method, path: "/api/tasks", headers: new Headers(), body };
  return forward(outgoing, null, () => `http://${host}:${String(port)}`, { arrivalMs });
}

test.each([
  ["GET", null],
  ["POST", '{"title":"ä"}'],
  ["PATCH", "{}"],
  ["DELETE", null],
])("%s to a backend that is away waits until it is back, and arrives whole and once", async (method, body) => {
  const port = await start(echo);
  await stop();
  const asking = ask(port, method, body);
  await after(700);
  const got: string[] = [];
  await start((request, response) => {
    got.push(request.method ?? "");
    echo(request, response);
  }, port);
  const answer = await asking;
  expect([answer.status, await answer.text(), got]).toEqual([200, `${method} ${body ?? ""}`, [method]]);
});

test("a write uses no connection that an earlier backend has closed", async () => {
  const port = await start(echo);
  for (let times = 0; times < 20; times += 1) {
    expect((await ask(port, "POST", "a")).status).toBe(200);
    await stop();
    await start(echo, port);
  }
});

test("the name is looked up anew at each try", async () => {
  const port = await start(echo);
  let lookups = 0;
  const known: typeof lookup = Object.assign((...given: unknown[]) => {
    lookups += 1;
    const answer = given.at(-1) as (problem: Error | null, found?: unknown) => void;
    const unknown = Object.assign(new Error("not known"), { code: lookups === 1 ? "EAI_AGAIN" : "ENOTFOUND", syscall: "getaddrinfo" });
    if (lookups < 4) answer(unknown);
    else answer(null, [{ address: "127.0.0.1", family: 4 }]);
  }, { __promisify__: dns.lookup.__promisify__ });
  vi.spyOn(dns, "lookup").mockImplementation(known);
  expect((await ask(port, "POST", "a", 10_000, "backend.test")).status).toBe(200);
  expect(lookups).toBe(4);
});

test("a write that may have arrived is not sent again; a read is, once", async () => {
  let asked = 0;
  const port = await start((request) => {
    asked += 1;
    request.socket.destroy();
  });
  expect((await ask(port, "POST", "a")).status).toBe(502);
  expect(asked).toBe(1);
  expect((await ask(port, "GET")).status).toBe(502);
  expect(asked).toBe(3);
});

test("a backend that stays away is told after the wait, and a caller who leaves does not wait", async () => {
  const port = await start(echo);
  await stop();
  const began = performance.now();
  expect((await ask(port, "POST", "a", 1_000)).status).toBe(502);
  expect(performance.now() - began).toBeGreaterThan(800);
  const leaving = new AbortController();
  setTimeout(() => {
    leaving.abort();
  }, 200);
  const outgoing = { method: "GET", path: "/", headers: new Headers(), signal: leaving.signal };
  expect((await forward(outgoing, null, () => `http://127.0.0.1:${String(port)}`)).status).toBe(499);
  expect(performance.now() - began).toBeLessThan(3_000);
});
