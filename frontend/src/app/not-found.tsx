import { LinkButton } from "@/ui/Button";
import { Header } from "@/ui/Header";
import styles from "@/ui/page.module.css";

export default function NotFound() {
  return (
    <>
      <Header />
      <main className={styles.narrow}>
        <h1 className={styles.title}>Nothing here</h1>
        <p>This page does not exist, or not any more.</p>
        <LinkButton look="main" href="/">
          Go to your tasks
        </LinkButton>
      </main>
    </>
  );
}
