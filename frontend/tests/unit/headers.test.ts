import { expect, test } from "vitest";

import { requestHeaders, responseHeaders } from "@/server/headers";

const BASE = "http://backend:8000/v1";

test("a request keeps what concerns its content and its sender, and nothing of the hop", () => {
  const sent = requestHeaders(
    new Headers({ accept: "a/b", cookie: "c=1", connection: "x-hop", "x-hop": "1", host: "shown.example", "accept-encoding": "gzip" }),
  );
  expect(Object.fromEntries(sent)).toEqual({ accept: "a/b", "accept-encoding": "identity", cookie: "c=1" });
});

test("an answer loses the backend's server version and lengths", () => {
  const headers = responseHeaders(new Headers({ server: "uvicorn", "content-length": "9", "content-type": "a/b" }), BASE);
  expect(Object.fromEntries(headers)).toEqual({ "cache-control": "no-store", "content-type": "a/b" });
});

test("every cookie of an answer arrives by itself", () => {
  const from = new Headers();
  from.append("set-cookie", "a=1; HttpOnly");
  from.append("set-cookie", "b=2");
  expect(responseHeaders(from, BASE).getSetCookie()).toEqual(["a=1; HttpOnly", "b=2"]);
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
