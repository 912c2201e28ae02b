import { setTimeout as pause } from "node:timers/promises";

import { Agent, fetch, type RequestInit, type Response as Answer } from "undici";

export type { Answer };

/** How long an answer may take to begin, and how long a backend may be out of reach: as long as it takes to replace it. */
interface Patience {
  answerMs: number;
  arrivalMs: number;
}

type Init = RequestInit & { method: string; signal: AbortSignal };

export class TooSlow extends Error {}

/**
 * Every request has a connection of its own, to the address its name has at that moment: one that is kept for later may be closed, or its
 * container gone, by the time it is used again, and nobody could tell then whether the request arrived.
 */
const fresh = new Agent({ pipelining: 0, connect: { timeout: 2_000 } });

const PAUSE_MS = 100;

/** What changes nothing may also be sent again after its connection was cut. */
const READS = new Set(["GET", "HEAD"]);
const CUT_OFF = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** Send a request; one that did not arrive is sent again for a while. Every try has its own time for the answer. */
export async function deliver(url: string, init: Init, { answerMs, arrivalMs }: Patience): Promise<Answer> {
  const end = performance.now() + arrivalMs;
  let cuts = 0;
  for (;;) {
    try {
      return await once(url, init, answerMs);
    } catch (problem) {
      // Once only: what makes a backend fall over should not do so a hundred times.
      const again = hasNotArrived(problem) || (READS.has(init.method) && isCutOff(problem) && (cuts += 1) === 1);
      if (!again || init.signal.aborted || performance.now() + PAUSE_MS > end) throw problem;
    }
    await pause(PAUSE_MS, undefined, { signal: init.signal });
  }
}

async function once(url: string, init: Init, answerMs: number): Promise<Answer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new TooSlow());
  }, answerMs);
  try {
    return await fetch(url, { ...init, dispatcher: fresh, signal: AbortSignal.any([init.signal, deadline.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

/** The name was not known, or nobody took the connection: so nobody has read the request either. */
function hasNotArrived(problem: unknown): boolean {
  const cause = causeOf(problem);
  if (cause instanceof AggregateError) return cause.errors.every(hasNotArrived);
  const { code, syscall } = cause as { code?: unknown; syscall?: unknown };
  return syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT";
}

function isCutOff(problem: unknown): boolean {
  const { code } = causeOf(problem) as { code?: unknown };
  return typeof code === "string" && CUT_OFF.has(code);
}

function causeOf(problem: unknown): object {
  const cause = problem instanceof Error ? (problem.cause ?? problem) : {};
  return typeof cause === "object" ? cause : {};
}
