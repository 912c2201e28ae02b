"use client";

import { useState } from "react";

import { changePassword } from "@/account/client";
import { useSubmit } from "@/account/useSubmit";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Notice } from "@/ui/Notice";
import page from "@/ui/page.module.css";

import styles from "./Settings.module.css";

export function PasswordForm() {
  const [changed, setChanged] = useState(false);
  const { busy, problem, submit } = useSubmit(async (value, form) => {
    setChanged(false);
    await changePassword(value("current"), value("wanted"));
    setChanged(true);
    form.reset();
  });
  return (
    <section className={styles.card} aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form className={page.form} method="post" onSubmit={submit}>
        <TextField label="Current password" name="current" type="password" autoComplete="current-password" maxLength={128} required />
        <TextField
          label="New password"
          name="wanted"
          type="password"
          autoComplete="new-password"
          minLength={8}
          maxLength={128}
          hint="8 characters or more. You will be signed out everywhere else."
          required
        />
        {problem && <Notice kind="problem">{problem}</Notice>}
        {changed && <Notice kind="good">Your password is changed.</Notice>}
        <Button type="submit" disabled={busy}>
          Change password
        </Button>
      </form>
    </section>
  );
}
