import { isSession, type Session } from "./cookies";
import { forward } from "./forward";
import { inWords } from "./words";

/** A new session, or the answer that says why there is none. */
export type Renewed = Session | Response;

/**
 * Renewals under way or just finished, by the session token they began with. Requests that a page sends at once all carry the old token:
 * the first renews it, the others get the same new one. Per process; between processes the backend's grace does the same.
 */
const renewals = new Map<string, Promise<Renewed>>();

/** For requests that left the browser before the new cookies reached it. */
const REMEMBERED_MS = 30_000;

/** Exchange a session token for a new session, once however many ask. */
export async function renew(token: string): Promise<Renewed> {
  let renewal = renewals.get(token);
  if (!renewal) {
    renewal = exchange(token);
    renewals.set(token, renewal);
    void renewal.then((renewed) => {
      if (isRenewed(renewed)) setTimeout(() => renewals.delete(token), REMEMBERED_MS).unref();
      else renewals.delete(token);
    });
  }
  const renewed = await renewal;
  return isRenewed(renewed) ? renewed : renewed.clone();
}

export function isRenewed(renewed: Renewed): renewed is Session {
  return !(renewed instanceof Response);
}

// Without the caller's signal: a page that is left during a renewal would lose its session.
async function exchange(token: string): Promise<Renewed> {
  const answer = await forward(
    {
      method: "POST",
      path: "/api/auth/renew",
      headers: new Headers({ "content-type": "application/json" }),
      body: JSON.stringify({ session_token: token }),
    },
    null,
  );
  if (answer.status === 401) return inWords(401, "You were signed out. Please sign in again.");
  const session: unknown = answer.ok ? await answer.json().catch(() => null) : null;
  if (isSession(session)) return session;
  return answer.status >= 500 ? answer : inWords(502, "The task service gave no usable answer. Please try again.");
}
