import { Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";

import { Button } from "@/ui/Button";

import type { ShownTask } from "./entries";
import { Marks } from "./Marks";
import type { Patch } from "./task";
import styles from "./TaskList.module.css";

const loadEditor = () => import("./TaskEditor");
const TaskEditor = lazy(loadEditor);

interface Props {
  task: ShownTask;
  editing: boolean;
  onEdit: (open: boolean) => void;
  onChange: (patch: Patch) => void;
  onRemove: (row: Element | null) => void;
}

export function TaskRow(props: Props) {
  const { task, editing, onEdit, onChange } = props;
  const edit = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing) edit.current?.focus();
    wasEditing.current = editing;
  }, [editing]);
  const row = <Shown {...props} edit={edit} />;
  if (!editing) return row;
  return (
    <Suspense fallback={row}>
      <TaskEditor
        task={task}
        onSave={(patch) => {
          if (Object.keys(patch).length > 0) onChange(patch);
          onEdit(false);
        }}
        onCancel={() => {
          onEdit(false);
        }}
      />
    </Suspense>
  );
}

function Shown({ task, edit, onEdit, onChange, onRemove }: Props & { edit: React.RefObject<HTMLButtonElement | null> }) {
  return (
    <>
      <label className={styles.task}>
        <input
          type="checkbox"
          className={styles.box}
          checked={task.done}
          onChange={(event) => {
            onChange({ done: event.target.checked });
          }}
        />
        <span className={styles.title}>{task.title}</span>
      </label>
      <Marks task={task} />
      <div className={styles.actions}>
        <Button
          ref={edit}
          look="quiet"
          square
          aria-label={`Edit “${task.title}”`}
          onPointerEnter={() => void loadEditor()}
          onFocus={() => void loadEditor()}
          onClick={() => {
            onEdit(true);
          }}
        >
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
