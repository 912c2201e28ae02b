import { type RefObject, type SubmitEvent, useId } from "react";

import styles from "./TaskForm.module.css";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  ready: boolean;
  onAdd: (title: string) => Promise<boolean>;
  onRefuse: (problem: string) => void;
}

/** The backend's own limit. */
const LONGEST_TITLE = 200;

export function TaskForm({ field, ready, onAdd, onRefuse }: Props) {
  const id = useId();

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const input = event.currentTarget.querySelector("input");
    if (!input) return;
    const title = input.value.trim();
    if (!title) {
      onRefuse("Write down what is to be done first.");
      input.focus();
      return;
    }
    input.value = "";
    input.focus();
    const added = await onAdd(title);
    // Offered again unless the next one is being written already.
    if (!added && input.value === "") input.value = title;
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <label className={styles.label} htmlFor={id}>
        What is to be done?
      </label>
      <input
        ref={field}
        id={id}
        className={styles.field}
        type="text"
        maxLength={LONGEST_TITLE}
        placeholder="Water the plants"
        autoComplete="off"
        enterKeyHint="done"
      />
      <button className={styles.add} type="submit" disabled={!ready}>
        Add
      </button>
    </form>
  );
}
