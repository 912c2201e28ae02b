import styles from "./Brand.module.css";

export function Brand() {
  return (
    <a href="/" className={styles.brand}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" />
        <path d="M9.5 16.5l4.6 4.6 8.7-10" />
      </svg>
      Todo
    </a>
  );
}
