import type { components } from "@/api";
import { isRecord } from "@/client/request";

/** What the assistant streams; an event of any other kind is passed over. */
export type AssistantEvent = components["schemas"]["AssistantEvent"];

/** Read server-sent events as they come. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<AssistantEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const blocks = (rest + (value ?? "")).replaceAll("\r\n", "\n").split("\n\n");
    rest = done ? "" : (blocks.pop() ?? "");
    for (const block of blocks) {
      const event = dataOf(block);
      if (isEvent(event)) yield event;
    }
    if (done) return;
  }
}

/** The data names the kind of its event, too. */
function dataOf(block: string): unknown {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  try {
    return JSON.parse(lines.map((line) => line.slice("data:".length)).join("\n"));
  } catch {
    return null;
  }
}

function isEvent(value: unknown): value is AssistantEvent {
  if (!isRecord(value)) return false;
  switch (value.type as AssistantEvent["type"]) {
    case "text":
      return typeof value.delta === "string";
    case "task":
      return typeof value.action === "string" && (value.task === null || (isRecord(value.task) && typeof value.task.title === "string"));
    case "done":
      return true;
    case "error":
      return typeof value.detail === "string";
    default:
      return false;
  }
}
