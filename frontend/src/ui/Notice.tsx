import type { ReactNode } from "react";

import { classes } from "./classes";
import styles from "./Notice.module.css";

/** Something to know; what failed is read out at once. */
export function Notice({ kind, children }: { kind: "problem" | "hint" | "good"; children: ReactNode }) {
  return (
    <div role={kind === "problem" ? "alert" : "status"} className={classes(styles.notice, styles[kind])}>
      {children}
    </div>
  );
}
