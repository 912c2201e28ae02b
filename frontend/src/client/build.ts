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

/** Nothing is open, being written, or on its way. What was written before is kept as a draft. */
function isSafe(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog], form[data-open], [aria-busy=true]") === null && !isWriting();
}

function isWriting(): boolean {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement && activeElement.matches("input:not([type=checkbox], [type=radio]), textarea");
}
