"use client";

import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Notice } from "@/ui/Notice";
import styles from "@/ui/page.module.css";
import { useReady } from "@/ui/useReady";

import { signIn, signUp } from "./client";
import { useSubmit } from "./useSubmit";

/** Sign up or sign in. */
export function AccountForm({ fresh, to = "/tasks" }: { fresh: boolean; to?: string }) {
  const ready = useReady();
  const { busy, problem, submit } = useSubmit(async (value) => {
    const account = { email: value("email").trim(), password: value("password") };
    await (fresh ? signUp({ ...account, name: value("name").trim() }) : signIn(account));
    window.location.assign(to);
  });
  return (
    <form className={styles.form} method="post" onSubmit={submit}>
      {fresh && <TextField label="Name" name="name" autoComplete="name" maxLength={100} required />}
      <TextField label="E-mail" name="email" type="email" autoComplete="username" maxLength={254} required />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={fresh ? "new-password" : "current-password"}
        minLength={fresh ? 8 : 1}
        maxLength={128}
        required
        {...(fresh && { hint: "8 characters or more." })}
      />
      {problem && <Notice kind="problem">{problem}</Notice>}
      <Button look="main" type="submit" disabled={busy || !ready}>
        {fresh ? "Create my account" : "Sign in"}
      </Button>
      <noscript>
        <p>This needs JavaScript. Please turn it on for this page.</p>
      </noscript>
    </form>
  );
}
