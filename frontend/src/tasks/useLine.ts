import { type RefObject, type SubmitEvent, useEffect, useState } from "react";

import { whenIdle } from "@/client/later";

import type { Found } from "./dates";
import { lineProblem, type Reading, read } from "./quick";
import type { TaskStore } from "./store";

type Find = (text: string) => Found | null;

let finding: Promise<Find> | null = null;

/** The dates' grammar, which comes later than the page. Without it a line is taken as it stands. */
async function finder(): Promise<Find> {
  finding ??= import("./dates").then(({ findDay }) => (text) => findDay(text));
  return finding.catch(() => {
    finding = null;
    return () => null;
  });
}

/** `plain` are words that look like a day and are none. */
async function readAs(text: string, plain: string): Promise<Reading> {
  const find = await finder();
  return read(text, (words) => {
    const named = find(words);
    return named?.words === plain ? null : named;
  });
}

/**
 * The line for a new task: kept while it is written, read as it is written, sent as it was read. `earlier` was typed before this page came;
 * `day` is that of a task that names none.
 */
export function useLine(field: RefObject<HTMLInputElement | null>, store: TaskStore, earlier: string, day: string | null) {
  const [reading, setReading] = useState<Reading | null>(null);
  const [plain, setPlain] = useState("");

  async function show(kept: string) {
    const text = field.current?.value ?? "";
    const now = await (text.trim() ? readAs(text, kept) : null);
    if (text === field.current?.value) setReading(now);
  }

  function write() {
    const text = field.current?.value ?? "";
    store.writeLine(text);
    void show(plain);
  }

  function put(text: string) {
    field.current?.setRangeText(text, 0, field.current.value.length, "end");
    write();
  }

  /** Give a line back, beside what is being written by now. */
  function offer(text: string) {
    const now = field.current?.value ?? "";
    if (text && !now.includes(text)) put([now, text].filter(Boolean).join(" "));
  }

  useEffect(() => {
    // What was typed before comes once, and is read as if it were typed now.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    offer(earlier);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [earlier]);
  useEffect(() => {
    // What was typed before the page listened.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    write();
    return whenIdle(() => void finder());
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  async function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = field.current?.value ?? "";
    field.current?.focus();
    put("");
    setPlain("");
    // To read it may take as long as the dates' grammar takes to come.
    store.writeLine(text);
    const wanted = await readAs(text, plain);
    const problem = lineProblem(wanted);
    store.refuse(problem);
    const { fields } = wanted;
    const adding = problem === "" && store.add({ ...fields, due_date: fields.due_date ?? day });
    store.writeLine(field.current?.value ?? "");
    if (!(await adding)) offer(text);
  }

  function takeAsWords(words: string) {
    setPlain(words);
    void show(words);
    field.current?.focus();
  }
  return { reading, write, add, takeAsWords };
}
