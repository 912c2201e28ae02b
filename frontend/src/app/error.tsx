"use client";

import button from "@/ui/Button.module.css";
import { classes } from "@/ui/classes";
import styles from "@/ui/page.module.css";

export default function PageError({ reset }: { reset: () => void }) {
  return (
    <main className={styles.narrow}>
      <h1 className={styles.title}>Something went wrong</h1>
      <p>Your tasks are safe; only this page failed to show them.</p>
      <button type="button" className={classes(button.button, button.main)} onClick={reset}>
        Try again
      </button>
    </main>
  );
}
