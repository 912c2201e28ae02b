import { useEffect, useState } from "react";

import { Button } from "@/ui/Button";

import type { Board } from "./board";
import styles from "./Undo.module.css";

const OFFERED_MS = 10_000;
const WORDS = { deleted: "Deleted", done: "Done" };

interface Props {
  what: NonNullable<Board["undoable"]>;
  onUndo: () => void;
  onEnd: () => void;
}

/** Offers to take the last step back; stays for as long as it is pointed at or has the focus. */
export default function Undo({ what, onUndo, onEnd }: Props) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onEnd, OFFERED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [held, onEnd]);
  const hold = (on: boolean) => () => {
    setHeld(on);
  };
  return (
    // Pointing at it only keeps it longer.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div role="group" aria-label="Last step" className={styles.undo} onPointerEnter={hold(true)} onPointerLeave={hold(false)} onFocus={hold(true)} onBlur={hold(false)}>
      <p role="status">
        {WORDS[what.kind]}: “{what.task.title}”
      </p>
      <Button onClick={onUndo}>Undo</Button>
    </div>
  );
}
