import { TaskBoard } from "@/tasks/TaskBoard";

import styles from "./page.module.css";

export default function Page() {
  return (
    <main className={styles.page}>
      <h1 className={styles.title}>Todo</h1>
      <TaskBoard />
      <noscript>
        <p>This list needs JavaScript. Please turn it on for this page.</p>
      </noscript>
    </main>
  );
}
