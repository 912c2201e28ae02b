import { type KeyboardEvent, type SubmitEvent, useEffect, useRef } from "react";

import { Button } from "@/ui/Button";
import { SelectField, TextArea, TextField } from "@/ui/Field";

import { changesOf } from "./changes";
import { LONGEST, PRIORITIES, type Patch, type Task } from "./task";
import styles from "./TaskEditor.module.css";

interface Props {
  task: Task;
  onSave: (patch: Patch) => void;
  onCancel: () => void;
}

const PRIORITY = { low: "Low", normal: "Normal", high: "High" };

/** A task's fields in its place in the list. */
export default function TaskEditor({ task, onSave, onCancel }: Props) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector("input")?.select();
  }, []);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onSave(changesOf(task, new FormData(event.currentTarget)));
  }

  function onKeys(event: KeyboardEvent<HTMLFormElement>) {
    event.stopPropagation();
    if (event.key === "Escape") onCancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  }

  return (
    // The keys save and leave; both have a button, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form ref={form} className={styles.editor} aria-label={`Edit “${task.title}”`} onSubmit={submit} onKeyDown={onKeys}>
      <TextField label="Title" name="title" defaultValue={task.title} maxLength={LONGEST.title} pattern=".*\S.*" autoComplete="off" required />
      <TextArea label="Notes" name="notes" defaultValue={task.notes} maxLength={LONGEST.notes} />
      <div className={styles.fields}>
        <TextField label="Due" name="due_date" type="date" min="0001-01-01" max="9999-12-31" defaultValue={task.due_date ?? ""} />
        <SelectField label="Priority" name="priority" defaultValue={task.priority}>
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {PRIORITY[each]}
            </option>
          ))}
        </SelectField>
        <TextField label="Tags" name="tags" defaultValue={task.tags.join(" ")} placeholder="home errands" autoComplete="off" autoCapitalize="none" />
      </div>
      <div className={styles.buttons}>
        <Button look="main" type="submit">
          Save
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
