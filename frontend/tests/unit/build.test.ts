import { afterEach, beforeEach, expect, test, vi } from "vitest";

const reload = vi.fn();
/** What is on the page: fields, and whether something is open or on its way. */
let fields: { value: string; defaultValue: string; dataset: Record<string, string>; matches: () => boolean }[];
let active: { matches: () => boolean } | null;
let busy: string[];

const field = (value: string, defaultValue = "", dataset = {}) => ({ value, defaultValue, dataset, matches: () => true });

async function noteBuild(theirs: string | null): Promise<void> {
  (await import("@/client/build")).noteBuild(theirs);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.stubEnv("TODO_BUILD", "ours");
  [fields, active, busy] = [[], null, []];
  const selected = (selector: string) => busy.some((each) => selector.includes(each));
  vi.stubGlobal("document", {
    querySelector: (selector: string) => (selected(selector) ? {} : null),
    querySelectorAll: () => fields,
    get activeElement() {
      return active;
    },
  });
  vi.stubGlobal("window", { location: { reload } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  reload.mockReset();
});

test("a page that is older than its server comes anew, once", async () => {
  await noteBuild("theirs");
  await noteBuild("theirs");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reload).toHaveBeenCalledTimes(1);
});

test.each([["ours"], [null]])("a page of the build %j stays", async (theirs) => {
  await noteBuild(theirs);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reload).not.toHaveBeenCalled();
});

test.each([
  ["a dialog is open", () => busy.push("[role=dialog]")],
  ["a question is open", () => busy.push("[role=alertdialog]")],
  ["an editor is open", () => busy.push("form[data-open]")],
  ["something is on its way", () => busy.push("[aria-busy=true]")],
  ["a field is being written in", () => (active = field(""))],
  ["a field holds what nobody else keeps", () => fields.push(field("new password"))],
])("while %s, the page waits", async (_, happens) => {
  happens();
  await noteBuild("theirs");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reload).not.toHaveBeenCalled();
  [fields, active, busy] = [[], null, []];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reload).toHaveBeenCalledTimes(1);
});

test.each([
  ["as it was", field("b", "b")],
  ["kept", field("a line", "", { kept: "true" })],
])("a field that is %s does not hold a page back", async (_, left) => {
  fields.push(left);
  active = { matches: () => false };
  await noteBuild("theirs");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reload).toHaveBeenCalledTimes(1);
});
