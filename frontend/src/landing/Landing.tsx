import { CalendarDays, Keyboard, Sparkles } from "lucide-react";

import { LinkButton } from "@/ui/Button";
import { Header } from "@/ui/Header";

import styles from "./Landing.module.css";
import { Preview } from "./Preview";

const POINTS = [
  { Icon: Keyboard, title: "Quick as a thought", text: "Type, press Enter, done. Everything works from the keyboard, and undo is one key away." },
  { Icon: CalendarDays, title: "Only what matters now", text: "Due dates, priorities and tags, and a search that finds it all again." },
  { Icon: Sparkles, title: "Ask for help", text: "Tell the assistant in your own words, and it sorts your list for you." },
];

export function Landing() {
  return (
    <>
      <Header>
        <LinkButton look="quiet" href="/sign-in">
          Sign in
        </LinkButton>
        <LinkButton look="main" href="/sign-up">
          Sign up
        </LinkButton>
      </Header>
      <main className={styles.page}>
        <section className={styles.hero}>
          <div>
            <h1 className={styles.title}>A calm place for what is to be done</h1>
            <p className={styles.lead}>Todo keeps your tasks in one quiet list, so that your head does not have to.</p>
            <div className={styles.actions}>
              <LinkButton look="main" href="/sign-up">
                Start your list
              </LinkButton>
              <LinkButton href="/sign-in">I have an account</LinkButton>
            </div>
          </div>
          <Preview />
        </section>
        <ul className={styles.points}>
          {POINTS.map(({ Icon, title, text }) => (
            <li key={title} className={styles.point}>
              <Icon aria-hidden="true" />
              <h2>{title}</h2>
              <p>{text}</p>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
