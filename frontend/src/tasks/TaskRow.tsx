import type { ShownTask } from "./list";
import styles from "./TaskList.module.css";

interface Props {
  task: ShownTask;
  onMark: (done: boolean) => void;
  onRemove: (row: Element | null) => void;
}

export function TaskRow({ task, onMark, onRemove }: Props) {
  return (
    <li className={styles.row} aria-busy={task.saving}>
      <label className={styles.task}>
        <input
          type="checkbox"
          className={styles.box}
          checked={task.done}
          onChange={(event) => {
            onMark(event.target.checked);
          }}
        />
        <span className={styles.title}>{task.title}</span>
      </label>
      <button
        type="button"
        className={styles.remove}
        aria-label={`Delete “${task.title}”`}
        onClick={(event) => {
          onRemove(event.currentTarget.closest("li"));
        }}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M5 5l10 10M15 5L5 15" />
        </svg>
      </button>
    </li>
  );
}
