import { setNonce } from "get-nonce";

/** Let the dialogs' scroll lock write its style element, which the page's content policy allows with the nonce alone. */
export function allowStyles(): void {
  const script = document.querySelector<HTMLScriptElement>("script[nonce]");
  if (script) setNonce(script.nonce);
}
