import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** False until the page's scripts listen: what is sent before that would get lost. */
export function useReady(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
