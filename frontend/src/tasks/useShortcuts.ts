import { useEffect } from "react";

import { areOn } from "@/keyboard/shortcuts";

/** Single keys that do something while nothing is being written. */
export function useShortcuts(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const work = keys[event.key];
      const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
      if (!work || elsewhere || isWriting(event.target) || !areOn()) return;
      event.preventDefault();
      work();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  });
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const free = target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type);
  return (!free && target.matches("input, textarea, select")) || target.closest("[role=dialog]") !== null;
}
