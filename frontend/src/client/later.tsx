import { type ComponentType, type ReactNode, useEffect, useState } from "react";

const AGAIN_AFTER_MS = 2_000;

/** A part of the page that comes when it is wanted, or ahead by `fetch`; where it did not come it is asked for again. */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let part: ComponentType<Props> | null = null;
  const fetch = async (): Promise<void> => {
    part ??= (await load()).default;
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

/** Do something when the page has nothing else to do. */
export function whenIdle(work: () => void): () => void {
  const timer = setTimeout(work, 1_500);
  return () => {
    clearTimeout(timer);
  };
}
