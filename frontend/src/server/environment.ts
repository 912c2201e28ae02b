/** The one place that reads the environment. Everything is read at run time, at each call. */

type Environment = Readonly<Record<string, string | undefined>>;

// A literal `process.env.NEXT_PUBLIC_…` is replaced by its value of build time, on the server side too: look the name up instead.
const API_URL = "NEXT_PUBLIC_API_URL";

/** A setting is missing or wrong. The message names the variable and never holds its value. */
export class EnvironmentError extends Error {}

/** Address of the backend, without a trailing slash. */
export function apiUrl(environment: Environment = process.env): string {
  const value = environment[API_URL]?.trim();
  if (!value) throw new EnvironmentError(`${API_URL} is not set`);
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new EnvironmentError(`${API_URL} is not an http(s) address`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new EnvironmentError(`${API_URL} must not hold a user name, password, query or fragment`);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** Proxies whose word on the browser's side is taken, as a list; the backend has a setting of the same name. */
export function trustedProxies(environment: Environment = process.env): string {
  return environment.FORWARDED_ALLOW_IPS ?? "";
}

/** True under `next dev`, whose tooling needs a looser content policy. */
export function isDevelopment(environment: Environment = process.env): boolean {
  return environment.NODE_ENV === "development";
}
