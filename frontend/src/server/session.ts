import { readBody } from "./body";
import { clearSession, type Session, setSession, type Tokens, tokensOf } from "./cookies";
import { forward, type Outgoing } from "./forward";
import { refuseForeign } from "./origin";
import { isRenewed, renew } from "./renewal";
import { inWords } from "./words";

/** Of the backend's accounts, what a page may reach; the rest answers with tokens and has handlers of its own. */
const ACCOUNT_PATHS = new Set(["/api/auth/me", "/api/auth/password"]);

/** Pass a request on as the user whose cookies it carries, with a renewed session where the old access has run out. */
export async function forwardSignedIn(request: Request): Promise<Response> {
  const refusal = refuseForeign(request) ?? refuseUnknown(request);
  if (refusal) return refusal;
  const body = await readBody(request);
  if (body instanceof Response) return body;
  const { pathname, search } = new URL(request.url);
  const outgoing: Outgoing = {
    method: request.method,
    path: pathname + search,
    headers: request.headers,
    body: body.byteLength > 0 ? body : null,
    signal: request.signal,
  };
  const [answer, renewed] = await ask(outgoing, tokensOf(request));
  const over = answer.status === 401 || (isFarewell(request) && answer.ok);
  if (over) clearSession(answer.headers, request);
  else if (renewed) setSession(answer.headers, renewed, request);
  return answer;
}

async function ask(outgoing: Outgoing, { access, session }: Tokens): Promise<[Response, Session | null]> {
  const first = access !== null || session === null ? await forward(outgoing, access) : null;
  if (first && (first.status !== 401 || session === null)) return [first, null];
  await first?.body?.cancel();
  const renewed = await renew(session ?? "");
  return isRenewed(renewed) ? [await forward(outgoing, renewed.access_token), renewed] : [renewed, null];
}

function isFarewell(request: Request): boolean {
  return request.method === "DELETE" && new URL(request.url).pathname === "/api/auth/me";
}

/** Paths are compared as the backend reads them: with escapes taken back. */
function refuseUnknown(request: Request): Response | null {
  const path = decoded(new URL(request.url).pathname);
  return path === null || (path.startsWith("/api/auth/") && !ACCOUNT_PATHS.has(path)) ? inWords(404, "There is nothing here.") : null;
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
