import type { Metadata } from "next";
import { cookies } from "next/headers";

import { forUsers } from "@/server/visit";
import { Settings } from "@/settings/Settings";
import { THEME_COOKIE, themeOf } from "@/settings/theme";

export const metadata: Metadata = { title: "Settings" };

export default async function Page() {
  await forUsers();
  return <Settings theme={themeOf((await cookies()).get(THEME_COOKIE)?.value)} />;
}
