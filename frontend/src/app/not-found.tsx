import Link from "next/link";

import styles from "./page.module.css";

export default function NotFound() {
  return (
    <main className={styles.page}>
      <h1 className={styles.title}>Nothing here</h1>
      <p>
        This page does not exist. <Link href="/">Go to your tasks</Link>
      </p>
    </main>
  );
}
