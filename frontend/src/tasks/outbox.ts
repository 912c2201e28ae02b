import { RequestFailed } from "@/client/request";

import type { Drafts, Unsent } from "./drafts";

const AGAIN_AFTER_MS = 5_000;

export type Change = Pick<Unsent, "id" | "title" | "patch">;

/** Changes on their way to the server: kept on the device until they have arrived, and sent again while it is out of reach. */
export class Outbox {
  drafts: Drafts | null = null;
  #waiting = new Set<() => void>();

  async send<T>(what: Change, work: () => Promise<T>, onWait: (waits: boolean) => void): Promise<T> {
    const key = newKey();
    try {
      for (;;) {
        this.drafts?.send(key, what);
        try {
          const done = await work();
          this.drafts?.send(key, null);
          return done;
        } catch (problem) {
          // A session that is over leaves what was to be sent to the next one.
          if (!canWait(problem, what.id === null) && !isNotOurs(problem)) this.drafts?.send(key, null);
          if (!canWait(problem, what.id === null)) throw problem;
        }
        onWait(true);
        await this.#wait();
      }
    } finally {
      onWait(false);
    }
  }

  /** The server may be within reach again. */
  wake(): void {
    for (const end of [...this.#waiting]) end();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, AGAIN_AFTER_MS);
      this.#waiting.add(end);
    });
  }
}

export function newKey(): string {
  return `new-${String(Date.now())}-${String(Math.random()).slice(2, 10)}`;
}

function isNotOurs(problem: unknown): boolean {
  return problem instanceof RequestFailed && problem.isNotOurs;
}

/** Whether a later try may succeed. Where nobody knows what came of it, a task is not added a second time. */
function canWait(problem: unknown, isNew: boolean): boolean {
  if (!(problem instanceof RequestFailed)) return false;
  return [0, 502, 503].includes(problem.status) || (problem.status === 504 && !isNew);
}
