"use client";

import { Settings2, Sparkles } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";

import { later, whenIdle } from "@/client/later";
import { Button, LinkButton } from "@/ui/Button";
import { Header } from "@/ui/Header";
import page from "@/ui/page.module.css";

import type { Filter } from "./filter";
import { TaskStore } from "./store";
import { TaskBoard } from "./TaskBoard";

const AssistantPanel = later(async () => (await import("@/assistant/AssistantPanel")).default);

/** The signed-in user's page: the list, and the assistant beside it. */
export function TaskPage({ filter }: { filter: Filter }) {
  const [store] = useState(() => new TaskStore(filter));
  const board = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  const [asking, setAsking] = useState(false);
  useEffect(() => void store.load(), [store]);
  useEffect(() => waking(store.wake), [store]);
  useEffect(() => whenIdle(AssistantPanel.fetch), []);

  return (
    <>
      <Header>
        <Button
          look="quiet"
          onClick={() => {
            setAsking(true);
          }}
        >
          <Sparkles aria-hidden="true" />
          Assistant
        </Button>
        <LinkButton look="quiet" square href="/settings" aria-label="Settings" title="Settings">
          <Settings2 aria-hidden="true" />
        </LinkButton>
      </Header>
      <main className={page.page}>
        <TaskBoard store={store} board={board} />
      </main>
      {asking && (
        <AssistantPanel
          draft={store.drafts}
          onDeed={() => void store.load()}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}

/** Call `wake` when the connection is back, or somebody looks at the page again. */
function waking(wake: () => void): () => void {
  const onShow = () => {
    if (document.visibilityState === "visible" && navigator.onLine) wake();
  };
  addEventListener("online", onShow);
  document.addEventListener("visibilitychange", onShow);
  return () => {
    removeEventListener("online", onShow);
    document.removeEventListener("visibilitychange", onShow);
  };
}
