import { request as ask, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { backend, stopBackends, textOf } from "../backend";
import { serve, type Served } from "./server";

const SECURITY = {
  "content-security-policy": /^default-src '/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^strict-origin-when-cross-origin$/,
};
let served: Served;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request whose path and method are sent as they stand, which `fetch` would not do. */
function sent(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(served.origin);
  return new Promise((resolve, reject) => {
    const asking = ask({ hostname, port, method, path, headers }, (answer) => {
      void textOf(answer).then((body) => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }); }, reject);
    });
    asking.on("error", reject).end();
  });
}

function expectSecurity(headers: IncomingHttpHeaders): void {
  for (const [name, value] of Object.entries(SECURITY)) expect(headers[name], name).toMatch(value);
  expect(headers["x-powered-by"]).toBeUndefined();
}

/** A backend that knows nobody, and answers with a status where its path asks for it. */
beforeAll(async () => {
  const address = await backend((request, response) => {
    const status = /^\/api\/status\/(\d+)$/.exec(request.url ?? "")?.[1] ?? "401";
    response.writeHead(Number(status), { "content-type": "application/json", server: "secret/1.0" }).end("{}");
  });
  served = await serve(address);
});
afterAll(() => {
  served.process.kill("SIGKILL");
  stopBackends();
});

test.each([
  ...["/api/%ff", "/api/tasks/%ff", "/api/%", "/api/%zz", "/api/%00", "/%ff", "/tasks%ff", "/nothing/%c0%af"].map((path) => ["GET", path]),
  ...["TRACE", "PROPFIND", "LOCK"].flatMap((method) => [[method, "/api/tasks"], [method, "/"], [method, "/healthz"]]),
  ["TRACE", "/api/%ff"],
] as [string, string][])("%s %s is refused with the security headers, and nothing of it comes back", async (method, path) => {
  const answer = await sent(method, path, { "x-mark": "marker" });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expectSecurity(answer.headers);
  expect(answer.body).not.toContain("marker");
});

test.each([401, 404, 409, 413, 422, 429, 500, 503])("a refusal of the backend by %i carries the security headers", async (status) => {
  const answer = await sent("GET", `/api/status/${String(status)}`);
  expect(answer.status).toBe(status);
  expectSecurity(answer.headers);
  expect(answer.headers.server).toBeUndefined();
});

test.each([201, 3_000, 15_000, 40_000])("a session cookie of %i characters is none, and is taken away", async (length) => {
  const answer = await sent("GET", "/api/tasks", { cookie: `todo_session=${"x".repeat(length)}` });
  expect([401, 431]).toContain(answer.status);
  if (answer.status === 401) expect(String(answer.headers["set-cookie"])).toMatch(/todo_session=; Path=\/; Max-Age=0/);
});

test("a body that does not come is not waited for", async () => {
  const { port } = new URL(served.origin);
  const began = performance.now();
  const received = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let text = "";
    socket.write(`POST /api/tasks HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
    const drip = setInterval(() => socket.write(" "), 2_000);
    socket.on("data", (data) => { text += data.toString(); }).on("error", reject).on("close", () => {
      clearInterval(drip);
      resolve(text);
    });
  });
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(received).toMatch(/^HTTP\/1.1 408 /);
}, 90_000);
