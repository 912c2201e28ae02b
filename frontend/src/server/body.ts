import { inWords } from "./words";

/** The backend's own limit. */
export const LARGEST_BODY_BYTES = 64 * 1024;

/** A request's whole body, so that it can be sent again after a renewal; an answer in words where it is too large. */
export async function readBody(request: Request, limitBytes = LARGEST_BODY_BYTES): Promise<Uint8Array<ArrayBuffer> | Response> {
  const tooLarge = () => inWords(413, "That is too much at once. Please send less.");
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) return tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > limitBytes) return tooLarge();
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
