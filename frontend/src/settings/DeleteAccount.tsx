"use client";

import { lazy, Suspense, useState } from "react";

import { Button } from "@/ui/Button";

import styles from "./Settings.module.css";

const DeleteDialog = lazy(() => import("./DeleteDialog"));

export function DeleteAccount() {
  const [open, setOpen] = useState(false);
  return (
    <section className={styles.card} aria-labelledby="delete">
      <h2 id="delete">Delete account</h2>
      <p className={styles.muted}>Your account and all its tasks will be gone, and cannot be brought back.</p>
      <Button
        look="danger"
        onClick={() => {
          setOpen(true);
        }}
      >
        Delete my account
      </Button>
      {open && (
        <Suspense>
          <DeleteDialog
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}
