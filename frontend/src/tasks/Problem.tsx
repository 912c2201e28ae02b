import { X } from "lucide-react";

import { Button } from "@/ui/Button";

import styles from "./states.module.css";

/** What failed, where one looks: in view, however far the list is scrolled. */
export default function Problem({ words, onEnd }: { words: string; onEnd: () => void }) {
  return (
    <div role="alert" className={styles.problem}>
      <p>{words}</p>
      <Button look="quiet" square aria-label="Close this message" onClick={onEnd}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
