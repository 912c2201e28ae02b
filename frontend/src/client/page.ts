/** Whose page this is, and whether it is as new as its server. */

const CHANNEL = "todo-account";

let owner: string | null = null;

export function ownerOfPage(): string | null {
  return owner;
}

/** From now on every request says whom it is meant for, and the page goes when somebody else comes, in whatever tab. */
export function belongTo(account: string): void {
  owner = account;
  if (typeof BroadcastChannel === "undefined" || typeof window === "undefined") return;
  new BroadcastChannel(CHANNEL).addEventListener("message", ({ data }) => {
    if (data !== owner) window.location.reload();
  });
}

/** Tell all tabs who is signed in from now on; null is nobody. */
export function announce(account: string | null): void {
  // Said by this page itself, which knows where it goes next.
  owner = account;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(account);
  channel.close();
}

/** The page is shown to the wrong person, or to nobody. */
export function leave(status: number): void {
  if (status === 409) {
    window.location.reload();
    return;
  }
  const { pathname, search } = window.location;
  window.location.assign(`/sign-in?why=over&to=${encodeURIComponent(pathname + search)}`);
}
