import { type KeyboardEvent, useState } from "react";

import { areOn } from "@/keyboard/shortcuts";

import type { Written } from "./drafts";
import type { ShownTask } from "./entries";
import { focusBeside, onArrows } from "./focus";
import type { TaskStore } from "./store";
import styles from "./TaskList.module.css";
import { TaskRow } from "./TaskRow";

interface Props {
  tasks: readonly ShownTask[];
  store: TaskStore;
  edits: Readonly<Record<string, Written>>;
  onTag: (tag: string) => void;
  /** The last row is going: the focus needs another place. */
  onEmptied: () => void;
}

export function TaskList({ tasks, store, edits, onTag, onEmptied }: Props) {
  const [editing, setEditing] = useState("");

  function remove(task: ShownTask, row: Element | null) {
    focusBeside(row, onEmptied);
    void store.remove(task);
  }

  const onKeys = (task: ShownTask) => (event: KeyboardEvent<HTMLLIElement>) => {
    if (editing === task.id || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onArrows(event)) {
      if (!areOn()) return;
      if (isDelete(event.key)) remove(task, event.currentTarget);
      else if (event.key === "e") setEditing(task.id);
      else if (event.key === "x") void store.change(task, { done: !task.done });
      else return;
    }
    event.preventDefault();
  };

  return (
    <ul className={styles.list}>
      {tasks.map((task) => (
        // Rows hold the controls; the keys are shorter ways to them.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <li key={task.id} id={task.id} className={styles.row} data-done={task.done} aria-busy={task.saving && !task.waiting} onKeyDown={onKeys(task)}>
          <TaskRow
            task={task}
            store={store}
            written={edits[task.id]}
            editing={editing === task.id}
            onEdit={(open) => {
              if (open) store.letGo();
              setEditing((now) => (open ? task.id : now === task.id ? "" : now));
            }}
            onTag={onTag}
            onRemove={(row) => {
              setEditing("");
              remove(task, row);
            }}
          />
        </li>
      ))}
    </ul>
  );
}

/** The key that Macs call Delete is Backspace. */
function isDelete(key: string): boolean {
  return key === "Delete" || (key === "Backspace" && /mac/i.test(navigator.userAgent));
}
