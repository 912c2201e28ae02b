import { Check } from "lucide-react";

import { classes } from "@/ui/classes";

import styles from "./Preview.module.css";

const TASKS = [
  { title: "Book the train to Bern", note: "Today", done: false },
  { title: "Water the plants", note: "home", done: true },
  { title: "Send the offer to Amara", note: "Tomorrow", done: false },
  { title: "Read twenty pages", note: "", done: false },
];

/** A picture of the list; nothing in it can be used. */
export function Preview() {
  return (
    <div className={styles.card} aria-hidden="true">
      {TASKS.map(({ title, note, done }) => (
        <div key={title} className={classes(styles.row, done && styles.done)}>
          <span className={styles.box}>{done && <Check />}</span>
          <span className={styles.title}>{title}</span>
          {note && <span className={styles.note}>{note}</span>}
        </div>
      ))}
    </div>
  );
}
