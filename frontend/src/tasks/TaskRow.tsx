import { Pencil, Trash2 } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";

import { later } from "@/client/later";
import { Button } from "@/ui/Button";

import type { Written } from "./drafts";
import type { ShownTask } from "./entries";
import { Marks } from "./Marks";
import { rare } from "./rarely";
import type { TaskStore } from "./store";
import type { Patch } from "./task";
import styles from "./TaskList.module.css";

const TaskEditor = later(async () => (await rare()).TaskEditor);

interface Props {
  task: ShownTask;
  store: TaskStore;
  written: Written | undefined;
  editing: boolean;
  onEdit: (open: boolean) => void;
  onTag: (tag: string) => void;
  onRemove: (row: Element | null) => void;
}

export function TaskRow(props: Props) {
  const { task, store, written, editing, onEdit, onRemove } = props;
  const title = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing && document.activeElement === document.body) title.current?.focus();
    wasEditing.current = editing;
  }, [editing]);

  function save(patch: Patch) {
    onEdit(false);
    if (Object.keys(patch).length > 0) void store.change(task, patch, written ?? null);
    else store.writeEdit(task.id, null);
  }

  const row = <Shown {...props} title={title} />;
  if (!editing) return row;
  return (
    <TaskEditor
      meanwhile={row}
      task={task}
      written={written}
      onWrite={(now) => {
        store.writeEdit(task.id, now);
      }}
      onSave={save}
      onLeave={(discard) => {
        if (discard) store.writeEdit(task.id, null);
        onEdit(false);
      }}
      onRemove={onRemove}
    />
  );
}

function Shown({ task, store, written, title, onEdit, onTag, onRemove }: Props & { title: RefObject<HTMLButtonElement | null> }) {
  const edit = () => {
    onEdit(true);
  };
  return (
    <>
      <div className={styles.task}>
        <label className={styles.circle}>
          <input
            type="checkbox"
            className={styles.box}
            aria-label={task.title}
            checked={task.done}
            onChange={(event) => void store.change(task, { done: event.target.checked })}
          />
        </label>
        <button ref={title} type="button" className={styles.title} title="Edit" onClick={edit}>
          {task.title}
        </button>
      </div>
      <Marks task={task} waiting={task.waiting} unfinished={written !== undefined && !task.saving} onTag={onTag} onEdit={edit} />
      <div className={styles.actions}>
        <Button look="quiet" square aria-label={`Edit “${task.title}”`} onClick={edit}>
          <Pencil aria-hidden="true" />
        </Button>
        <Button
          look="quiet"
          square
          aria-label={`Delete “${task.title}”`}
          onClick={(event) => {
            onRemove(event.currentTarget.closest("li"));
          }}
        >
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
    </>
  );
}
