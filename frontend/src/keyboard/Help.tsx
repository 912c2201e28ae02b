import * as Dialog from "@radix-ui/react-dialog";

import { allowStyles } from "@/ui/allowStyles";
import { Button } from "@/ui/Button";
import overlay from "@/ui/overlay.module.css";
import { useReturnFocus } from "@/ui/useReturnFocus";

import styles from "./Help.module.css";

const KEYS = [
  ["n", "Write a new task"],
  ["/", "Search"],
  ["↑ ↓", "Move through the list"],
  ["Space or x", "Complete, or open again"],
  ["e", "Edit; Esc leaves and keeps what you wrote, Ctrl + Enter saves"],
  ["Delete", "Delete"],
  ["u", "Take the last step back"],
];

export default function Help({ onClose }: { onClose: () => void }) {
  allowStyles();
  const onClosed = useReturnFocus();
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className={overlay.shade} />
        <Dialog.Content onCloseAutoFocus={onClosed} className={overlay.dialog} aria-describedby={undefined}>
          <Dialog.Title className={overlay.title}>Keyboard</Dialog.Title>
          <dl className={styles.keys}>
            {KEYS.map(([key, does]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <p className={styles.hint}>
            Single keys can be turned off in the <a href="/settings">settings</a>.
          </p>
          <Dialog.Close asChild>
            <Button>Close</Button>
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
