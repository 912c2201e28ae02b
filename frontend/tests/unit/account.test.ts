import { afterEach, expect, test, vi } from "vitest";

import * as signIn from "@/app/api/auth/sign-in/route";
import * as signOut from "@/app/api/auth/sign-out/route";
import * as signUp from "@/app/api/auth/sign-up/route";

import { backend, stopBackends } from "../backend";
import { accounts } from "../sessions";

afterEach(() => {
  stopBackends();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const post = (headers: Record<string, string> = {}) =>
  new Request("http://shown.example/api/auth/any", { method: "POST", body: '{"email":"a"}', headers });

test.each([
  [signIn, 200],
  [signUp, 201],
])("tokens become cookies and leave the body", async (route, status) => {
  const { address } = await accounts();
  vi.stubEnv("NEXT_PUBLIC_API_URL", address);
  const answer = await route.POST(post());
  expect([answer.status, await answer.text()]).toEqual([status, '{"user":{"name":"Ada"}}']);
  expect(answer.headers.getSetCookie().map((each) => each.split(";", 1)[0])).toEqual(["todo_access=a1", "todo_session=s1"]);
});

test.each([401, 409, 422, 429, 503])("a refusal %i is passed on, without cookies", async (status) => {
  const refuse = () => backend((_, response) => response.writeHead(status, { "retry-after": "9" }).end('{"detail":"no"}'));
  vi.stubEnv("NEXT_PUBLIC_API_URL", await refuse());
  const answer = await signIn.POST(post());
  expect([answer.status, answer.headers.get("retry-after"), answer.headers.getSetCookie()]).toEqual([status, "9", []]);
});

test("signing out ends the cookies and the session", async () => {
  const known = await accounts();
  vi.stubEnv("NEXT_PUBLIC_API_URL", known.address);
  const answer = await signOut.POST(post({ cookie: "todo_session=s1" }));
  expect([answer.status, answer.headers.getSetCookie().length]).toEqual([204, 2]);
  expect(known.asked).toEqual(['POST /api/auth/sign-out nobody {"session_token":"s1"}']);
});

test("signing out ends the cookies even where the backend is away", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.stubEnv("NEXT_PUBLIC_API_URL", "http://127.0.0.1:1");
  const answer = await signOut.POST(post({ cookie: "todo_session=s1" }));
  expect([answer.status, answer.headers.getSetCookie().length]).toEqual([204, 2]);
});

test("another site can neither sign in nor out", async () => {
  const foreign = { origin: "http://elsewhere.example", host: "shown.example" };
  const answers = await Promise.all([signIn, signUp, signOut].map((route) => route.POST(post(foreign))));
  expect(answers.map((answer) => answer.status)).toEqual([403, 403, 403]);
});
