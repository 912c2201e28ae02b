import { isRecord } from "@/client/request";
import { uuid } from "@/client/uuid";

import type { Operation } from "./operations";

/** What somebody wrote into an editor, by field. */
export type Written = Readonly<Record<string, string>>;

/** What was typed on a page and is not saved yet. */
export interface Kept {
  /** For a new task. */
  line: string;
  /** For the assistant. */
  message: string;
  /** In editors, by the task's id. */
  edits: Readonly<Record<string, Written>>;
  /** What the server has not confirmed, in its order. */
  operations: readonly Operation[];
}

/** Takes what a page that is gone has left, and returns the rest; a page that is just coming may take more. */
export type Heir = (left: Kept, coming: boolean) => Kept;

const NOTHING: Kept = { line: "", message: "", edits: {}, operations: [] };
/** The page that this tab showed last. */
const LAST = "todo_page";
const GOES_WITHIN_MS = 1_000;

/**
 * Keeps what is typed on this device, for one account. Every page writes for itself alone, so tabs do not disturb each other. It holds a lock
 * of the same name for as long as it lives: what nobody holds was left by a page that is gone, and belongs to the one that takes it up first.
 */
export class Drafts {
  readonly #page = uuid();
  #account = "";
  #kept = NOTHING;
  #coming: Promise<void> | null = null;
  /** Pages whose end is awaited. */
  #awaited = new Set<string>();

  get kept(): Kept {
    return this.#kept;
  }

  keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    if (this.#account) write(this.#name, this.#kept);
  }

  get message(): string {
    return this.#kept.message;
  }

  set message(message: string) {
    this.keep({ message });
  }

  /** Keep it for this account from now on, and take up what other pages have left or will leave. */
  async open(account: string, heir: Heir): Promise<void> {
    this.#account = account;
    try {
      await (this.#coming ??= this.#come(heir));
      this.#awaitOthers(heir);
    } catch {
      // A device that lets nothing be kept; the page works all the same.
    }
  }

  async #come(heir: Heir): Promise<void> {
    void locks()?.request(this.#name, () => new Promise(() => undefined));
    this.keep({});
    const last = sessionStorage.getItem(LAST);
    sessionStorage.setItem(LAST, this.#name);
    if (last && draftsOf(this.#account).includes(last)) {
      this.#awaited.add(last);
      // It is about to go, and comes first; not so where a tab was copied.
      const soon = new Promise((passed) => setTimeout(passed, GOES_WITHIN_MS));
      await Promise.race([inherit(last, heir, true, {}), soon]);
    }
    for (const name of this.#others()) await inherit(name, heir, true, { ifAvailable: true });
  }

  #awaitOthers(heir: Heir): void {
    for (const name of this.#others().filter((each) => !this.#awaited.has(each))) {
      this.#awaited.add(name);
      void inherit(name, heir, false, {}).then(() => this.#awaited.delete(name));
    }
  }

  #others(): string[] {
    return draftsOf(this.#account).filter((name) => name !== this.#name);
  }

  get #name(): string {
    return `${LAST}_${this.#account}_${this.#page}`;
  }
}

/** The names of all that is kept on this device for an account. */
export function draftsOf(account: string): string[] {
  return Object.keys(localStorage).filter((name) => name.startsWith(`${LAST}_${account}_`));
}

/** What is to be taken of what a page that is gone has left, and the rest. What is typed here by now is not disturbed. */
export function shared(left: Kept, own: Kept, coming: boolean): { took: Omit<Kept, "operations">; rest: Kept } {
  const text = (name: "line" | "message") => (coming && own[name] === "" ? ([left[name], ""] as const) : ([own[name], left[name]] as const));
  const isSent = (id: string) => left.operations.some(({ task }) => task.id === id);
  const isTaken = (id: string) => !(id in own.edits) && (coming || isSent(id));
  const edits = (taken: boolean) => Object.fromEntries(Object.entries(left.edits).filter(([id]) => isTaken(id) === taken));
  const [[line, itsLine], [message, itsMessage]] = [text("line"), text("message")];
  return {
    took: { line, message, edits: { ...edits(true), ...own.edits } },
    rest: { line: itsLine, message: itsMessage, edits: edits(false), operations: [] },
  };
}

/** A record with one value changed; without it where that is null. */
export function withOne<T>(all: Readonly<Record<string, T>>, key: string, value: T | null): Record<string, T> {
  const rest = Object.entries(all).filter(([name]) => name !== key);
  return Object.fromEntries(value === null ? rest : [...rest, [key, value]]);
}

async function inherit(name: string, heir: Heir, coming: boolean, options: LockOptions): Promise<void> {
  const take = (isGone: boolean) => {
    const left = isGone ? read(name) : null;
    if (left) write(name, heir(left, coming));
  };
  // Without TLS there are no locks: nothing is lost then either, but a page that comes may take what another one still has.
  if (!locks() && coming) take(true);
  await locks()?.request(name, options, (lock) => { take(lock !== null); }).catch(() => undefined);
}

function locks(): LockManager | undefined {
  return (navigator as { locks?: LockManager }).locks;
}

function read(name: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    return isRecord(kept) ? { ...NOTHING, ...kept } : null;
  } catch {
    return null;
  }
}

function write(name: string, kept: Kept): void {
  const isEmpty = JSON.stringify(kept) === JSON.stringify(NOTHING);
  try {
    if (isEmpty) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(kept));
  } catch {
    // The same goes for one without room.
  }
}
