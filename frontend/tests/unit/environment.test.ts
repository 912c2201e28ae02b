import { expect, test } from "vitest";

import { apiUrl } from "@/server/environment";

const at = (value: string) => apiUrl({ NEXT_PUBLIC_API_URL: value });

test.each([
  ["http://backend:8000", "http://backend:8000"],
  ["http://backend:8000/", "http://backend:8000"],
  [" https://api.example/v1// ", "https://api.example/v1"],
])("the address %j is taken as %j", (value, expected) => {
  expect(at(value)).toBe(expected);
});

test.each(["", "  ", "backend:8000", "ftp://backend", "//backend", "http://user:hidden@backend", "http://backend/?hidden=1"])(
  "the address %j is refused by the variable's name, not its value",
  (value) => {
    expect(() => at(value)).toThrow(/^NEXT_PUBLIC_API_URL (?!.*(hidden|backend))/);
  },
);

test("an address that is not set is refused", () => {
  expect(() => apiUrl({})).toThrow("NEXT_PUBLIC_API_URL is not set");
});
