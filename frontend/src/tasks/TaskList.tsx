import type { ShownTask } from "./list";
import { TaskRow } from "./TaskRow";
import styles from "./TaskList.module.css";

interface Props {
  tasks: readonly ShownTask[];
  onMark: (task: ShownTask, at: number, done: boolean) => void;
  onRemove: (task: ShownTask, at: number) => void;
  /** The last row is going: the focus needs another place. */
  onEmptied: () => void;
}

export function TaskList({ tasks, onMark, onRemove, onEmptied }: Props) {
  return (
    <ul className={styles.list}>
      {tasks.map((task, at) => (
        <TaskRow
          key={task.id}
          task={task}
          onMark={(done) => {
            onMark(task, at, done);
          }}
          onRemove={(row) => {
            if (task.saving) return;
            focusBeside(row, onEmptied);
            onRemove(task, at);
          }}
        />
      ))}
    </ul>
  );
}

/** Move the focus off a row about to go, so that the keyboard does not fall back to the top of the page. */
function focusBeside(row: Element | null, otherwise: () => void): void {
  const beside = row?.nextElementSibling ?? row?.previousElementSibling;
  const target = beside?.querySelector("button");
  if (target) target.focus();
  else otherwise();
}
