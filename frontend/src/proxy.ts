import { type NextRequest, NextResponse } from "next/server";

import { isDevelopment } from "@/server/environment";
import { contentPolicy } from "@/server/policy";

/** Give every page a policy with a fresh nonce; Next.js takes the nonce for its own scripts from the request's header. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentPolicy(nonce, isDevelopment());
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = {
  // Not for /api: what passes here has its body buffered, and those bodies are to stream.
  matcher: "/((?!api/|healthz$|_next/static/|icon.svg).*)",
};
