import { Plus } from "lucide-react";
import { type RefObject, type SubmitEvent, useId } from "react";

import { Button } from "@/ui/Button";

import styles from "./QuickAdd.module.css";
import { fieldsOf } from "./quick";
import { type Fields, LONGEST } from "./task";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  ready: boolean;
  onAdd: (fields: Fields) => Promise<boolean>;
  onRefuse: (problem: string) => void;
}

export function QuickAdd({ field, ready, onAdd, onRefuse }: Props) {
  const id = useId();

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const input = event.currentTarget.querySelector("input");
    if (!input) return;
    const line = input.value;
    const fields = fieldsOf(line);
    input.focus();
    if (!fields.title) {
      onRefuse("Write down what is to be done first.");
      return;
    }
    input.value = "";
    const added = await onAdd(fields);
    // Offered again unless the next one is being written already.
    if (!added && input.value === "") input.value = line;
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <label className="unseen" htmlFor={id}>
        What is to be done?
      </label>
      <Plus className={styles.icon} aria-hidden="true" />
      <input
        ref={field}
        id={id}
        className={styles.field}
        type="text"
        maxLength={LONGEST.title}
        placeholder="What is to be done?"
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        enterKeyHint="done"
      />
      <Button look="main" type="submit" disabled={!ready}>
        Add
      </Button>
      <p id={`${id}-hint`} className={styles.hint}>
        Try <em>Pay the rent tomorrow #home !high</em>
      </p>
    </form>
  );
}
