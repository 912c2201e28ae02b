import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { SESSION } from "./cookies";

/** A page for signed-in users leads others to sign in. Whether the session is alive is judged where data is asked for. */
export async function forUsers(): Promise<void> {
  if (!(await cookies()).has(SESSION)) redirect("/sign-in");
}

/** A page for visitors leads signed-in users to their tasks. */
export async function forVisitors(): Promise<void> {
  if ((await cookies()).has(SESSION)) redirect("/tasks");
}
