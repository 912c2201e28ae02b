import { Plus } from "lucide-react";
import { type RefObject, useId } from "react";

import { later } from "@/client/later";
import { Button } from "@/ui/Button";

import styles from "./QuickAdd.module.css";
import type { Reading } from "./quick";
import { rare } from "./rarely";
import type { TaskStore } from "./store";
import { useLine } from "./useLine";

const Chips = later(async () => (await rare()).Chips);

interface Props {
  field: RefObject<HTMLInputElement | null>;
  store: TaskStore;
  /** What was typed before this page came. */
  line: string;
  ready: boolean;
  /** The day of a task that names none. */
  day: string | null;
}

/** Tags and days beside the title; what is too much is said, not cut off. */
const LONGEST_LINE = 1000;

export function QuickAdd({ field, store, line, ready, day }: Props) {
  const id = useId();
  const { reading, write, add, takeAsWords } = useLine(field, store, line, day);
  return (
    <form className={styles.form} onSubmit={(event) => void add(event)}>
      <label className="unseen" htmlFor={id}>
        What is to be done?
      </label>
      <Plus className={styles.icon} aria-hidden="true" />
      <input
        ref={field}
        id={id}
        className={styles.field}
        type="text"
        data-kept
        maxLength={LONGEST_LINE}
        placeholder="What is to be done?"
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        enterKeyHint="done"
        onChange={write}
      />
      <Button look="main" type="submit" disabled={!ready}>
        Add
      </Button>
      <div id={`${id}-hint`} className={styles.hint}>
        {reading && hasMarks(reading) ? (
          <Chips
            reading={reading}
            onPlain={() => {
              takeAsWords(reading.dayWords);
            }}
          />
        ) : (
          <p>
            Try <em>Pay the rent on friday #home !high</em>
          </p>
        )}
      </div>
    </form>
  );
}

function hasMarks({ fields }: Reading): boolean {
  return fields.due_date !== null || fields.tags.length > 0 || fields.priority !== "normal";
}
