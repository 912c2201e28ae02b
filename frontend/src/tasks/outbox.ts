import { RequestFailed } from "@/client/request";

const AGAIN_AFTER_MS = 5_000;
/** No answer, or none from the backend: what was asked may have been done or not, and can be asked again. */
const OUT_OF_REACH = new Set([0, 408, 502, 503, 504]);

/** Work for the server: about one task in order, and again while the server is out of reach. */
export class Outbox {
  #tails = new Map<string, Promise<unknown>>();
  #waiting = new Set<() => void>();

  /** Do something about a task after all that was asked for before. */
  inOrder<T>(id: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#tails.get(id) ?? Promise.resolve()).then(work);
    const tail = done.catch(() => undefined).then(() => {
      if (this.#tails.get(id) === tail) this.#tails.delete(id);
    });
    this.#tails.set(id, tail);
    return done;
  }

  async insist<T>(attempt: () => Promise<T>, onWait: (waits: boolean) => void): Promise<T> {
    try {
      for (;;) {
        try {
          return await attempt();
        } catch (problem) {
          if (!(problem instanceof RequestFailed && OUT_OF_REACH.has(problem.status))) throw problem;
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
