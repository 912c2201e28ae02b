import { expect, test } from "vitest";

import { clearSession, isSession, setSession, tokensOf } from "@/server/cookies";

const SESSION = { user: {}, access_token: "aaa.bbb.ccc", expires_in: 900, session_token: "sss", session_expires_in: 2_592_000 };

const request = (headers: Record<string, string> = {}, url = "http://shown.example/api/tasks") => new Request(url, { headers });

test("both tokens become cookies that no script reads and no other site sends with a write", () => {
  const headers = new Headers();
  setSession(headers, SESSION, request());
  expect(headers.getSetCookie()).toEqual([
    "todo_access=aaa.bbb.ccc; Path=/; Max-Age=870; HttpOnly; SameSite=Lax",
    "todo_session=sss; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax",
  ]);
});

test.each([
  [{ "x-forwarded-proto": "https" }, "http://shown.example/", true],
  [{ "x-forwarded-proto": "https,http" }, "http://shown.example/", true],
  [{ "x-forwarded-proto": "http" }, "http://shown.example/", false],
  [{}, "https://shown.example/", true],
])("with %j at %s, cookies are secure: %s", (sent, url, secure) => {
  const headers = new Headers();
  setSession(headers, SESSION, request(sent, url));
  expect(headers.getSetCookie().map((each) => each.endsWith("; Secure"))).toEqual([secure, secure]);
});

test("signing out ends both cookies", () => {
  const headers = new Headers();
  clearSession(headers, request());
  expect(headers.getSetCookie().map((each) => each.slice(0, 36))).toEqual([
    "todo_access=; Path=/; Max-Age=0; Htt",
    "todo_session=; Path=/; Max-Age=0; Ht",
  ]);
});

test("tokens are found among other cookies", () => {
  const cookie = "a=1; todo_session=s=s; todo_theme=dark;todo_access=t";
  expect(tokensOf(request({ cookie }))).toEqual({ access: "t", session: "s=s" });
  expect(tokensOf(request({ cookie: "a=1" }))).toEqual({ access: null, session: null });
});

test.each([null, {}, { ...SESSION, expires_in: "900" }, { ...SESSION, access_token: "a; Path=/x" }, { ...SESSION, session_token: "" }])(
  "%j is no session",
  (value) => {
    expect(isSession(value)).toBe(false);
  },
);
