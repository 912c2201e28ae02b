import { ArrowUp, Square } from "lucide-react";
import type { SubmitEvent } from "react";

import { Button } from "@/ui/Button";

import styles from "./AssistantPanel.module.css";

interface Props {
  text: string;
  busy: boolean;
  ready: boolean;
  onWrite: (text: string) => void;
  onAsk: () => void;
  onStop: () => void;
}

const LONGEST = 2000;

export function Composer({ text, busy, ready, onWrite, onAsk, onStop }: Props) {
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (text.trim() && !busy && ready) onAsk();
  }

  return (
    <form className={styles.composer} onSubmit={submit}>
      <input
        value={text}
        aria-label="Your message"
        placeholder="Ask or tell…"
        maxLength={LONGEST}
        autoComplete="off"
        enterKeyHint="send"
        onChange={(event) => {
          onWrite(event.target.value);
        }}
      />
      {busy ? (
        <Button key="stop" look="plain" square aria-label="Stop" onClick={onStop}>
          <Square aria-hidden="true" />
        </Button>
      ) : (
        <Button key="send" look="main" square type="submit" aria-label="Send" disabled={!ready}>
          <ArrowUp aria-hidden="true" />
        </Button>
      )}
    </form>
  );
}
