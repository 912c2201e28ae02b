/** Set by the build, on both sides alike (next.config.ts). */
const OURS = process.env.TODO_BUILD;

let stale = false;

/** An answer of the server names its build: a page of an earlier one loads itself anew when that disturbs nobody. */
export function noteBuild(theirs: string | null): void {
  if (theirs === null || !OURS || theirs === OURS || stale) return;
  stale = true;
  const timer = setInterval(() => {
    if (!isSafe()) return;
    clearInterval(timer);
    window.location.reload();
  }, 1_000);
}

/** What somebody writes in. */
export const TEXT_FIELD = "input:not([type=checkbox], [type=radio]), textarea";

/** Nothing is open, being written, on its way, or in a field that would forget it. */
function isSafe(): boolean {
  if (document.querySelector("[role=dialog], [role=alertdialog], form[data-open], [aria-busy=true]")) return false;
  if (document.activeElement?.matches(TEXT_FIELD)) return false;
  const fields = [...document.querySelectorAll<HTMLInputElement>(TEXT_FIELD)];
  return fields.every((field) => field.value === field.defaultValue || "kept" in field.dataset);
}
