"use client";

import { useEffect, useState } from "react";

import { currentUser, signOut, type User } from "@/account/client";
import { reasonInWords } from "@/client/words";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";

import styles from "./Settings.module.css";

export function AccountCard() {
  const [user, setUser] = useState<User | null>(null);
  const [problem, setProblem] = useState("");
  const fail = (failure: unknown) => {
    setProblem(reasonInWords(failure));
  };
  useEffect(() => {
    currentUser().then(setUser, fail);
  }, []);

  function leave() {
    signOut().then(() => {
      window.location.assign("/sign-in?why=left");
    }, fail);
  }

  return (
    <section className={styles.card} aria-labelledby="account">
      <h2 id="account">Account</h2>
      <div className={styles.who}>
        <div aria-busy={!user}>
          <p className={styles.name}>{user?.name ?? "…"}</p>
          <p className={styles.muted}>{user?.email ?? "…"}</p>
        </div>
        <Button onClick={leave}>Sign out</Button>
      </div>
      {problem && <Notice kind="problem">{problem}</Notice>}
    </section>
  );
}
