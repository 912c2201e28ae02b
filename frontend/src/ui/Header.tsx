import type { ReactNode } from "react";

import { Brand } from "./Brand";
import styles from "./Header.module.css";

/** The bar at the top of every page. */
export function Header({ children }: { children?: ReactNode }) {
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <Brand />
        <nav aria-label="Main" className={styles.actions}>
          {children}
        </nav>
      </div>
    </header>
  );
}
