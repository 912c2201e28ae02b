import { type ComponentType, type ReactNode, useEffect, useState } from "react";

const AGAIN_AFTER_MS = 2_000;
/** Before that, a slow phone is still busy with what is seen. */
const QUIET_AFTER_MS = 4_000;
const BEGINNINGS = ["pointerdown", "keydown"] as const;

/** A part of the page that comes when it is wanted, or ahead by `fetch`; where it did not come it is asked for again. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let part: ComponentType<Props> | null = null;
  const fetch = async (): Promise<void> => {
    part ??= await load();
  };

  function Later({ meanwhile = null, ...props }: { meanwhile?: ReactNode } & Props) {
    const [, show] = useState(false);
    useEffect(() => {
      if (part) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let gone = false;
      const attempt = () => {
        fetch().then(
          () => {
            if (!gone) show(true);
          },
          () => {
            if (!gone) timer = setTimeout(attempt, AGAIN_AFTER_MS);
          },
        );
      };
      attempt();
      return () => {
        gone = true;
        clearTimeout(timer);
      };
    }, []);
    const Part = part as ComponentType<object> | null;
    return Part ? <Part {...props} /> : meanwhile;
  }
  return Object.assign(Later, { fetch: () => void fetch().catch(() => undefined) });
}

/** Do something once the page is quiet: a while after it came, or when somebody begins to use it. */
export function whenIdle(work: () => void): () => void {
  const end = () => {
    clearTimeout(timer);
    for (const name of BEGINNINGS) removeEventListener(name, begin);
  };
  const begin = () => {
    end();
    work();
  };
  const timer = setTimeout(begin, QUIET_AFTER_MS);
  for (const name of BEGINNINGS) addEventListener(name, begin);
  return end;
}
