import { casual } from "chrono-node/en";

import { today } from "./days";

/** Where a line names a day, and which; a time of day beside it stays in the title. */
export interface Found {
  day: string;
  /** The words that name it, as they stand in the line. */
  words: string;
  at: number;
  time: string;
}

const HOURS = /\b(?:hours?|hrs?|minutes?|mins?)\b/i;

/** Noon of the day: days counted from it stay days where the clock is put forward or back. */
function noon(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
}

/** The last day that a line names: `friday`, `next week`, `12 Dec`, `in 3 days`, `tomorrow at 17:00`. */
export function findDay(line: string, now = new Date()): Found | null {
  const found = casual.parse(line, HOURS.test(line) ? now : noon(now), { forwardDate: true }).findLast(({ start }) => {
    return (start.isCertain("day") || start.isCertain("weekday")) && !start.tags().has("casualReference/now");
  });
  if (!found) return null;
  const start = found.start.date();
  const day = today(start);
  // Further than four digits of a year the backend does not count.
  if (!/^\d{4}-/.test(day)) return null;
  const two = (number: number) => String(number).padStart(2, "0");
  const time = found.start.isCertain("hour") && !/\bin\b/i.test(found.text) ? `${two(start.getHours())}:${two(start.getMinutes())}` : "";
  return { day, words: found.text, at: found.index, time };
}
