/** Work in order: what has the same key waits for what came before it. */
export class Queues {
  #tails = new Map<string, Promise<unknown>>();

  add<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#tails.get(key) ?? Promise.resolve()).then(work);
    const tail = done.catch(() => undefined).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return done;
  }
}
