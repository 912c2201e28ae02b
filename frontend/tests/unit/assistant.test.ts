import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Conversation } from "@/assistant/conversation";
import { eventsOf } from "@/assistant/events";

const server = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const onDeed = vi.fn();
beforeEach(() => vi.stubGlobal("fetch", server.mockReset()));
afterEach(() => {
  onDeed.mockReset();
  vi.unstubAllGlobals();
});

function streamOf(...parts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (stream) => {
      for (const part of parts) stream.enqueue(new TextEncoder().encode(part));
      stream.close();
    },
  });
}

test("events are read however they are cut", async () => {
  const whole = 'event: text\r\ndata: {"delta":"ä"}\r\n\r\n: ping\n\nevent: news\ndata: {}\n\nevent: done\ndata: {}\n\n';
  const bytes = new TextEncoder().encode(whole);
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => {
      for (const byte of bytes) stream.enqueue(new Uint8Array([byte]));
      stream.close();
    },
  });
  const seen: unknown[] = [];
  for await (const event of eventsOf(body)) seen.push(event);
  expect(seen).toEqual([{ type: "text", delta: "ä" }, { type: "done" }]);
});

test("a talk shows words and deeds as they come, and sends what was said", async () => {
  const talk = new Conversation(onDeed);
  const events = ['event: task\ndata: {"action":"created","task":{"title":"Milk"}}\n\n', 'event: text\ndata: {"delta":"Done"}\n\n'];
  server.mockResolvedValueOnce(new Response(streamOf(...events, 'event: text\ndata: {"delta":"."}\n\nevent: done\ndata: {}\n\n')));
  await talk.ask("Add milk");
  expect(talk.snapshot()).toMatchObject({ busy: false, problem: "" });
  expect(talk.snapshot().turns.at(-1)).toEqual({ role: "assistant", content: "Done.", deeds: ["Added “Milk”"] });
  expect(onDeed).toHaveBeenCalledTimes(1);
  server.mockResolvedValueOnce(new Response(streamOf('event: task\ndata: {"action":"listed"}\n\n')));
  await talk.ask("And?");
  expect(server.mock.lastCall?.[1].body).toBe(
    '{"messages":[{"role":"user","content":"Add milk"},{"role":"assistant","content":"Done."},{"role":"user","content":"And?"}]}',
  );
  expect(onDeed).toHaveBeenCalledTimes(1);
});

test("an assistant that is off is said to be off", async () => {
  const talk = new Conversation(onDeed);
  server.mockResolvedValueOnce(Response.json({ available: false }));
  await talk.open();
  expect(talk.snapshot().available).toBe("no");
});

test("an error on the way is told in words, and what came before it stays", async () => {
  const talk = new Conversation(onDeed);
  const events = 'event: text\ndata: {"delta":"So"}\n\nevent: error\ndata: {"detail":"too many steps"}\n\n';
  server.mockResolvedValueOnce(new Response(streamOf(events)));
  await talk.ask("Go");
  expect(talk.snapshot()).toMatchObject({ problem: "too many steps", busy: false });
  expect(talk.snapshot().turns).toHaveLength(2);
  server.mockRejectedValueOnce(new TypeError("fetch failed"));
  await talk.ask("Again");
  expect(talk.snapshot().problem).toMatch(/cannot be reached/);
});
