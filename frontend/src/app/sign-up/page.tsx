import type { Metadata } from "next";

import { AccountForm } from "@/account/AccountForm";
import { AccountPage } from "@/account/AccountPage";
import { forVisitors } from "@/server/visit";

export const metadata: Metadata = { title: "Sign up" };

export default async function Page() {
  await forVisitors();
  return (
    <AccountPage
      title="Create your account"
      lead="A list of your own, in half a minute."
      aside={
        <>
          You have an account? <a href="/sign-in">Sign in</a>
        </>
      }
    >
      <AccountForm fresh />
    </AccountPage>
  );
}
