import type { Message } from "@/api";
import { Observed } from "@/client/observed";
import { RequestFailed } from "@/client/request";
import { reasonInWords } from "@/client/words";

import type { AssistantEvent } from "./events";

export interface Turn extends Message {
  /** What was done to tasks on the way, in words. */
  deeds: readonly string[];
}

export interface Talk {
  available: "unknown" | "yes" | "no";
  turns: readonly Turn[];
  busy: boolean;
  problem: string;
}

const DEEDS: Readonly<Record<string, string>> = { created: "Added", updated: "Changed", deleted: "Deleted", restored: "Brought back" };

/** What is sent along; an endless talk would cost ever more. */
const REMEMBERED_TURNS = 20;

/** A talk with the assistant; it outlives the panel that shows it. `onDeed` is called when tasks changed. */
export class Conversation extends Observed<Talk> {
  #stop = new AbortController();

  constructor(private readonly onDeed: () => void) {
    super({ available: "unknown", turns: [], busy: false, problem: "" });
  }

  /** Learn whether there is an assistant. */
  async open(): Promise<void> {
    try {
      const { isAvailable } = await import("./client");
      this.set({ available: (await isAvailable()) ? "yes" : "no", problem: "" });
    } catch (problem) {
      this.set({ problem: reasonInWords(problem) });
    }
  }

  async ask(content: string): Promise<void> {
    const turns: Turn[] = [...this.state.turns, { role: "user", content, deeds: [] }];
    this.set({ turns: [...turns, { role: "assistant", content: "", deeds: [] }], busy: true, problem: "" });
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      const { ask } = await import("./client");
      const messages = turns.filter((turn) => turn.content).slice(-REMEMBERED_TURNS);
      const events = await ask(messages.map(({ role, content: said }) => ({ role, content: said })), signal);
      for await (const event of events) this.#take(event);
    } catch (problem) {
      if (!signal.aborted) this.#fail(problem);
    }
    this.set({ busy: false, turns: this.state.turns.filter((turn) => turn.content || turn.deeds.length > 0) });
  }

  readonly stop = (): void => {
    this.#stop.abort();
  };

  #take(event: AssistantEvent): void {
    if (event.type === "text") this.#answer((turn) => ({ ...turn, content: turn.content + event.delta }));
    if (event.type === "error") this.set({ problem: event.detail || "The assistant could not finish. Please try again." });
    const deed = event.type === "task" ? DEEDS[event.action] : undefined;
    if (event.type !== "task" || !deed) return;
    this.#answer((turn) => ({ ...turn, deeds: [...turn.deeds, event.title ? `${deed} “${event.title}”` : deed] }));
    this.onDeed();
  }

  #fail(problem: unknown): void {
    const off = problem instanceof RequestFailed && problem.status === 503;
    this.set(off ? { available: "no" } : { problem: reasonInWords(problem) });
  }

  #answer(change: (turn: Turn) => Turn): void {
    this.set({ turns: this.state.turns.map((turn, at, all) => (at === all.length - 1 ? change(turn) : turn)) });
  }
}
