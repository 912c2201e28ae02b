import { expect, test } from "vitest";

import { contentPolicy } from "@/server/policy";
import { summary } from "@/tasks/words";

test.each([
  [[], ""],
  [[false], "1 open"],
  [[false, true, false], "2 open, 1 done"],
  [[true, true], "All done"],
])("tasks done %j are summed up as %j", (done, expected) => {
  expect(summary(done.map((each) => ({ done: each })))).toBe(expected);
});

test("a page's policy allows no inline script or style, and no other origin", () => {
  const policy = contentPolicy("n0nce", false);
  expect(policy).toContain("script-src 'self' 'nonce-n0nce' 'strict-dynamic';");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});
