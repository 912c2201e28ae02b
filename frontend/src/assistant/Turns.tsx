import { Check } from "lucide-react";
import { useEffect, useRef } from "react";

import { Button } from "@/ui/Button";

import styles from "./AssistantPanel.module.css";
import type { Turn } from "./conversation";

const EXAMPLES = ["What is due this week?", "Add “Buy stamps” for tomorrow", "Mark everything tagged #home as high priority"];

interface Props {
  turns: readonly Turn[];
  busy: boolean;
  ready: boolean;
  onExample: (text: string) => void;
}

export function Turns({ turns, busy, ready, onExample }: Props) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Newer browsers give a promise here, which must not become the effect's clean-up.
    end.current?.scrollIntoView({ block: "end" });
  }, [turns]);
  return (
    // A region that scrolls has to be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.turns} role="log" aria-label="Conversation" aria-busy={busy} tabIndex={0}>
      {turns.length === 0 && (
        <div className={styles.start}>
          <p>Say what you need; it sees and changes your tasks, and nobody else’s.</p>
          {EXAMPLES.map((each) => (
            <Button
              key={each}
              disabled={!ready}
              onClick={() => {
                onExample(each);
              }}
            >
              {each}
            </Button>
          ))}
        </div>
      )}
      {turns.map((turn, at) => (
        <div key={at} className={styles.turn} data-role={turn.role}>
          <span className="unseen">{turn.role === "user" ? "You: " : "Assistant: "}</span>
          {turn.deeds.map((deed, place) => (
            <p key={place} className={styles.deed}>
              <Check aria-hidden="true" />
              {deed}
            </p>
          ))}
          {turn.content && <p className={styles.words}>{turn.content}</p>}
          {busy && turn.role === "assistant" && !turn.content && at === turns.length - 1 && <p className={styles.thinking}>Thinking…</p>}
        </div>
      ))}
      <div ref={end} />
    </div>
  );
}
