import { expect, test } from "vitest";

import { refuseForeign } from "@/server/origin";

const ask = (method: string, headers: Record<string, string>) =>
  refuseForeign(new Request("http://inside:3000/api/tasks", { method, headers: { host: "shown.example", ...headers } }))?.status;

test.each<[Record<string, string>]>([
  [{ origin: "http://shown.example" }],
  [{ origin: "https://shown.example", "sec-fetch-site": "same-origin" }],
  [{ origin: "https://public.example", "x-forwarded-host": "public.example" }],
  [{}],
])("a write with %j is our own", (headers) => {
  expect(ask("POST", headers)).toBeUndefined();
});

test.each<[Record<string, string>]>([
  [{ origin: "http://elsewhere.example" }],
  [{ origin: "http://shown.example:8080" }],
  [{ origin: "http://shown.example.elsewhere.example" }],
  [{ origin: "null" }],
  [{ origin: "http://shown.example", "sec-fetch-site": "cross-site" }],
  [{ "sec-fetch-site": "same-site" }],
  [{ "sec-fetch-site": "none" }],
])("a write with %j is refused", (headers) => {
  for (const method of ["POST", "PATCH", "PUT", "DELETE"]) expect(ask(method, headers)).toBe(403);
});

test("reading changes nothing and is not refused", () => {
  expect(ask("GET", { origin: "http://elsewhere.example", "sec-fetch-site": "cross-site" })).toBeUndefined();
});
