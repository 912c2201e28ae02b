import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Conversation, type Draft } from "@/assistant/conversation";
import { eventsOf } from "@/assistant/events";
import { belongTo } from "@/client/page";

import { later } from "../later";

const server = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const onDeed = vi.fn();
let draft: Draft;
beforeEach(() => {
  vi.stubGlobal("fetch", server.mockReset());
  belongTo("7");
  draft = { message: "" };
});
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
  const whole = 'event: text\r\ndata: {"type":"text","delta":"ä"}\r\n\r\n: ping\n\ndata: {"type":"news"}\n\ndata: {"type":"text"}\n\ndata: {"ty\n\ndata: {"type":"done"}\n\n';
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
  const talk = new Conversation(onDeed, draft);
  const events = ['event: task\ndata: {"type":"task","action":"created","task":{"title":"Milk"}}\n\n', 'event: text\ndata: {"type":"text","delta":"Done"}\n\n'];
  server.mockResolvedValueOnce(new Response(streamOf(...events, 'event: text\ndata: {"type":"text","delta":"."}\n\nevent: done\ndata: {"type":"done"}\n\n')));
  await talk.ask("Add milk");
  expect(talk.snapshot()).toMatchObject({ busy: false, problem: "" });
  expect(talk.snapshot().turns.at(-1)).toEqual({ role: "assistant", content: "Done.", deeds: ["Added “Milk”"] });
  expect(onDeed).toHaveBeenCalledTimes(1);
  server.mockResolvedValueOnce(new Response(streamOf('event: task\ndata: {"type":"task","action":"listed","task":null}\n\n')));
  await talk.ask("And?");
  expect(server.mock.lastCall?.[1].body).toBe(
    '{"messages":[{"role":"user","content":"Add milk"},{"role":"assistant","content":"Done."},{"role":"user","content":"And?"}]}',
  );
  expect(onDeed).toHaveBeenCalledTimes(1);
});

test("an assistant that is off is said to be off", async () => {
  const talk = new Conversation(onDeed, draft);
  server.mockResolvedValueOnce(Response.json({ available: false }));
  await talk.open();
  expect(talk.snapshot().available).toBe("no");
});

test("an error on the way is told in words, and what came before it stays", async () => {
  const talk = new Conversation(onDeed, draft);
  const events = 'event: text\ndata: {"type":"text","delta":"So"}\n\nevent: error\ndata: {"type":"error","detail":"too many steps"}\n\n';
  server.mockResolvedValueOnce(new Response(streamOf(events)));
  await talk.ask("Go");
  expect(talk.snapshot()).toMatchObject({ problem: "too many steps", busy: false });
  expect(talk.snapshot().turns).toHaveLength(2);
  server.mockRejectedValueOnce(new TypeError("fetch failed"));
  await talk.ask("Again");
  expect(talk.snapshot().problem).toMatch(/cannot be reached/);
});

test("what is written is there again when the panel is opened again, and after a reload", async () => {
  server.mockResolvedValue(Response.json({ available: true }));
  new Conversation(onDeed, draft).write("Buy st");
  const talk = new Conversation(onDeed, draft);
  await talk.open();
  expect(talk.snapshot().text).toBe("Buy st");
});

test.each([0, 401, 413, 429, 502, 503, 504])("a message that nobody heard (%i) is given back, beside what was written since", async (status) => {
  vi.stubGlobal("window", { location: { assign: vi.fn(), pathname: "/tasks", search: "" } });
  const heard = later<Response>();
  server.mockReturnValueOnce(heard.promise);
  const talk = new Conversation(onDeed, draft);
  talk.write("Buy stamps ");
  const asking = talk.send();
  expect([talk.snapshot().text, draft.message]).toEqual(["", "Buy stamps"]);
  talk.write("and mil");
  expect(draft.message).toBe("Buy stamps and mil");
  heard.resolve(status === 0 ? Response.error() : Response.json({}, { status }));
  await asking;
  expect([talk.snapshot().text, draft.message, talk.snapshot().turns]).toEqual(["Buy stamps and mil", "Buy stamps and mil", []]);
});

test("a message that was heard is not given back: what was done would be done twice", async () => {
  const talk = new Conversation(onDeed, draft);
  server.mockResolvedValueOnce(new Response(streamOf('event: task\ndata: {"type":"task","action":"created","task":{"title":"Milk"}}\n\n')));
  talk.write("Buy milk");
  await talk.send();
  expect(talk.snapshot()).toMatchObject({ text: "", busy: false, problem: expect.stringMatching(/^The answer was cut off/) as string });
  expect([draft.message, talk.snapshot().turns.map(({ role }) => role)]).toEqual(["", ["user", "assistant"]]);
});
