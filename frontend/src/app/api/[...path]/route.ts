import { forwardSignedIn } from "@/server/session";

export const dynamic = "force-dynamic";

export {
  forwardSignedIn as DELETE,
  forwardSignedIn as GET,
  forwardSignedIn as HEAD,
  forwardSignedIn as PATCH,
  forwardSignedIn as POST,
  forwardSignedIn as PUT,
};
