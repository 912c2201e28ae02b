import { Landing } from "@/landing/Landing";
import { forVisitors } from "@/server/visit";

export default async function Page() {
  await forVisitors();
  return <Landing />;
}
