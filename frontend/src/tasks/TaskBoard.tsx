"use client";

import { useEffect, useReducer, useRef } from "react";

import * as actions from "./actions";
import { after, EMPTY } from "./list";
import styles from "./TaskBoard.module.css";
import { TaskForm } from "./TaskForm";
import { TaskList } from "./TaskList";
import { Empty, Loading, Older, Unloadable } from "./states";
import { summary } from "./words";

/** The list, the form above it, and what is to be said about both. */
export function TaskBoard() {
  const [list, dispatch] = useReducer(after, EMPTY);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => void actions.load(dispatch), []);

  const ready = list.status === "ready";
  const someTasks = list.tasks.length > 0 || list.older !== "";
  return (
    <>
      <TaskForm
        field={field}
        ready={ready}
        onAdd={(title) => actions.add(dispatch, title)}
        onRefuse={(problem) => {
          dispatch({ type: "refuse", problem });
        }}
      />
      <div role="alert">{ready && list.problem && <p className={styles.problem}>{list.problem}</p>}</div>
      <p role="status" className={styles.unseen}>
        {list.news}
      </p>
      {list.status === "loading" && <Loading />}
      {list.status === "failed" && <Unloadable reason={list.problem} onRetry={() => void actions.load(dispatch)} />}
      {ready && !someTasks && <Empty />}
      {ready && someTasks && (
        <section aria-labelledby="tasks">
          <div className={styles.heading}>
            <h2 id="tasks">Tasks</h2>
            <p>{list.older ? "" : summary(list.tasks)}</p>
          </div>
          <TaskList
            tasks={list.tasks}
            onMark={(task, at, done) => void actions.mark(dispatch, task, at, done)}
            onRemove={(task, at) => void actions.remove(dispatch, task, at)}
            onEmptied={() => field.current?.focus()}
          />
          {list.older && <Older onExtend={() => void actions.extend(dispatch, list.older)} />}
        </section>
      )}
    </>
  );
}
