"use client";

import { useSyncExternalStore } from "react";

import { areOn, subscribe, turn } from "@/keyboard/shortcuts";

import styles from "./Settings.module.css";

/** Single keys can be pressed by mistake, or by speech input: they can be turned off. */
export function Shortcuts() {
  const on = useSyncExternalStore(subscribe, areOn, () => true);
  return (
    <section className={styles.card} aria-labelledby="shortcuts">
      <h2 id="shortcuts">Keyboard</h2>
      <div className={styles.choices}>
        <label className={styles.choice}>
          <input
            type="checkbox"
            checked={on}
            onChange={(event) => {
              turn(event.target.checked);
            }}
          />
          Single-key shortcuts
        </label>
      </div>
      <p className={styles.muted}>Press ? on your tasks to see them all.</p>
    </section>
  );
}
