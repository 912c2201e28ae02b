/** Requests of the page to its own origin. */

import { noteBuild } from "./build";
import { belongTo, leave, ownerOfPage } from "./page";

/** A request did not succeed. `status` is 0 where no answer came at all; `waitSeconds` is what the server asks to wait. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly waitSeconds = 0,
    readonly code = "",
  ) {
    super(`request failed: ${String(status)}`);
  }

  /** The session is over, or another account's: the page is on its way out. */
  get isNotOurs(): boolean {
    return this.status === 401 || this.code === "other_account";
  }
}

// Longer than the server waits for a backend that is being replaced.
const ANSWER_WITHIN_MS = 25_000;

/** Send JSON; the answer of a success. */
export async function send(
  method: string,
  path: string,
  content?: object,
  signal: AbortSignal = AbortSignal.timeout(ANSWER_WITHIN_MS),
  also: Record<string, string> = {},
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...also };
  if (content) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers, signal };
  if (content) init.body = JSON.stringify(content);
  const response = await fetch(path, init).catch(() => {
    throw new RequestFailed(0);
  });
  noteBuild(response.headers.get("X-Build"));
  if (response.ok) return response;
  const refusal: unknown = await response.json().catch(() => null);
  const code = isRecord(refusal) && typeof refusal.code === "string" ? refusal.code : "";
  throw new RequestFailed(response.status, Number(response.headers.get("Retry-After") ?? 0) || 0, code);
}

/** As `send`, for what only a signed-in user may do, whom it names; one whose session is over is led to sign in. */
export async function sendSignedIn(method: string, path: string, content?: object, signal?: AbortSignal): Promise<Response> {
  const headers = { "X-Time-Zone": timeZone(), "X-Account": await accountOfPage() };
  return orLeave(send(method, path, content, signal, headers));
}

/** Where the browser is. Temporal knows at once; what Intl loads for it holds a slow phone up for a tenth of a second. */
function timeZone(): string {
  return typeof Temporal === "undefined" ? Intl.DateTimeFormat().resolvedOptions().timeZone : Temporal.Now.timeZoneId();
}

async function orLeave(sent: Promise<Response>): Promise<Response> {
  try {
    return await sent;
  } catch (problem) {
    if (problem instanceof RequestFailed && problem.isNotOurs) leave(problem.status);
    throw problem;
  }
}

let asking: Promise<string> | null = null;

/** The account that this page is for; the server is asked, once, where the device does not know. */
export async function accountOfPage(): Promise<string> {
  const known = ownerOfPage();
  if (known !== null) return known;
  const ask = async () => {
    const { id } = await bodyOf(await orLeave(send("GET", "/api/auth/me")), hasId);
    belongTo(id);
    return id;
  };
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

function hasId(value: unknown): value is { id: string } {
  return isRecord(value) && typeof value.id === "string";
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
