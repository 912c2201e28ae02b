import { readBody } from "./body";
import { clearSession, isSession, setSession, tokensOf } from "./cookies";
import { forward } from "./forward";
import { refuseForeign } from "./origin";
import { inWords } from "./words";

const JSON_TYPE = { "content-type": "application/json" };

/** Sign up or in: the tokens become cookies, and the page learns who the user is and nothing else. */
export async function begin(request: Request, path: "/api/auth/sign-in" | "/api/auth/sign-up"): Promise<Response> {
  const refusal = refuseForeign(request);
  if (refusal) return refusal;
  const body = await readBody(request);
  if (body instanceof Response) return body;
  const answer = await forward({ method: "POST", path, headers: request.headers, body }, null);
  if (!answer.ok) return answer;
  const session: unknown = await answer.json().catch(() => null);
  if (!isSession(session)) return inWords(502, "The task service gave no usable answer. Please try again.");
  const headers = new Headers({ "cache-control": "no-store" });
  setSession(headers, session, request);
  return Response.json({ user: session.user }, { status: answer.status, headers });
}

/** Sign out: here in any case, and at the backend where it can be reached. */
export async function end(request: Request): Promise<Response> {
  const refusal = refuseForeign(request);
  if (refusal) return refusal;
  const { session } = tokensOf(request);
  if (session !== null) {
    const body = JSON.stringify({ session_token: session });
    await forward({ method: "POST", path: "/api/auth/sign-out", headers: new Headers(JSON_TYPE), body }, null);
  }
  const headers = new Headers({ "cache-control": "no-store" });
  clearSession(headers, request);
  return new Response(null, { status: 204, headers });
}
