"use client";

import { Settings, Sparkles } from "lucide-react";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";

import { Conversation } from "@/assistant/conversation";
import { Button, LinkButton } from "@/ui/Button";
import { Header } from "@/ui/Header";
import page from "@/ui/page.module.css";

import type { Filter } from "./filter";
import { TaskStore } from "./store";
import { TaskBoard } from "./TaskBoard";

const AssistantPanel = lazy(() => import("@/assistant/AssistantPanel"));

/** The signed-in user's page: the list, and the assistant beside it. */
export function TaskPage({ filter }: { filter: Filter }) {
  const [store] = useState(() => new TaskStore(filter));
  const [talk] = useState(() => new Conversation(() => void store.load()));
  const board = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  const [asking, setAsking] = useState(false);
  useEffect(() => void store.load(), [store]);

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
          <Settings aria-hidden="true" />
        </LinkButton>
      </Header>
      <main className={page.page}>
        <TaskBoard store={store} board={board} />
      </main>
      {asking && (
        <Suspense>
          <AssistantPanel
            talk={talk}
            onClose={() => {
              setAsking(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
