import { useSyncExternalStore } from "react";

import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";

import styles from "./states.module.css";

export function Loading() {
  return (
    <div className={styles.skeleton} role="status">
      <span className="unseen">Loading your tasks…</span>
      <i />
      <i />
      <i />
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

export function More({ onMore }: { onMore: () => void }) {
  return (
    <p className={styles.more}>
      <Button onClick={onMore}>Show more tasks</Button>
    </p>
  );
}

const subscribe = (listener: () => void) => {
  for (const name of ["online", "offline"]) addEventListener(name, listener);
  return () => {
    for (const name of ["online", "offline"]) removeEventListener(name, listener);
  };
};

/** Says so while there is no connection. */
export function Offline() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  if (online) return null;
  return (
    <div className={styles.offline}>
      <Notice kind="hint">You are offline. What you write is kept on this device, and sent when you are back.</Notice>
    </div>
  );
}
