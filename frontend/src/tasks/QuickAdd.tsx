import { CalendarDays, Plus, X } from "lucide-react";
import { type RefObject, useId } from "react";

import { Button } from "@/ui/Button";

import { dayInWords, today } from "./days";
import marks from "./Marks.module.css";
import styles from "./QuickAdd.module.css";
import type { Reading } from "./quick";
import type { TaskStore } from "./store";
import { useLine } from "./useLine";

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

/** What the line will become. */
function Chips({ reading, onPlain }: { reading: Reading; onPlain: () => void }) {
  const { due_date, priority, tags } = reading.fields;
  return (
    <div className={styles.chips}>
      {due_date && (
        <button type="button" className={marks.mark} data-tone="warn" title="This is no date" onClick={onPlain}>
          <CalendarDays aria-hidden="true" />
          {dayInWords(due_date, today())}
          <X aria-hidden="true" />
          <span className="unseen">, take “{reading.dayWords}” as words</span>
        </button>
      )}
      {priority !== "normal" && (
        <span className={marks.mark} data-tone={priority === "high" ? "bad" : "calm"}>
          {priority === "high" ? "High" : "Low"}
        </span>
      )}
      {tags.map((tag) => (
        <span key={tag} className={marks.mark} data-tone="tag">
          #{tag}
        </span>
      ))}
    </div>
  );
}
