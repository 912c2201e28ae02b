import type { KeyboardEvent } from "react";

const CONTROLS = "input, button";

/** Move the focus off a row about to go, so that the keyboard does not fall back to the top of the page. */
export function focusBeside(row: Element | null, otherwise: () => void): void {
  const beside = row?.nextElementSibling ?? row?.previousElementSibling;
  const target = beside?.querySelector<HTMLElement>(CONTROLS);
  if (target) target.focus();
  else otherwise();
}

/** Put the focus on a task's checkbox, once it is there again. */
export function focusTask(id: string | null): void {
  if (id !== null) requestAnimationFrame(() => document.getElementById(id)?.querySelector<HTMLElement>(CONTROLS)?.focus());
}

/** Arrow keys move to the same control of the row above or below; false for any other key. */
export function onArrows(event: KeyboardEvent<HTMLElement>): boolean {
  const row = event.currentTarget;
  const to = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (to === undefined) return false;
  const at = [...row.querySelectorAll(CONTROLS)].indexOf(document.activeElement ?? row);
  to?.querySelectorAll<HTMLElement>(CONTROLS)[Math.max(at, 0)]?.focus();
  return true;
}
