import { X } from "lucide-react";
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

export function AllDone({ onReset }: { onReset: () => void }) {
  return (
    <div className={styles.panel}>
      <p className={styles.headline}>Nothing is due today</p>
      <p>Enjoy the day, or look at what comes later.</p>
      <Button onClick={onReset}>Show all tasks</Button>
    </div>
  );
}

export function NothingFound({ onReset }: { onReset: () => void }) {
  return (
    <div className={styles.panel}>
      <p className={styles.headline}>No task is like that</p>
      <p>Try another word, or look at all of them.</p>
      <Button onClick={onReset}>Show all tasks</Button>
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

export function Unloadable({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  return (
    <div className={styles.panel} role="alert">
      <p className={styles.headline}>Your tasks could not be loaded</p>
      <p>{reason}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
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

/** What failed, where one looks: in view, however far the list is scrolled. */
export function Problem({ words, onEnd }: { words: string; onEnd: () => void }) {
  return (
    <div role="alert" className={styles.problem}>
      <p>{words}</p>
      <Button look="quiet" square aria-label="Close this message" onClick={onEnd}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
