import { type Answer, deliver, TooSlow } from "./delivery";
import { apiUrl, EnvironmentError } from "./environment";
import { requestHeaders, responseHeaders } from "./headers";
import { inWords } from "./words";

/** How long the backend may take until its answer begins; the answer itself may stream for longer. And how long it may be out of reach. */
const PATIENCE = { answerMs: 10_000, arrivalMs: 10_000 };

/** Answers whose body has to stay empty. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** A request to the backend, ready to be sent more than once. */
export interface Outgoing {
  method: string;
  path: string;
  headers: Headers;
  body?: Uint8Array | string | null;
  signal?: AbortSignal;
}

/**
 * Send to the backend and pass its answer back, streaming; while the backend is replaced, wait for the new one.
 * The bearer is `access`; `address` is asked at every call.
 */
export async function forward(
  outgoing: Outgoing,
  access: string | null,
  address: () => string = apiUrl,
  patience: Partial<typeof PATIENCE> = {},
): Promise<Response> {
  const signal = outgoing.signal ?? new AbortController().signal;
  try {
    const base = address();
    const { method, path, body = null } = outgoing;
    const headers = [...requestHeaders(outgoing.headers, access)];
    const init = { method, headers, body, redirect: "manual", signal } as const;
    const answer = await deliver(base + path, init, { ...PATIENCE, ...patience });
    return passBack(answer, base);
  } catch (problem) {
    return explain(problem, signal.aborted);
  }
}

function passBack(answer: Answer, base: string): Response {
  const body = WITHOUT_BODY.has(answer.status) ? null : (answer.body as ReadableStream | null);
  return new Response(body, { status: answer.status, headers: responseHeaders(new Headers([...answer.headers]), base) });
}

/** An answer in words. The cause is logged by its code alone: messages of the network layer hold internal addresses. */
function explain(problem: unknown, callerLeft: boolean): Response {
  if (callerLeft) return inWords(499, "The request was given up.");
  if (problem instanceof EnvironmentError) {
    console.error(`api: ${problem.message}`);
    return inWords(502, "The task service is not set up yet.");
  }
  const code = problem instanceof TooSlow ? "ETIMEDOUT" : codeOf(problem);
  console.error(`api: no answer from the backend (${code})`);
  return code.endsWith("TIMEOUT") || code === "ETIMEDOUT"
    ? inWords(504, "The task service took too long to answer. Please try again.")
    : inWords(502, "The task service cannot be reached at the moment. Please try again.");
}

function codeOf(problem: unknown): string {
  const cause = problem instanceof Error ? (problem.cause ?? problem) : null;
  if (cause instanceof Error) return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
  return "unknown";
}
