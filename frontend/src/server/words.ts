/** An answer of our own, in words for the person in front of the browser. */
export function inWords(status: number, detail: string): Response {
  return Response.json({ detail }, { status, headers: { "Cache-Control": "no-store" } });
}
