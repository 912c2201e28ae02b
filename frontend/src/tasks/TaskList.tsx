import { type KeyboardEvent, useState } from "react";

import type { ShownTask } from "./entries";
import { focusBeside, onArrows } from "./focus";
import type { TaskStore } from "./store";
import styles from "./TaskList.module.css";
import { TaskRow } from "./TaskRow";

interface Props {
  tasks: readonly ShownTask[];
  store: TaskStore;
  /** The last row is going: the focus needs another place. */
  onEmptied: () => void;
}

export function TaskList({ tasks, store, onEmptied }: Props) {
  const [editing, setEditing] = useState("");

  function remove(task: ShownTask, row: Element | null) {
    focusBeside(row, onEmptied);
    void store.remove(task);
  }

  const onKeys = (task: ShownTask) => (event: KeyboardEvent<HTMLLIElement>) => {
    if (editing === task.key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete") remove(task, event.currentTarget);
    else if (event.key === "e") setEditing(task.key);
    else if (event.key === "x") void store.change(task, { done: !task.done });
    else if (!onArrows(event)) return;
    event.preventDefault();
  };

  return (
    <ul className={styles.list}>
      {tasks.map((task) => (
        // Rows hold the controls; the keys are shorter ways to them.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <li key={task.key} className={styles.row} data-done={task.done} aria-busy={task.saving} onKeyDown={onKeys(task)}>
          <TaskRow
            task={task}
            editing={editing === task.key}
            onEdit={(open) => {
              setEditing(open ? task.key : "");
            }}
            onChange={(patch) => void store.change(task, patch)}
            onRemove={(row) => {
              remove(task, row);
            }}
          />
        </li>
      ))}
    </ul>
  );
}
