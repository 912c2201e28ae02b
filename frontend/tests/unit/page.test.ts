import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Device } from "../device";

const server = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const location = { reload: vi.fn(), assign: vi.fn(), pathname: "/tasks", search: "?q=a" };
/** What other tabs change in the storage of all. */
let onStorage: ((event: { key: string; newValue: string | null }) => void)[];
let device: Device;

beforeEach(() => {
  device = new Device();
  onStorage = [];
  const listens = (_: string, listener: (typeof onStorage)[number]) => onStorage.push(listener);
  for (const [name, value] of Object.entries(device.globals)) vi.stubGlobal(name, value);
  vi.stubGlobal("window", { location, addEventListener: listens });
  vi.stubGlobal("fetch", server.mockReset().mockImplementation(() => Promise.resolve(Response.json({ id: "7" }))));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

/** A page that has just come: what it knows is what the device knows. */
const page = async () => ({ ...(await import("@/client/page")), ...(await import("@/client/request")) });
const sent = () => server.mock.calls.map(([path, { headers }]) => [path, (headers as Record<string, string>)["X-Account"]]);
const signedIn = (account: string) => {
  device.localStorage.setItem("todo_account", account);
};

test("every request says whom it is meant for, and where the day begins: the first one, too", async () => {
  signedIn("7");
  const { sendSignedIn } = await page();
  await sendSignedIn("POST", "/api/tasks", {});
  expect(sent()).toEqual([["/api/tasks", "7"]]);
  expect(server.mock.calls[0]?.[1].headers).toMatchObject({ "X-Time-Zone": expect.stringMatching(/\w/) as string });
});

test("where the device does not know, nothing goes out before the server has said whom the page is for", async () => {
  const { sendSignedIn } = await page();
  await Promise.all([sendSignedIn("GET", "/api/tasks"), sendSignedIn("POST", "/api/tasks", {})]);
  expect(sent()).toEqual([["/api/auth/me", undefined], ["/api/tasks", "7"], ["/api/tasks", "7"]]);
  expect(device.localStorage.getItem("todo_account")).toBe("7");
});

test("where nobody says whom the page is for, nothing is written, and it is asked again", async () => {
  server.mockRejectedValueOnce(new TypeError("fetch failed"));
  const { sendSignedIn } = await page();
  await expect(sendSignedIn("POST", "/api/tasks", {})).rejects.toMatchObject({ status: 0 });
  expect(sent()).toEqual([["/api/auth/me", undefined]]);
  await sendSignedIn("POST", "/api/tasks", {});
  expect(sent().at(-1)).toEqual(["/api/tasks", "7"]);
});

test.each([
  ["somebody else", "8", 1],
  ["nobody", null, 1],
  ["the same person again", "7", 0],
])("a page goes when %s is signed in, in whatever tab", async (_, newValue, reloads) => {
  signedIn("7");
  const { ownerOfPage } = await page();
  ownerOfPage();
  for (const tell of onStorage) tell({ key: "todo_account", newValue });
  for (const tell of onStorage) tell({ key: "todo_page_7_x", newValue: "{}" });
  expect(location.reload).toHaveBeenCalledTimes(reloads);
});

test("a page stays one account's, whoever is signed in by now", async () => {
  signedIn("7");
  const { sendSignedIn } = await page();
  await sendSignedIn("GET", "/api/tasks");
  signedIn("8");
  await sendSignedIn("POST", "/api/tasks", {});
  expect(sent().at(-1)).toEqual(["/api/tasks", "7"]);
});

test("where the device was wrong, the page comes again and asks the server", async () => {
  signedIn("8");
  server.mockResolvedValueOnce(Response.json({ code: "other_account" }, { status: 409 }));
  const { sendSignedIn } = await page();
  await expect(sendSignedIn("POST", "/api/tasks", {})).rejects.toMatchObject({ isNotOurs: true });
  expect([location.reload.mock.calls.length, device.localStorage.getItem("todo_account")]).toEqual([1, null]);
});

test.each([true, false])("a session that is over leads to sign-in, and back to where one was (account known: %s)", async (known) => {
  if (known) signedIn("7");
  server.mockResolvedValueOnce(Response.json({}, { status: 401 }));
  const { sendSignedIn } = await page();
  await expect(sendSignedIn("GET", "/api/tasks")).rejects.toMatchObject({ isNotOurs: true });
  expect(location.assign.mock.calls).toEqual([["/sign-in?why=over&to=%2Ftasks%3Fq%3Da"]]);
});

test("whoever signs in or out here is told to the other tabs", async () => {
  const account = await import("@/account/client");
  server.mockResolvedValueOnce(Response.json({ user: { id: "9", email: "a@b", name: "A" } }));
  await account.signIn({ email: "a@b", password: "x" });
  expect(device.localStorage.getItem("todo_account")).toBe("9");
  await account.signOut();
  expect(device.localStorage.getItem("todo_account")).toBe(null);
  expect(location.reload).not.toHaveBeenCalled();
});
