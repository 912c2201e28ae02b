import { begin } from "@/server/account";

export const dynamic = "force-dynamic";

export function POST(request: Request): Promise<Response> {
  return begin(request, "/api/auth/sign-up");
}
