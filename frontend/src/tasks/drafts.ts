import { isRecord } from "@/client/request";

import type { Patch } from "./task";

/** What somebody wrote into an editor, by field. */
export type Written = Readonly<Record<string, string>>;

/** A change that the server has not confirmed: of the task `id`, or a new task where that is null. */
export interface Unsent {
  id: string | null;
  title: string;
  patch: Patch;
  /** The page that takes care of it, and when it last did. */
  tab: string;
  at: number;
}

/** A page that has not taken care for so long is gone. */
const GONE_AFTER_MS = 180_000;

/** What was typed and is not saved yet: kept on this device for one account, until it is saved or thrown away. */
export class Drafts {
  readonly #tab = tabName();

  constructor(private readonly account: string) {}

  line(): string {
    const text = this.#read("line")[""];
    return typeof text === "string" ? text : "";
  }

  writeLine(text: string): void {
    this.#write("line", "", text || null);
  }

  edits(): Record<string, Written> {
    return this.#read("edits") as Record<string, Written>;
  }

  writeEdit(id: string, written: Written | null): void {
    this.#write("edits", id, written);
  }

  send(key: string, unsent: Pick<Unsent, "id" | "title" | "patch"> | null): void {
    this.#write("unsent", key, unsent && { ...unsent, tab: this.#tab, at: Date.now() });
  }

  /** What this page has to send: its own from before a reload, and that of pages that are gone. */
  unsent(): [string, Unsent][] {
    const all = Object.entries(this.#read("unsent")) as [string, Unsent][];
    return all.filter(([, { tab, at }]) => tab === this.#tab || at < Date.now() - GONE_AFTER_MS);
  }

  #read(kind: string): Record<string, unknown> {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#name(kind)) ?? "{}");
      return isRecord(kept) ? kept : {};
    } catch {
      return {};
    }
  }

  // Read anew each time: other tabs write here as well.
  #write(kind: string, key: string, value: unknown): void {
    const kept = withOne(this.#read(kind), key, value);
    try {
      if (Object.keys(kept).length === 0) localStorage.removeItem(this.#name(kind));
      else localStorage.setItem(this.#name(kind), JSON.stringify(kept));
    } catch {
      // A device without room keeps no drafts; the page works all the same.
    }
  }

  #name(kind: string): string {
    return `todo_${kind}_${this.account}`;
  }
}

/** A record with one value changed; without it where that is null. */
export function withOne<T>(all: Readonly<Record<string, T>>, key: string, value: T | null): Record<string, T> {
  const rest = Object.entries(all).filter(([name]) => name !== key);
  return Object.fromEntries(value === null ? rest : [...rest, [key, value]]);
}

/** The same before and after a reload, another one in each tab. */
function tabName(): string {
  const kept = sessionStorage.getItem("todo_tab") ?? `${String(Date.now())}-${String(Math.random()).slice(2)}`;
  sessionStorage.setItem("todo_tab", kept);
  return kept;
}
