import styles from "./states.module.css";

export function Loading() {
  return (
    <div className={`${styles.panel ?? ""} ${styles.late ?? ""}`} role="status">
      <p>Loading your tasks…</p>
    </div>
  );
}

export function Empty() {
  return (
    <div className={styles.panel}>
      <p className={styles.headline}>Nothing to do</p>
      <p>Write down the first thing above, and it will wait for you here.</p>
    </div>
  );
}

export function Older({ onExtend }: { onExtend: () => void }) {
  return (
    <p className={styles.older}>
      <button type="button" className={styles.retry} onClick={onExtend}>
        Show older tasks
      </button>
    </p>
  );
}

export function Unloadable({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  return (
    <div className={styles.panel} role="alert">
      <p className={styles.headline}>Your tasks could not be loaded</p>
      <p>{reason}</p>
      <button type="button" className={styles.retry} onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
