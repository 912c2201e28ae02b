import { useState } from "react";

/** For a dialog without a trigger of its own: when it closes, the focus goes back to where it was when it opened. */
export function useReturnFocus(): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    // This comes a moment after the dialog went: by then a key may have put the focus somewhere else.
    if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
  };
}
