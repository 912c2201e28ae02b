import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";

import { EVERYWHERE, NO_PAGE } from "./safety";

/** How long a request may take to arrive whole. Node.js looks twice a minute, answers 408, and by itself waits for five minutes. */
const WHOLE_WITHIN_MS = 20_000;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Have the server that Next.js made end requests whose body does not come, and refuse those that Next.js itself fails at. */
export function guardArrival(wholeWithinMs = WHOLE_WITHIN_MS): void {
  const guarded = new WeakSet<Server>();
  // Told before the first request is handed on.
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (guarded.has(server)) return;
    guarded.add(server);
    // Of the two Node.js takes the longer one for the whole.
    server.headersTimeout = wholeWithinMs;
    server.requestTimeout = wholeWithinMs;
    const listeners = server.listeners("request") as RequestListener[];
    server.removeAllListeners("request").on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (!refused(request, response)) for (const each of listeners) each.call(server, request, response);
    });
  });
}

/** A method or an escape that Next.js answers with 500, and without our headers. */
function refused({ method = "", url = "" }: IncomingMessage, response: ServerResponse): boolean {
  if (!METHODS.has(method)) refuse(response, 405, "There is no such way to ask.");
  else if (!isReadable(url)) refuse(response, 400, "The address cannot be read.");
  return response.writableEnded;
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  for (const { key, value } of [...EVERYWHERE, ...NO_PAGE]) response.setHeader(key, value);
  if (status === 405) response.setHeader("Allow", [...METHODS].join(", "));
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify({ detail }));
}

function isReadable(url: string): boolean {
  try {
    return decodeURIComponent(url.split("?", 1)[0] ?? "") !== "";
  } catch {
    return false;
  }
}
