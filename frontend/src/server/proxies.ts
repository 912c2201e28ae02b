import { subscribe } from "node:diagnostics_channel";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";

import { EnvironmentError, trustedProxies } from "./environment";

/** What only a trusted proxy may say; from anybody else it is left out before anything reads it. */
const WORDS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port"] as const;

type Trust = (address: string) => boolean;

/** Addresses and networks as the backend reads its own list: separated by commas, `*` is everybody. */
export function trustOf(list: string): Trust {
  const parts = list.split(",").map((each) => each.trim()).filter(Boolean);
  if (parts.includes("*")) return () => true;
  const named = new BlockList();
  for (const part of parts) {
    const [address = "", prefix] = part.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    try {
      named.addSubnet(address, prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix), family);
    } catch {
      throw new EnvironmentError("FORWARDED_ALLOW_IPS must be IP addresses or networks, separated by commas");
    }
  }
  return (address) => named.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Judge, at each request before Next.js sees it, what its peer says about the browser's side. */
export function judgeProxies(): void {
  const trust = trustOf(trustedProxies());
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    judge(request.headers, trust(request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? ""));
  });
}

/**
 * Leave one way of saying where the browser is: `X-Forwarded-Host`, with its port, and all that it may mean; and one of saying that it
 * speaks TLS: `X-Forwarded-Proto`, which is believed of anybody, as it makes cookies stricter for whoever says so.
 */
export function judge(headers: IncomingHttpHeaders, trusted: boolean): void {
  const hosts = trusted ? hostsOf(headers) : [];
  const client = trusted ? headers["x-forwarded-for"] : undefined;
  if (trusted && !headers["x-forwarded-proto"] && endsTls(headers)) headers["x-forwarded-proto"] = "https";
  for (const word of WORDS) Reflect.deleteProperty(headers, word);
  if (hosts.length > 0) headers["x-forwarded-host"] = hosts.join(", ");
  if (client !== undefined) headers["x-forwarded-for"] = client;
}

/**
 * The host that the browser asked for. Of a list the first counts: the browser's side. The port may stand in a header of its own, which some
 * proxies fill with that of an inner hop: both readings count.
 */
function hostsOf(headers: IncomingHttpHeaders): string[] {
  const host = [first(headers, "x-forwarded-host"), told(headers, "host"), first(headers, "x-original-host"), headers.host].find(Boolean) ?? "";
  const port = first(headers, "x-forwarded-port");
  const withoutPort = !/:\d+$/.test(host);
  return withoutPort && /^\d{1,5}$/.test(port) ? [host, `${host}:${port}`] : [host];
}

/** What says that the browser speaks TLS, beside `X-Forwarded-Proto` itself. */
function endsTls(headers: IncomingHttpHeaders): boolean {
  const scheme = told(headers, "proto") || first(headers, "x-forwarded-scheme");
  return scheme.toLowerCase() === "https" || ["x-forwarded-ssl", "front-end-https"].some((name) => first(headers, name).toLowerCase() === "on");
}

function first(headers: IncomingHttpHeaders, name: string): string {
  return [headers[name]].flat()[0]?.split(",")[0]?.trim() ?? "";
}

/** A parameter of the first hop in `Forwarded`, or nothing. */
function told(headers: IncomingHttpHeaders, name: string): string {
  return new RegExp(`(?:^|;)\\s*${name}="?([^";]+)`, "i").exec(first(headers, "forwarded"))?.[1]?.trim() ?? "";
}
