import type { Metadata } from "next";

import { AccountForm } from "@/account/AccountForm";
import { AccountPage } from "@/account/AccountPage";
import { forVisitors } from "@/server/visit";
import { Notice } from "@/ui/Notice";

export const metadata: Metadata = { title: "Sign in" };

const WHY: Readonly<Record<string, string>> = {
  over: "You were signed out. Sign in again to go on where you were.",
  left: "You are signed out. See you soon.",
  deleted: "Your account and all its tasks are deleted.",
};

/** Where somebody was when the session ended: a page of ours, and nothing that leads elsewhere. */
const OURS = /^\/(tasks|settings)(\?[\w&=%.+-]*)?$/;

type Query = Readonly<Record<string, string | string[] | undefined>>;

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  await forVisitors();
  const { why, to } = await searchParams;
  const words = typeof why === "string" ? WHY[why] : undefined;
  return (
    <AccountPage
      title="Welcome back"
      lead="Sign in to see your tasks."
      notice={words && <Notice kind="good">{words}</Notice>}
      aside={
        <>
          New here? <a href="/sign-up">Create an account</a>
        </>
      }
    >
      <AccountForm fresh={false} to={typeof to === "string" && OURS.test(to) ? to : "/tasks"} />
    </AccountPage>
  );
}
