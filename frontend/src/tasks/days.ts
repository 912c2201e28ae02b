/** Calendar days as `YYYY-MM-DD`, in the time zone of whoever looks. */

const DAY_MS = 86_400_000;

export function today(now = new Date()): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** `Today`, `Tomorrow`, `Friday`, `12 Mar`, `3 Jan 2031`. */
export function dayInWords(day: string, from: string): string {
  const distance = Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
  const near = { [-1]: "Yesterday", 0: "Today", 1: "Tomorrow" }[distance];
  if (near) return near;
  if (distance > 1 && distance < 7) return formatted(day, { weekday: "long" });
  const year = day.slice(0, 4) === from.slice(0, 4) ? {} : ({ year: "numeric" } as const);
  return formatted(day, { day: "numeric", month: "short", ...year });
}

function formatted(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(new Date(day));
}
