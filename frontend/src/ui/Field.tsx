import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";

import { classes } from "./classes";
import styles from "./Field.module.css";

interface Labelled {
  label: string;
  hint?: string;
}

function Frame({ id, label, hint, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} {...(hint && { hint })}>
      <input id={id} className={styles.input} aria-describedby={hint && `${id}-hint`} {...rest} />
    </Frame>
  );
}

export function TextArea({ label, ...rest }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label}>
      <textarea id={id} className={classes(styles.input, styles.area)} {...rest} />
    </Frame>
  );
}

export function SelectField({ label, children, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label}>
      <select id={id} className={classes(styles.input, styles.select)} {...rest}>
        {children}
      </select>
    </Frame>
  );
}
