import type { ReactNode } from "react";

import { dayInWords, today } from "./days";
import styles from "./Marks.module.css";
import type { Task } from "./task";

const PRIORITY = { low: "Low", normal: "", high: "High" };

interface Props {
  task: Task;
  /** A change is kept here until the server can be reached. */
  waiting: boolean;
  /** An editor was left with changes that are not saved. */
  unfinished: boolean;
  onTag: (tag: string) => void;
  onEdit: () => void;
}

/** When a task is due, how much it matters, what it belongs to, and what is not saved about it. */
export function Marks({ task, waiting, unfinished, onTag, onEdit }: Props) {
  if (!task.due_date && !PRIORITY[task.priority] && !task.notes && task.tags.length === 0 && !waiting && !unfinished) return null;
  return (
    <div className={styles.marks}>
      {waiting && (
        <span className={styles.mark} data-tone="warn">
          Not saved yet
        </span>
      )}
      {unfinished && (
        <button type="button" className={styles.mark} data-tone="warn" onClick={onEdit}>
          Unsaved changes
        </button>
      )}
      {task.due_date && <Due task={task} day={task.due_date} />}
      {PRIORITY[task.priority] && (
        <span className={styles.mark} data-tone={task.priority === "high" ? "bad" : "calm"}>
          {PRIORITY[task.priority]}
          <span className="unseen"> priority</span>
        </span>
      )}
      {task.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className={styles.mark}
          data-tone="tag"
          title={`Show #${tag}`}
          onClick={() => {
            onTag(tag);
          }}
        >
          #{tag}
        </button>
      ))}
      {task.notes && <p className={styles.notes}>{withLinks(task.notes)}</p>}
    </div>
  );
}

function Due({ task, day }: { task: Task; day: string }) {
  const now = today();
  const overdue = day < now && !task.done;
  const pressing = day === now && !task.done;
  return (
    <time dateTime={day} className={styles.mark} data-tone={overdue ? "bad" : pressing ? "warn" : "calm"}>
      <span className="unseen">{overdue ? "Overdue since " : "Due "}</span>
      {dayInWords(day, now)}
    </time>
  );
}

/** Addresses in a text as links; a point or bracket behind one is the sentence's. */
function withLinks(text: string): ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'])/g).map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <a key={at} href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}
