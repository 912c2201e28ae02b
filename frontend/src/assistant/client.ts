import type { Availability, Conversation, Message } from "@/api";
import { bodyOf, isRecord, sendSignedIn } from "@/client/request";

import { type AssistantEvent, eventsOf } from "./events";

/** Whether this installation has an assistant at all. */
export async function isAvailable(): Promise<boolean> {
  return (await bodyOf(await sendSignedIn("GET", "/api/assistant"), isAnswer)).available;
}

export async function ask(messages: readonly Message[], signal: AbortSignal): Promise<AsyncGenerator<AssistantEvent>> {
  const { body } = await sendSignedIn("POST", "/api/assistant", { messages } satisfies Conversation, signal);
  return eventsOf(body ?? new ReadableStream({ start: (none) => { none.close(); } }));
}

function isAnswer(value: unknown): value is Availability {
  return isRecord(value) && typeof value.available === "boolean";
}
