import { apiUrl } from "@/server/environment";
import { forward } from "@/server/forward";

export const dynamic = "force-dynamic";

function handle(request: Request): Promise<Response> {
  return forward(request, apiUrl);
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as PATCH, handle as POST, handle as PUT };
