import { useState } from "react";

/** For a dialog without a trigger of its own: when it closes, the focus goes back to where it was when it opened. */
export function useReturnFocus(): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
}
