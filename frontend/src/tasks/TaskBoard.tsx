import { type RefObject, useEffect, useRef, useState } from "react";

import { later, whenIdle } from "@/client/later";
import page from "@/ui/page.module.css";

import type { Board } from "./board";
import { today } from "./days";
import { shown, type ShownTask } from "./entries";
import { FilterBar } from "./FilterBar";
import { addressOf, EVERYTHING, type Filter, isNarrow } from "./filter";
import { focusTask } from "./focus";
import { QuickAdd } from "./QuickAdd";
import { rare } from "./rarely";
import { Empty, Loading, More, Offline } from "./states";
import type { TaskStore } from "./store";
import styles from "./TaskBoard.module.css";
import { TaskList } from "./TaskList";
import { useShortcuts } from "./useShortcuts";
import { summary } from "./words";

const Help = later(async () => (await rare()).Help);
const Undo = later(async () => (await rare()).Undo);
const Problem = later(async () => (await rare()).Problem);
const Unlisted = later(async () => (await rare()).Unlisted);

/** The list, what is above it, and what is to be said about both. */
export function TaskBoard({ store, board }: { store: TaskStore; board: Board }) {
  const field = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const [resets, setResets] = useState(0);
  const tasks = shown(board.entries);
  const ready = board.status === "ready";
  const problem = [board.problem, board.failure].filter(Boolean).join(" ");
  const filterBy = (filter: Filter) => {
    window.history.replaceState(null, "", window.location.pathname + addressOf(filter));
    void store.load(filter);
  };
  const filterAnew = (filter: Filter) => {
    filterBy(filter);
    setResets(resets + 1);
  };
  const undo = () => {
    focusTask(store.undo());
  };
  useEffect(() => whenIdle(Undo.fetch), []);
  useShortcuts({
    n: () => field.current?.focus(),
    "/": () => search.current?.focus(),
    u: undo,
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
      <Offline />
      <QuickAdd field={field} store={store} line={board.line} ready={board.status !== "loading"} day={board.filter.show === "today" ? today() : null} />
      <FilterBar key={resets} filter={board.filter} tags={board.tags} search={search} onChange={filterBy} />
      <p role="status" className="unseen">
        {board.news}
      </p>
      <section aria-label="Tasks" aria-busy={board.refreshing} className={styles.list}>
        <Listed store={store} board={board} tasks={tasks} field={field} onFilter={filterAnew} />
      </section>
      <div className={styles.words}>
        {ready && problem && <Problem words={problem} onEnd={() => { store.refuse(""); }} />}
        {board.undoable && <Undo key={board.undoable.kind + board.undoable.task.id} what={board.undoable} onUndo={undo} onEnd={store.letGo} />}
      </div>
      {help && (
        <Help
          onClose={() => {
            setHelp(false);
          }}
        />
      )}
    </>
  );
}

interface ListedProps {
  store: TaskStore;
  board: Board;
  tasks: readonly ShownTask[];
  field: RefObject<HTMLInputElement | null>;
  onFilter: (filter: Filter) => void;
}

/** The list, or why there is none. */
function Listed({ store, board, tasks, field, onFilter }: ListedProps) {
  const { filter } = board;
  const showAll = () => {
    onFilter({ ...EVERYTHING, sort: filter.sort });
  };
  if (board.status === "loading") return <Loading />;
  if (board.status === "failed") return <Unlisted why="failed" reason={board.failure} onAct={() => void store.load()} />;
  if (tasks.length === 0 && !board.cursor) {
    if (!isNarrow(filter)) return <Empty />;
    return <Unlisted why={addressOf(filter) === "?show=today" ? "today" : "found"} onAct={showAll} />;
  }
  return (
    <>
      <TaskList
        tasks={tasks}
        store={store}
        edits={board.edits}
        onTag={(tag) => {
          onFilter({ ...filter, tag });
        }}
        onEmptied={() => field.current?.focus()}
      />
      {board.cursor && <More onMore={() => void store.extend()} />}
    </>
  );
}
