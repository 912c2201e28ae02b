"use client";

import styles from "./page.module.css";

export default function PageError({ reset }: { reset: () => void }) {
  return (
    <main className={styles.page}>
      <h1 className={styles.title}>Something went wrong</h1>
      <p>Your tasks are safe; only this page failed to show them.</p>
      <button type="button" className={styles.button} onClick={reset}>
        Try again
      </button>
    </main>
  );
}
