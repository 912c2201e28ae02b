import { expect, test } from "vitest";

import { requestHeaders, responseHeaders } from "@/server/headers";

const BASE = "http://backend:8000/v1";

test("a request keeps what concerns its content, and nothing of the hop or of who sent it", () => {
  const from = { accept: "a/b", cookie: "c=1", authorization: "Bearer forged", connection: "x-hop", "x-hop": "1", host: "shown.example" };
  expect(Object.fromEntries(requestHeaders(new Headers(from), null))).toEqual({ accept: "a/b", "accept-encoding": "identity" });
  expect(requestHeaders(new Headers(from), "token").get("authorization")).toBe("Bearer token");
});

test("what a proxy in front tells of the client's address is passed on", () => {
  const from = new Headers({ "x-forwarded-for": "203.0.113.7", forwarded: "for=203.0.113.8" });
  expect(Object.fromEntries(requestHeaders(from, null))).toEqual({ "accept-encoding": "identity", "x-forwarded-for": "203.0.113.7" });
});

test("an answer loses the backend's server version and lengths", () => {
  const headers = responseHeaders(new Headers({ server: "uvicorn", "content-length": "9", "content-type": "a/b" }), BASE);
  expect(Object.fromEntries(headers)).toEqual({ "cache-control": "no-store", "content-type": "a/b" });
});

test("no cookie of the backend reaches the browser", () => {
  expect(responseHeaders(new Headers({ "set-cookie": "a=1" }), BASE).getSetCookie()).toEqual([]);
});

test.each([
  ["http://backend:8000/v1/api/tasks/?a=1", "/api/tasks/?a=1"],
  ["https://backend/api/tasks", "/api/tasks"],
  ["/v1/api/tasks/7", "/api/tasks/7"],
  ["//[", "/"],
  ["https://elsewhere.example/x", "https://elsewhere.example/x"],
])("a redirect to %j becomes %j", (location, expected) => {
  expect(responseHeaders(new Headers({ location }), BASE).get("location")).toBe(expected);
});
