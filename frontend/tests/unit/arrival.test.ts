import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

import { afterEach, beforeEach, expect, test } from "vitest";

import { guardArrival } from "@/server/arrival";

import { textOf } from "../backend";

const WITHIN_MS = 300;
const HEAD = "POST / HTTP/1.1\r\nHost: here\r\n";
let server: Server;
let whole = 0;

guardArrival(WITHIN_MS);
beforeEach(async () => {
  whole = 0;
  // As often as Node.js is to look; by itself it does so twice a minute.
  server = createServer({ connectionsCheckingInterval: 50 }, (request, response) => {
    textOf(request).then(
      (body) => {
        whole += 1;
        response.end(body);
      },
      () => undefined,
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** What the server answers to these pieces, one every so often, until it hangs up. */
function answerTo(pieces: readonly string[], everyMs: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8");
    const sending = pieces.map((piece, at) => setTimeout(() => socket.write(piece), at * everyMs));
    socket.on("data", (data: string) => (answer += data));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const timer of sending) clearTimeout(timer);
      resolve(answer);
    });
  });
}

// The first request of all tells the server its limits: it is held to them as well.
test.each([
  ["does not come", [`${HEAD}Content-Length: 9\r\n\r\n`], 0],
  ["comes a byte at a time", [`${HEAD}Content-Length: 99\r\n\r\n`, ...Array<string>(99).fill("x")], 100],
  ["comes in chunks without an end", [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(50).fill("1\r\nx\r\n")], 100],
])("a body that %s is ended", async (_, pieces, everyMs) => {
  expect(await answerTo(pieces, everyMs)).toMatch(/^HTTP\/1\.1 408 /);
  expect(whole).toBe(0);
});

test("a body that comes in time is taken, though in pieces", async () => {
  expect(await answerTo([`${HEAD}Connection: close\r\nContent-Length: 3\r\n\r\n`, "a", "b", "c"], 30)).toMatch(/200 OK[^]*abc$/);
});
