import type { ServerResponse } from "node:http";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import * as route from "@/app/api/[...path]/route";
import { forward, type Outgoing } from "@/server/forward";

import { backend, named, stopBackends, textOf } from "../backend";
import { later } from "../later";

const HERE = "http://shown.example";

beforeEach(() => vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(() => {
  stopBackends();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function stopped(): Promise<string> {
  const address = await named("gone");
  stopBackends();
  return address;
}

function ask(address: string, path = "/api/tasks", init: Partial<Outgoing> = {}, answerMs = 10_000): Promise<Response> {
  return forward({ method: "GET", path, headers: new Headers(), ...init }, null, () => address, { answerMs, arrivalMs: 300 });
}

test("the address is read again at every request", async () => {
  for (const name of ["one", "two"]) {
    vi.stubEnv("NEXT_PUBLIC_API_URL", await named(name));
    const answer = await route.GET(new Request(`${HERE}/api/tasks`));
    expect(await answer.json()).toEqual({ name });
  }
});

test("method, path, query, headers and body arrive as they were sent", async () => {
  const address = await backend((request, response) => {
    void textOf(request).then((body) =>
      response.end(JSON.stringify([request.method, request.url, request.headers["content-type"], request.headers.host, body])),
    );
  });
  const init = { method: "PATCH", body: '{"title":"ä"}', headers: new Headers({ "content-type": "application/json" }) };
  const answer = await ask(`${address}/v1`, "/api/tasks/7%2F8?q=a%20b&q=", init);
  const host = address.slice("http://".length);
  expect(await answer.json()).toEqual(["PATCH", "/v1/api/tasks/7%2F8?q=a%20b&q=", "application/json", host, '{"title":"ä"}']);
});

test.each([201, 204, 304, 404, 422, 503])("the status %i is passed on", async (status) => {
  const address = await backend((_, response) => response.writeHead(status).end());
  expect((await ask(address)).status).toBe(status);
});

test("an answer is passed on while it is still being written", async () => {
  const started = later<ServerResponse>();
  const address = await backend((_, response) => {
    response.write("first");
    started.resolve(response);
  });
  const reader = (await ask(address)).body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("first");
  (await started.promise).end("second");
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("second");
});

test("an answer may stream for longer than its beginning may take", async () => {
  const address = await backend((_, response) => {
    response.write("a");
    setTimeout(() => response.end("b"), 300);
  });
  expect(await (await ask(address, "/api/tasks", {}, 150)).text()).toBe("ab");
});

test("a redirect is handed on, not followed, and does not name the backend", async () => {
  const address: string = await backend((_, response) => response.writeHead(307, { location: `${address}/api/tasks` }).end());
  const answer = await ask(address, "/api/tasks/");
  expect([answer.status, answer.headers.get("location")]).toEqual([307, "/api/tasks"]);
});

test("a caller who leaves ends the request to the backend", async () => {
  const left = later<boolean>();
  const caller = new AbortController();
  const address = await backend((request) => {
    request.once("close", () => {
      left.resolve(true);
    });
    caller.abort();
  });
  await ask(address, "/api/tasks", { signal: caller.signal });
  expect(await left.promise).toBe(true);
});

test.each([
  ["is not there", 502, "cannot be reached", stopped],
  ["has a name nobody knows", 502, "cannot be reached", () => Promise.resolve("http://nowhere.invalid:8000")],
  ["hangs up", 502, "cannot be reached", () => backend((request) => request.socket.destroy())],
  ["never answers", 504, "took too long", () => backend(() => undefined)],
])("a backend that %s is answered by %i, in words and without its address", async (_, status, words, start) => {
  const address = await start();
  const answer = await ask(address, "/api/tasks", {}, 200);
  const body = await answer.text();
  expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/json"]);
  expect(body).toContain(words);
  expect(body + JSON.stringify(vi.mocked(console.error).mock.calls)).not.toMatch(/127\.0\.0\.1|nowhere/);
});

test("an address that is not set is answered in words, and named in the log", async () => {
  vi.stubEnv("NEXT_PUBLIC_API_URL", "");
  const answer = await route.GET(new Request(`${HERE}/api/tasks`));
  expect([answer.status, await answer.json()]).toEqual([502, { detail: "The task service is not set up yet." }]);
  expect(console.error).toHaveBeenCalledWith("api: NEXT_PUBLIC_API_URL is not set");
});
