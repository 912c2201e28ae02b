import { useEffect, useState } from "react";

import { Button } from "@/ui/Button";

import styles from "./Undo.module.css";

const OFFERED_MS = 10_000;

/** Offers to bring a deleted task back; stays for as long as it is pointed at or has the focus. */
export function Undo({ title, onUndo, onEnd }: { title: string; onUndo: () => void; onEnd: () => void }) {
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
    <div role="group" aria-label="Deleted task" className={styles.undo} onPointerEnter={hold(true)} onPointerLeave={hold(false)} onFocus={hold(true)} onBlur={hold(false)}>
      <p role="status">Deleted “{title}”</p>
      <Button onClick={onUndo}>Undo</Button>
    </div>
  );
}
