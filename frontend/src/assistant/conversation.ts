import type { Message } from "@/api";
import { Observed } from "@/client/observed";
import { RequestFailed } from "@/client/request";
import { reasonInWords } from "@/client/words";

import type { AssistantEvent } from "./events";

type Deed = Extract<AssistantEvent, { type: "task" }>;

export interface Turn extends Message {
  /** What was done to tasks on the way, in words. */
  deeds: readonly string[];
}

export interface Talk {
  available: "unknown" | "yes" | "no";
  turns: readonly Turn[];
  /** What is being written. */
  text: string;
  busy: boolean;
  problem: string;
}

/** Where a message is kept until it is answered. */
export interface Draft {
  message: string;
}

/** What is done to a task, in words; of one that was only looked up nothing is said. */
const DEEDS = { created: "Added", updated: "Changed", deleted: "Deleted", listed: "" } satisfies Record<Deed["action"], string>;

const CUT_OFF = "The answer was cut off. Look at your list before you ask again.";

/** What is sent along; an endless talk would cost ever more. */
const REMEMBERED_TURNS = 20;

/** A talk with the assistant; it outlives the panel that shows it. `onDeed` is called when tasks changed. */
export class Conversation extends Observed<Talk> {
  #stop = new AbortController();
  /** What was sent, as long as nothing is known of it. */
  #unheard = "";

  constructor(
    private readonly onDeed: () => void,
    private readonly draft: Draft,
  ) {
    super({ available: "unknown", turns: [], text: "", busy: false, problem: "" });
  }

  /** Go on where one was, and learn whether there is an assistant. */
  async open(): Promise<void> {
    if (!this.state.busy) this.write(this.draft.message);
    try {
      const { isAvailable } = await import("./client");
      this.set({ available: (await isAvailable()) ? "yes" : "no", problem: "" });
    } catch (problem) {
      this.set({ problem: reasonInWords(problem) });
    }
  }

  readonly write = (text: string): void => {
    this.set({ text });
    this.draft.message = [this.#unheard, text].filter(Boolean).join(" ");
  };

  /** Ask what is written. */
  async send(): Promise<void> {
    const content = this.state.text.trim();
    this.set({ text: "" });
    await this.ask(content);
  }

  /** Ask something; where nobody heard it, it is given back to be sent again. */
  async ask(content: string): Promise<void> {
    this.#unheard = content;
    this.write(this.state.text);
    const turns: Turn[] = [...this.state.turns, { role: "user", content, deeds: [] }];
    this.set({ turns: [...turns, { role: "assistant", content: "", deeds: [] }], busy: true, problem: "" });
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      const { ask } = await import("./client");
      const messages = turns.filter((turn) => turn.content).slice(-REMEMBERED_TURNS);
      const events = await ask(messages.map(({ role, content: said }) => ({ role, content: said })), signal);
      let last: AssistantEvent["type"] | null = null;
      for await (const event of events) {
        this.#heard();
        this.#take(event);
        last = event.type;
      }
      if (last !== "done" && last !== "error") this.set({ problem: CUT_OFF });
    } catch (problem) {
      if (!signal.aborted) this.#fail(problem);
    }
    this.#end();
  }

  readonly stop = (): void => {
    this.#stop.abort();
  };

  #take(event: AssistantEvent): void {
    if (event.type === "text") this.#answer((turn) => ({ ...turn, content: turn.content + event.delta }));
    if (event.type === "error") this.set({ problem: event.detail });
    const deed = event.type === "task" && event.task && DEEDS[event.action] && `${DEEDS[event.action]} “${event.task.title}”`;
    if (!deed) return;
    this.#answer((turn) => ({ ...turn, deeds: [...turn.deeds, deed] }));
    this.onDeed();
  }

  #heard(): void {
    if (!this.#unheard) return;
    this.#unheard = "";
    this.write(this.state.text);
  }

  #end(): void {
    const turns = this.state.turns.filter((turn) => turn.content || turn.deeds.length > 0);
    const back = this.#unheard;
    this.#unheard = "";
    this.set({ busy: false, turns: back ? turns.slice(0, -1) : turns });
    if (back) this.write([back, this.state.text].filter(Boolean).join(" "));
  }

  #fail(problem: unknown): void {
    if (!this.#unheard) {
      this.set({ problem: CUT_OFF });
      return;
    }
    const off = problem instanceof RequestFailed && problem.status === 503;
    this.set(off ? { available: "no" } : { problem: reasonInWords(problem) });
  }

  #answer(change: (turn: Turn) => Turn): void {
    this.set({ turns: this.state.turns.map((turn, at, all) => (at === all.length - 1 ? change(turn) : turn)) });
  }
}
