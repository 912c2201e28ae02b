import { Button } from "@/ui/Button";

import styles from "./states.module.css";

const WORDS = {
  today: ["Nothing is due today", "Enjoy the day, or look at what comes later.", "Show all tasks"],
  found: ["No task is like that", "Try another word, or look at all of them.", "Show all tasks"],
  failed: ["Your tasks could not be loaded", "", "Try again"],
} as const;

/** Why no task is listed, although there may be some, and what to do about it. */
export default function Unlisted({ why, reason, onAct }: { why: keyof typeof WORDS; reason?: string; onAct: () => void }) {
  const [headline, words, act] = WORDS[why];
  return (
    <div className={styles.panel} role={why === "failed" ? "alert" : undefined}>
      <p className={styles.headline}>{headline}</p>
      <p>{reason ?? words}</p>
      <Button onClick={onAct}>{act}</Button>
    </div>
  );
}
