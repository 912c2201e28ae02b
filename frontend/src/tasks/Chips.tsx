import { CalendarDays, X } from "lucide-react";

import { dayInWords, today } from "./days";
import marks from "./Marks.module.css";
import styles from "./QuickAdd.module.css";
import type { Reading } from "./quick";

/** What the line will become. */
export default function Chips({ reading, onPlain }: { reading: Reading; onPlain: () => void }) {
  const { due_date, priority, tags } = reading.fields;
  return (
    <div className={styles.chips}>
      {due_date && (
        <button type="button" className={marks.mark} data-tone="warn" title="This is no date" onClick={onPlain}>
          <CalendarDays aria-hidden="true" />
          {dayInWords(due_date, today())}
          <X aria-hidden="true" />
          <span className="unseen">, take “{reading.dayWords}” as words</span>
        </button>
      )}
      {priority !== "normal" && (
        <span className={marks.mark} data-tone={priority === "high" ? "bad" : "calm"}>
          {priority === "high" ? "High" : "Low"}
        </span>
      )}
      {tags.map((tag) => (
        <span key={tag} className={marks.mark} data-tone="tag">
          #{tag}
        </span>
      ))}
    </div>
  );
}
