/** The two tokens as cookies: no script of a page can read them, no other site can have them sent along with a write. */

import type { SessionView } from "@/api";

/** What the backend answers to sign-up, sign-in and renewal; the user in it is only passed on. */
export type Session = Omit<SessionView, "user"> & { readonly user: unknown };

export interface Tokens {
  access: string | null;
  session: string | null;
}

export const ACCESS = "todo_access";
export const SESSION = "todo_session";

/** The access token is let go before it expires, so that none dies on its way to the backend. */
const MARGIN_SECONDS = 30;

export function tokensOf(request: Request): Tokens {
  const header = request.headers.get("cookie") ?? "";
  const cookies = new Map(header.split(";").map((each) => [each.split("=", 1)[0]?.trim(), each.slice(each.indexOf("=") + 1).trim()]));
  return { access: cookies.get(ACCESS) ?? null, session: cookies.get(SESSION) ?? null };
}

export function setSession(headers: Headers, session: Session, request: Request): void {
  const accessSeconds = Math.max(1, session.expires_in - MARGIN_SECONDS);
  headers.append("set-cookie", cookie(ACCESS, session.access_token, accessSeconds, request));
  headers.append("set-cookie", cookie(SESSION, session.session_token, session.session_expires_in, request));
}

export function clearSession(headers: Headers, request: Request): void {
  for (const name of [ACCESS, SESSION]) headers.append("set-cookie", cookie(name, "", 0, request));
}

export function isSession(value: unknown): value is Session {
  if (typeof value !== "object" || value === null) return false;
  const { access_token, expires_in, session_token, session_expires_in } = value as Record<string, unknown>;
  return isToken(access_token) && isToken(session_token) && typeof expires_in === "number" && typeof session_expires_in === "number";
}

function isToken(value: unknown): boolean {
  return typeof value === "string" && /^[\w.~+/=-]+$/.test(value);
}

function cookie(name: string, value: string, seconds: number, request: Request): string {
  const secure = overTls(request) ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${String(seconds)}; HttpOnly; SameSite=Lax${secure}`;
}

/** What ends TLS in front of this server says so in a header; its first value is the browser's side. */
function overTls(request: Request): boolean {
  const protocol = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim();
  return (protocol ?? new URL(request.url).protocol.replace(":", "")) === "https";
}
