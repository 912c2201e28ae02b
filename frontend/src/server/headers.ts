/**
 * What may cross between the browser and the backend. Everything else stays behind: hop-by-hop headers, server versions, lengths,
 * and all that says who somebody is. Tokens travel in our own cookies to here, and as a bearer from here.
 */

const REQUEST = [
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "user-agent",
  // Whom the page is for, and where its day begins.
  "x-account",
  // As the proxy in front told it; whether it is believed is the backend's setting.
  "x-forwarded-for",
  "x-request-id",
  "x-time-zone",
];

const RESPONSE = [
  "allow",
  "cache-control",
  "content-disposition",
  "content-language",
  "content-type",
  "etag",
  "last-modified",
  "link",
  "retry-after",
  "x-request-id",
];

/** Headers of the browser's request that the backend gets, with the bearer where there is one. */
export function requestHeaders(from: Headers, access: string | null): Headers {
  const headers = pick(from, REQUEST);
  // The hop to the backend is a short one, and a compressed stream would be held back in blocks.
  headers.set("accept-encoding", "identity");
  if (access !== null) headers.set("authorization", `Bearer ${access}`);
  return headers;
}

/** Headers of the backend's answer that the browser gets; `base` is the backend's address. */
export function responseHeaders(from: Headers, base: string): Headers {
  const headers = pick(from, RESPONSE);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  const location = from.get("location");
  if (location !== null) headers.set("location", ownLocation(location, base));
  return headers;
}

/** A redirect of the backend to itself, as a path on our own origin: browsers cannot reach the backend, nor should they know it. */
function ownLocation(location: string, base: string): string {
  if (!URL.canParse(location, base)) return "/";
  const target = new URL(location, base);
  const { hostname, pathname } = new URL(base);
  if (target.hostname !== hostname) return target.href;
  const prefix = pathname.replace(/\/$/, "");
  const path = target.pathname.startsWith(`${prefix}/`) ? target.pathname.slice(prefix.length) : target.pathname;
  return path + target.search + target.hash;
}

function pick(from: Headers, names: readonly string[]): Headers {
  const headers = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
