import type { ComponentProps } from "react";

import styles from "./Button.module.css";
import { classes } from "./classes";

interface Look {
  look?: "main" | "plain" | "quiet" | "danger";
  /** An icon alone; its words are the label. */
  square?: boolean;
}

export function Button({ look = "plain", square, className, type = "button", ...rest }: Look & ComponentProps<"button">) {
  return <button type={type} className={classes(styles.button, styles[look], square && styles.square, className)} {...rest} />;
}

/** A link that looks like a button. */
export function LinkButton({ look = "plain", square, className, children, ...rest }: Look & ComponentProps<"a">) {
  return (
    <a className={classes(styles.button, styles[look], square && styles.square, className)} {...rest}>
      {children}
    </a>
  );
}
