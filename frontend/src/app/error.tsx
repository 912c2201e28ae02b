"use client";

import { Button } from "@/ui/Button";
import styles from "@/ui/page.module.css";

export default function PageError({ reset }: { reset: () => void }) {
  return (
    <main className={styles.narrow}>
      <h1 className={styles.title}>Something went wrong</h1>
      <p>Your tasks are safe; only this page failed to show them.</p>
      <Button look="main" onClick={reset}>
        Try again
      </Button>
    </main>
  );
}
