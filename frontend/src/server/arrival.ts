import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

/** How long a request may take to arrive whole. Node.js looks twice a minute, answers 408, and by itself waits for five minutes. */
const WHOLE_WITHIN_MS = 20_000;

/** Have the server that Next.js made end requests that do not come whole. */
export function limitArrival(wholeWithinMs = WHOLE_WITHIN_MS): void {
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    // Of the two Node.js takes the longer one for the whole.
    server.headersTimeout = wholeWithinMs;
    server.requestTimeout = wholeWithinMs;
  });
}
