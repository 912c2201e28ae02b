/** A browser's storage: what is stored are the object's own properties, as in browsers. */
class FakeStorage {
  getItem(name: string): string | null {
    return (this as Record<string, unknown>)[name] as string | undefined ?? null;
  }
  setItem(name: string, value: string): void {
    Object.assign(this, { [name]: value });
  }
  removeItem(name: string): void {
    Reflect.deleteProperty(this, name);
  }
}

type Work = (lock: object | null) => unknown;

/** Locks of a browser; `release` is what happens when a page goes. */
class FakeLocks {
  #held = new Set<string>();
  #waiting: [string, Work, (value: unknown) => void][] = [];

  request(name: string, options: LockOptions | Work, work: Work = options as Work): Promise<unknown> {
    if (!this.#held.has(name)) return this.#grant(name, work);
    if ((options as LockOptions).ifAvailable) return Promise.resolve(work(null));
    return new Promise((resolve) => this.#waiting.push([name, work, resolve]));
  }

  release(name: string): void {
    this.#held.delete(name);
    const next = this.#waiting.find((each) => each[0] === name);
    if (!next) return;
    this.#waiting = this.#waiting.filter((each) => each !== next);
    next[2](this.#grant(name, next[1]));
  }

  async #grant(name: string, work: Work): Promise<unknown> {
    this.#held.add(name);
    const done = await work({ name });
    this.release(name);
    return done;
  }
}

/** What several pages of one browser share, and the tab that shows one of them. */
export class Device {
  readonly localStorage = new FakeStorage();
  readonly locks: FakeLocks | undefined;
  sessionStorage = new FakeStorage();

  constructor(overTls = true) {
    this.locks = overTls ? new FakeLocks() : undefined;
  }

  /** The names under which pages keep something. */
  get kept(): string[] {
    return Object.keys(this.localStorage).filter((name) => name.startsWith("todo_page_"));
  }

  /** For `vi.stubGlobal`. */
  get globals(): Record<string, unknown> {
    return { localStorage: this.localStorage, sessionStorage: this.sessionStorage, navigator: { locks: this.locks } };
  }

  otherTab(): void {
    this.sessionStorage = new FakeStorage();
  }

  /** The page that came last in this tab goes. */
  leave(): void {
    this.locks?.release(this.sessionStorage.getItem("todo_page") ?? "");
  }
}
