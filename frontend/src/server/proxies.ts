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

/** Leave one way of saying where the browser is: `X-Forwarded-Host`, with its port, and all that it may mean. */
export function judge(headers: IncomingHttpHeaders, trusted: boolean): void {
  const hosts = trusted ? hostsOf(headers) : [];
  const client = trusted ? headers["x-forwarded-for"] : undefined;
  for (const word of WORDS) Reflect.deleteProperty(headers, word);
  if (hosts.length > 0) headers["x-forwarded-host"] = hosts.join(", ");
  if (client !== undefined) headers["x-forwarded-for"] = client;
}

/**
 * The host that the browser asked for. Of a list the first counts: the browser's side. The port may stand in a header of its own, which some
 * proxies fill with that of an inner hop: both readings count.
 */
function hostsOf(headers: IncomingHttpHeaders): string[] {
  const first = (name: string) => [headers[name]].flat()[0]?.split(",")[0]?.trim() ?? "";
  const forwarded = /(?:^|;)\s*host="?([^";]+)/i.exec(first("forwarded"))?.[1];
  const host = [first("x-forwarded-host"), forwarded, headers.host].find(Boolean) ?? "";
  const port = first("x-forwarded-port");
  const withoutPort = !/:\d+$/.test(host);
  return withoutPort && /^\d{1,5}$/.test(port) ? [host, `${host}:${port}`] : [host];
}
