import { inWords } from "./words";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuse a write that another site had the browser send; null where nothing is wrong.
 * Every browser in use sends at least one of the two headers with a write: a caller with neither is no browser, and holds no one's cookies.
 */
export function refuseForeign(request: Request): Response | null {
  if (READS.has(request.method)) return null;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const own = (site === null || site === "same-origin") && (origin === null || isOwn(origin, request.headers));
  return own ? null : inWords(403, "This request came from another site and was refused.");
}

/** What `X-Forwarded-Host` says has been judged before (`proxies.ts`); a host without a port has its scheme's own. */
function isOwn(origin: string, headers: Headers): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const shown = (headers.get("x-forwarded-host") ?? headers.get("host") ?? "").split(",").map((each) => `${protocol}//${each.trim()}`);
  return host !== "" && shown.some((each) => URL.canParse(each) && new URL(each).host === host);
}
