import { end } from "@/server/account";

export const dynamic = "force-dynamic";

export { end as POST };
