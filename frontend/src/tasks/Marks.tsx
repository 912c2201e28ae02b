import { dayInWords, today } from "./days";
import styles from "./Marks.module.css";
import type { Task } from "./task";

const PRIORITY = { low: "Low", normal: "", high: "High" };

/** When a task is due, how much it matters, what it belongs to. */
export function Marks({ task }: { task: Task }) {
  const now = today();
  const overdue = task.due_date !== null && task.due_date < now && !task.done;
  const pressing = task.due_date === now && !task.done;
  if (!task.due_date && !PRIORITY[task.priority] && !task.notes && task.tags.length === 0) return null;
  return (
    <div className={styles.marks}>
      {task.due_date && (
        <time dateTime={task.due_date} className={styles.mark} data-tone={overdue ? "bad" : pressing ? "warn" : "calm"}>
          <span className="unseen">{overdue ? "Overdue since " : "Due "}</span>
          {dayInWords(task.due_date, now)}
        </time>
      )}
      {PRIORITY[task.priority] && (
        <span className={styles.mark} data-tone={task.priority === "high" ? "bad" : "calm"}>
          {PRIORITY[task.priority]}
          <span className="unseen"> priority</span>
        </span>
      )}
      {task.tags.map((tag) => (
        <span key={tag} className={styles.mark} data-tone="tag">
          #{tag}
        </span>
      ))}
      {task.notes && <p className={styles.notes}>{task.notes}</p>}
    </div>
  );
}
