/** Whose page this is, and where it goes when it is nobody's any more. */

const ACCOUNT = "todo_account";

let owner: string | null = null;

/** The account of this page: that of the last sign-in on this device. Null where only the server knows. */
export function ownerOfPage(): string | null {
  if (owner === null) {
    const last = lastSignedIn();
    if (last !== null) settle(last);
  }
  return owner;
}

/** What the server said where the device did not know. */
export function belongTo(account: string): void {
  remember(account);
  settle(account);
}

/** Somebody signed in or, null, out: all tabs learn of it. This page itself knows where it goes next. */
export function announce(account: string | null): void {
  owner = account;
  remember(account);
}

/** The page is shown to the wrong person, or to nobody. */
export function leave(status: number): void {
  if (status === 409) {
    // What the device remembers was wrong, unless it has learned better since.
    if (lastSignedIn() === owner) remember(null);
    window.location.reload();
    return;
  }
  const { pathname, search } = window.location;
  window.location.assign(`/sign-in?why=over&to=${encodeURIComponent(pathname + search)}`);
}

/** The page belongs to one account for as long as it lives: it goes when somebody else comes, in whatever tab. */
function settle(account: string): void {
  owner = account;
  if (typeof window === "undefined") return;
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === ACCOUNT && newValue !== owner) window.location.reload();
  });
}

// A device may refuse to remember: then the server is asked on every page.
function lastSignedIn(): string | null {
  try {
    return localStorage.getItem(ACCOUNT);
  } catch {
    return null;
  }
}

function remember(account: string | null): void {
  try {
    if (account === null) localStorage.removeItem(ACCOUNT);
    else localStorage.setItem(ACCOUNT, account);
  } catch {
    // See above.
  }
}
