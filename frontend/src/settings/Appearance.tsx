"use client";

import styles from "./Settings.module.css";
import { applyTheme, type Theme, THEMES } from "./theme";

const WORDS = { system: "As on this device", light: "Light", dark: "Dark" };

export function Appearance({ theme }: { theme: Theme }) {
  return (
    <section className={styles.card} aria-labelledby="appearance">
      <h2 id="appearance">Appearance</h2>
      <fieldset className={styles.choices} aria-labelledby="appearance">
        {THEMES.map((each) => (
          <label key={each} className={styles.choice}>
            <input
              type="radio"
              name="theme"
              defaultChecked={each === theme}
              onChange={() => {
                applyTheme(each);
              }}
            />
            {WORDS[each]}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
