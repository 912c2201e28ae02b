/** Requests of the page to its own origin. */

/** A request did not succeed. `status` is 0 where no answer came at all; `waitSeconds` is what the server asks to wait. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly waitSeconds = 0,
  ) {
    super(`request failed: ${String(status)}`);
  }
}

// Longer than the server waits for a backend that is being replaced.
const ANSWER_WITHIN_MS = 25_000;

/** Send JSON; the answer of a success. */
export async function send(method: string, path: string, content?: object, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (content) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers, signal: signal ?? AbortSignal.timeout(ANSWER_WITHIN_MS) };
  if (content) init.body = JSON.stringify(content);
  const response = await fetch(path, init).catch(() => {
    throw new RequestFailed(0);
  });
  if (!response.ok) throw new RequestFailed(response.status, Number(response.headers.get("Retry-After") ?? 0) || 0);
  return response;
}

/** As `send`, for what only a signed-in user may do: one whose session is over is led to sign in. */
export async function sendSignedIn(method: string, path: string, content?: object, signal?: AbortSignal): Promise<Response> {
  try {
    return await send(method, path, content, signal);
  } catch (problem) {
    if (problem instanceof RequestFailed && problem.status === 401) window.location.assign("/sign-in?why=over");
    throw problem;
  }
}

/** The body of an answer, checked by `is`. */
export async function bodyOf<T>(response: Response, is: (value: unknown) => value is T): Promise<T> {
  const body: unknown = await response.json().catch(() => null);
  if (!is(body)) throw new RequestFailed(502);
  return body;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
