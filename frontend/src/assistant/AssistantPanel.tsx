import * as Dialog from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";

import { allowStyles } from "@/ui/allowStyles";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import overlay from "@/ui/overlay.module.css";
import { useReturnFocus } from "@/ui/useReturnFocus";

import styles from "./AssistantPanel.module.css";
import { Composer } from "./Composer";
import { Conversation, type Draft } from "./conversation";
import { Turns } from "./Turns";

/** The talk of this page: it outlives the panel, and is no part of what the page loads first. */
let begun: Conversation | null = null;

function talkOf(onDeed: () => void, draft: Draft): Conversation {
  begun ??= new Conversation(onDeed, draft);
  return begun;
}

interface Props {
  draft: Draft;
  onDeed: () => void;
  onClose: () => void;
}

/** The assistant, in a sheet beside the list. */
export default function AssistantPanel({ draft, onDeed, onClose }: Props) {
  const [talk] = useState(() => talkOf(onDeed, draft));
  allowStyles();
  const onClosed = useReturnFocus();
  const { available, turns, text, busy, problem } = useSyncExternalStore(talk.subscribe, talk.snapshot);
  useEffect(() => void talk.open(), [talk]);
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className={overlay.shade} />
        <Dialog.Content onCloseAutoFocus={onClosed} className={overlay.sheet} aria-describedby={undefined}>
          <div className={styles.head}>
            <Dialog.Title className={styles.title}>Assistant</Dialog.Title>
            <Dialog.Close asChild>
              <Button look="quiet" square aria-label="Close">
                <X aria-hidden="true" />
              </Button>
            </Dialog.Close>
          </div>
          {available === "no" ? (
            <Off />
          ) : (
            <>
              <Turns turns={turns} busy={busy} onExample={(example) => void talk.ask(example)} ready={available === "yes"} />
              {problem && <Notice kind="problem">{problem}</Notice>}
              <Composer text={text} busy={busy} ready={available === "yes"} onWrite={talk.write} onAsk={() => void talk.send()} onStop={talk.stop} />
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Off() {
  return (
    <div className={styles.off}>
      <p className={styles.offTitle}>The assistant is off</p>
      <p>This installation has no key for it. Everything else works as ever.</p>
      <p>Whoever runs it can turn the assistant on by setting OPENAI_API_KEY for the backend.</p>
    </div>
  );
}
