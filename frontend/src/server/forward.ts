import { apiUrl, EnvironmentError } from "./environment";
import { requestHeaders, responseHeaders } from "./headers";
import { inWords } from "./words";

/** How long the backend may take until its answer begins. The answer itself may stream for longer. */
const ANSWER_WITHIN_MS = 10_000;

/** Answers whose body has to stay empty. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** A request to the backend, ready to be sent more than once. */
export interface Outgoing {
  method: string;
  path: string;
  headers: Headers;
  body?: BodyInit | null;
  signal?: AbortSignal;
}

class TooSlow extends Error {}

/** Send to the backend and pass its answer back, streaming. The bearer is `access`; `address` is asked at every call. */
export async function forward(
  outgoing: Outgoing,
  access: string | null,
  address: () => string = apiUrl,
  answerWithinMs: number = ANSWER_WITHIN_MS,
): Promise<Response> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new TooSlow());
  }, answerWithinMs);
  const signals = outgoing.signal ? [outgoing.signal, deadline.signal] : [deadline.signal];
  try {
    const base = address();
    const answer = await send(outgoing, access, base, AbortSignal.any(signals));
    return passBack(answer, base);
  } catch (problem) {
    return explain(problem, outgoing.signal?.aborted ?? false);
  } finally {
    clearTimeout(timer);
  }
}

function send({ method, path, headers, body }: Outgoing, access: string | null, base: string, signal: AbortSignal): Promise<Response> {
  const sent = requestHeaders(headers, access);
  return fetch(base + path, { method, headers: sent, body: body ?? null, redirect: "manual", cache: "no-store", signal });
}

function passBack(answer: Response, base: string): Response {
  const body = WITHOUT_BODY.has(answer.status) ? null : answer.body;
  return new Response(body, { status: answer.status, headers: responseHeaders(answer.headers, base) });
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
