import { ArrowLeft } from "lucide-react";

import { LinkButton } from "@/ui/Button";
import { Header } from "@/ui/Header";
import page from "@/ui/page.module.css";

import { AccountCard } from "./AccountCard";
import { Appearance } from "./Appearance";
import { DeleteAccount } from "./DeleteAccount";
import { PasswordForm } from "./PasswordForm";
import { Shortcuts } from "./Shortcuts";
import styles from "./Settings.module.css";
import type { Theme } from "./theme";

export function Settings({ theme }: { theme: Theme }) {
  return (
    <>
      <Header>
        <LinkButton look="quiet" href="/tasks">
          <ArrowLeft aria-hidden="true" />
          Your tasks
        </LinkButton>
      </Header>
      <main className={page.page}>
        <h1 className={page.title}>Settings</h1>
        <div className={styles.cards}>
          <AccountCard />
          <Appearance theme={theme} />
          <Shortcuts />
          <PasswordForm />
          <DeleteAccount />
        </div>
      </main>
    </>
  );
}
