import { lazy, type RefObject, Suspense, useRef, useState } from "react";

import { Notice } from "@/ui/Notice";
import page from "@/ui/page.module.css";

import type { Board } from "./board";
import { shown, type ShownTask } from "./entries";
import { FilterBar } from "./FilterBar";
import { addressOf, EVERYTHING, type Filter, isNarrow } from "./filter";
import { QuickAdd } from "./QuickAdd";
import { Empty, Loading, More, NothingFound, Offline, Unloadable } from "./states";
import type { TaskStore } from "./store";
import styles from "./TaskBoard.module.css";
import { TaskList } from "./TaskList";
import { Undo } from "./Undo";
import { useShortcuts } from "./useShortcuts";
import { summary } from "./words";

const Help = lazy(() => import("@/keyboard/Help"));

/** The list, what is above it, and what is to be said about both. */
export function TaskBoard({ store, board }: { store: TaskStore; board: Board }) {
  const field = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const [resets, setResets] = useState(0);
  const tasks = shown(board.entries);
  const ready = board.status === "ready";
  const filterBy = (filter: Filter) => {
    window.history.replaceState(null, "", window.location.pathname + addressOf(filter));
    void store.load(filter);
  };
  useShortcuts({
    n: () => field.current?.focus(),
    "/": () => search.current?.focus(),
    u: () => void store.undo(),
    "?": () => {
      setHelp(true);
    },
  });

  return (
    <>
      <div className={styles.heading}>
        <h1 className={page.title}>Your tasks</h1>
        <p>{ready && !board.cursor && summary(tasks)}</p>
      </div>
      <Offline onBack={() => void store.load()} />
      <QuickAdd field={field} ready={board.status !== "loading"} onAdd={(fields) => store.add(fields)} onRefuse={store.refuse} />
      <FilterBar key={resets} filter={board.filter} tags={board.tags} search={search} onChange={filterBy} />
      {ready && board.problem && <Notice kind="problem">{board.problem}</Notice>}
      <p role="status" className="unseen">
        {board.news}
      </p>
      <section aria-label="Tasks" aria-busy={board.refreshing} className={styles.list}>
        <Listed
          store={store}
          board={board}
          tasks={tasks}
          field={field}
          onReset={() => {
            filterBy({ ...EVERYTHING, sort: board.filter.sort });
            setResets(resets + 1);
          }}
        />
      </section>
      {board.deleted && <Undo key={board.deleted.key} title={board.deleted.title} onUndo={() => void store.undo()} onEnd={store.letGo} />}
      {help && (
        <Suspense>
          <Help
            onClose={() => {
              setHelp(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

interface ListedProps {
  store: TaskStore;
  board: Board;
  tasks: readonly ShownTask[];
  field: RefObject<HTMLInputElement | null>;
  onReset: () => void;
}

/** The list, or why there is none. */
function Listed({ store, board, tasks, field, onReset }: ListedProps) {
  if (board.status === "loading") return <Loading />;
  if (board.status === "failed") return <Unloadable reason={board.problem} onRetry={() => void store.load()} />;
  if (tasks.length === 0 && !board.cursor) return isNarrow(board.filter) ? <NothingFound onReset={onReset} /> : <Empty />;
  return (
    <>
      <TaskList tasks={tasks} store={store} onEmptied={() => field.current?.focus()} />
      {board.cursor && <More onMore={() => void store.extend()} />}
    </>
  );
}
