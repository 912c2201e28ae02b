import { bodyOf, isRecord, sendSignedIn } from "@/client/request";

import { type AssistantEvent, eventsOf } from "./events";

export interface Message {
  role: "user" | "assistant";
  content: string;
}

/** Whether this installation has an assistant at all. */
export async function isAvailable(): Promise<boolean> {
  return (await bodyOf(await sendSignedIn("GET", "/api/assistant"), isAnswer)).available;
}

export async function ask(messages: readonly Message[], signal: AbortSignal): Promise<AsyncGenerator<AssistantEvent>> {
  const { body } = await sendSignedIn("POST", "/api/assistant", { messages }, signal);
  return eventsOf(body ?? new ReadableStream({ start: (none) => { none.close(); } }));
}

function isAnswer(value: unknown): value is { available: boolean } {
  return isRecord(value) && typeof value.available === "boolean";
}
