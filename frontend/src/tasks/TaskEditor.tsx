import { type KeyboardEvent, type SubmitEvent, useEffect, useRef } from "react";

import { TEXT_FIELD } from "@/client/build";
import { Button } from "@/ui/Button";
import { SelectField, TextArea, TextField } from "@/ui/Field";

import { changesOf } from "./changes";
import type { Written } from "./drafts";
import { LONGEST, PRIORITIES, type Patch, tagProblem, type Task } from "./task";
import styles from "./TaskEditor.module.css";

interface Props {
  task: Task;
  /** What was written here before, and not saved. */
  written: Written | undefined;
  /** What is written now; null where it is as the task is. */
  onWrite: (written: Written | null) => void;
  onSave: (patch: Patch) => void;
  /** Leaving keeps what is written, unless it is to be thrown away. */
  onLeave: (discard: boolean) => void;
  onRemove: (row: Element | null) => void;
}

const PRIORITY = { low: "Low", normal: "Normal", high: "High" };

/** A task's fields in its place in the list. */
export default function TaskEditor({ task, written, onWrite, onSave, onLeave, onRemove }: Props) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // It may have come late: whoever writes somewhere else by now goes on there.
    if (document.activeElement?.matches(TEXT_FIELD)) return;
    const title = form.current?.querySelector("input");
    title?.focus();
    title?.select();
    form.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const values = { title: task.title, notes: task.notes, due_date: task.due_date ?? "", priority: task.priority, tags: task.tags.join(" "), ...written };

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onSave(changesOf(task, new FormData(event.currentTarget)));
  }

  function write(event: { currentTarget: HTMLFormElement }) {
    const data = new FormData(event.currentTarget);
    const tags = event.currentTarget.elements.namedItem("tags");
    if (tags instanceof HTMLInputElement) tags.setCustomValidity(tagProblem(tags.value));
    const changes = changesOf(task, data);
    onWrite(Object.keys(changes).length > 0 ? (Object.fromEntries(data) as Written) : null);
  }

  function onKeys(event: KeyboardEvent<HTMLFormElement>) {
    event.stopPropagation();
    if (event.key === "Escape") onLeave(false);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  }

  return (
    // The keys save and leave; both have a button, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form ref={form} data-open className={styles.editor} aria-label={`Edit “${task.title}”`} onSubmit={submit} onChange={write} onKeyDown={onKeys}>
      <TextField label="Title" name="title" defaultValue={values.title} maxLength={LONGEST.title} pattern=".*\S.*" autoComplete="off" required />
      <TextArea label="Notes" name="notes" defaultValue={values.notes} maxLength={LONGEST.notes} />
      <div className={styles.fields}>
        <TextField label="Due" name="due_date" type="date" min="0001-01-01" max="9999-12-31" defaultValue={values.due_date} />
        <SelectField label="Priority" name="priority" defaultValue={values.priority}>
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {PRIORITY[each]}
            </option>
          ))}
        </SelectField>
        <TextField label="Tags" name="tags" defaultValue={values.tags} placeholder="home errands" autoComplete="off" autoCapitalize="none" />
      </div>
      <Buttons
        changed={written !== undefined}
        onDiscard={() => {
          onLeave(true);
        }}
        onRemove={() => {
          onRemove(form.current?.closest("li") ?? null);
        }}
      />
    </form>
  );
}

function Buttons({ changed, onDiscard, onRemove }: { changed: boolean; onDiscard: () => void; onRemove: () => void }) {
  return (
    <div className={styles.buttons}>
      <Button look="main" type="submit">
        Save
      </Button>
      <Button onClick={onDiscard}>{changed ? "Discard" : "Cancel"}</Button>
      <Button look="danger" className={styles.remove} onClick={onRemove}>
        Delete
      </Button>
    </div>
  );
}
