import type { operations } from "@/api";
import { isRecord } from "@/client/request";

type Streamed = operations["talk_api_assistant_post"]["responses"][200]["content"]["text/event-stream"];

/** What the assistant streams; an event of any other kind is passed over. */
export type AssistantEvent =
  | { type: "text"; delta: string }
  | { type: "task"; action: string; title: string }
  | { type: "done" }
  | { type: "error"; detail: string };

/** Read server-sent events as they come. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<AssistantEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const blocks = (rest + (value ?? "")).replaceAll("\r\n", "\n").split("\n\n");
    rest = done ? "" : (blocks.pop() ?? "");
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
    if (done) return;
  }
}

function eventOf(block: string): AssistantEvent | null {
  const lines = block.split("\n");
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""))
      .join("\n");
  const data = parsed(field("data"));
  switch (field("event") as Streamed["event"]) {
    case "text":
      return { type: "text", delta: textOf(data.delta) };
    case "task":
      return { type: "task", action: textOf(data.action), title: isRecord(data.task) ? textOf(data.task.title) : "" };
    case "done":
      return { type: "done" };
    case "error":
      return { type: "error", detail: textOf(data.detail) };
    default:
      return null;
  }
}

function parsed(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
