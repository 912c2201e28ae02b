import type { ReactNode } from "react";

import { Header } from "@/ui/Header";
import styles from "@/ui/page.module.css";

interface Props {
  title: string;
  lead: string;
  notice?: ReactNode;
  aside: ReactNode;
  children: ReactNode;
}

export function AccountPage({ title, lead, notice, aside, children }: Props) {
  return (
    <>
      <Header />
      <main className={styles.narrow}>
        {notice}
        <div className={styles.card}>
          <h1 className={styles.title}>{title}</h1>
          <p className={styles.lead}>{lead}</p>
          {children}
        </div>
        <p className={styles.aside}>{aside}</p>
      </main>
    </>
  );
}
