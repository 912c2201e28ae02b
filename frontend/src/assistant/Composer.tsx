import { ArrowUp, Square } from "lucide-react";
import { type SubmitEvent, useRef } from "react";

import { Button } from "@/ui/Button";

import styles from "./AssistantPanel.module.css";

interface Props {
  busy: boolean;
  ready: boolean;
  onAsk: (text: string) => void;
  onStop: () => void;
}

const LONGEST = 2000;

export function Composer({ busy, ready, onAsk, onStop }: Props) {
  const field = useRef<HTMLInputElement>(null);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (!field.current || !text || busy || !ready) return;
    field.current.value = "";
    onAsk(text);
  }

  return (
    <form className={styles.composer} onSubmit={submit}>
      <input ref={field} aria-label="Your message" placeholder="Ask or tell…" maxLength={LONGEST} autoComplete="off" enterKeyHint="send" />
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
