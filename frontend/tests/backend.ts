import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const running: Server[] = [];

/** A stand-in backend, on a free port unless one is named; the address it answers at. */
export async function backend(answer: RequestListener, port = 0): Promise<string> {
  const server = createServer(answer);
  running.push(server);
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A stand-in backend that tells its own name. */
export function named(name: string): Promise<string> {
  return backend((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ name })));
}

export function stopBackends(): void {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

export async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of message.setEncoding("utf8")) text += part as string;
  return text;
}
