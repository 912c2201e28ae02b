import * as AlertDialog from "@radix-ui/react-alert-dialog";

import { deleteAccount } from "@/account/client";
import { useSubmit } from "@/account/useSubmit";
import { accountOfPage } from "@/client/request";
import { draftsOf } from "@/tasks/drafts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Notice } from "@/ui/Notice";
import page from "@/ui/page.module.css";
import overlay from "@/ui/overlay.module.css";
import { useReturnFocus } from "@/ui/useReturnFocus";
import { allowStyles } from "@/ui/allowStyles";

import styles from "./Settings.module.css";

export default function DeleteDialog({ onClose }: { onClose: () => void }) {
  allowStyles();
  const onClosed = useReturnFocus();
  const { busy, problem, submit } = useSubmit(async (value) => {
    const account = await accountOfPage();
    await deleteAccount(value("password"));
    try {
      for (const name of draftsOf(account)) localStorage.removeItem(name);
    } catch {
      // A device that lets nothing be kept has nothing to forget.
    }
    window.location.assign("/sign-in?why=deleted");
  });
  return (
    <AlertDialog.Root open onOpenChange={onClose}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={overlay.shade} />
        <AlertDialog.Content onCloseAutoFocus={onClosed} className={overlay.dialog}>
          <AlertDialog.Title className={overlay.title}>Delete your account?</AlertDialog.Title>
          <AlertDialog.Description className={styles.muted}>
            This deletes your account and every task in it, at once and for good.
          </AlertDialog.Description>
          <form className={page.form} method="post" onSubmit={submit}>
            <TextField label="Your password" name="password" type="password" autoComplete="current-password" maxLength={128} required />
            {problem && <Notice kind="problem">{problem}</Notice>}
            <div className={styles.row}>
              <AlertDialog.Cancel asChild>
                <Button>Keep it</Button>
              </AlertDialog.Cancel>
              <Button look="danger" type="submit" disabled={busy}>
                Delete everything
              </Button>
            </div>
          </form>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
