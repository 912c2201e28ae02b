import type { Found } from "./dates";
import { type Fields, LONGEST, PRIORITIES, tagProblem, tagsOf } from "./task";

/** What a typed line is taken for. */
export interface Reading {
  fields: Fields;
  /** The words that were read as its day. */
  dayWords: string;
}

/** Read one typed line: `Pay the rent friday #home !high`. `find` finds the day in what is left of it. */
export function read(line: string, find: (text: string) => Found | null = () => null): Reading {
  const tags: string[] = [];
  let priority: Fields["priority"] = "normal";
  const words = line.trim().split(/\s+/).filter((word) => {
    const found = PRIORITIES.find((each) => `!${each}` === word.toLowerCase());
    if (found) priority = found;
    const isTag = /^#[^\s#,]+$/.test(word) && /\p{L}/u.test(word);
    if (isTag) tags.push(word);
    return !found && !isTag;
  });
  const text = words.join(" ");
  const day = find(text);
  const rest = day ? joined(text.slice(0, day.at), day.time, text.slice(day.at + day.words.length)) : text;
  // A day alone is no task: then its words are the title.
  const due = day && rest ? day : null;
  const fields = { title: due ? rest : text, notes: "", priority, due_date: due?.day ?? null, tags: tagsOf(tags.join(" ")) };
  return { fields, dayWords: due?.words ?? "" };
}

/** Why a line cannot be added as it is; nothing where it can. */
export function lineProblem({ fields: { title, tags } }: Reading): string {
  if (!title) return "Write down what is to be done first.";
  if (title.length > LONGEST.title) return `A title has ${String(LONGEST.title)} characters at most; this one has ${String(title.length)}.`;
  return tagProblem(tags.join(" "));
}

/** What is left around a day, without the little word that led to it. */
function joined(before: string, time: string, after: string): string {
  return [before.replace(/\b(?:on|by|due|for|until)\s+$/i, ""), time, after].map((each) => each.trim()).filter(Boolean).join(" ");
}
