import { daysLater, today } from "./days";
import { type Fields, LONGEST, PRIORITIES, tagsOf } from "./task";

/** Read one typed line: `Pay the rent tomorrow #home !high`. Due words count at the end only, so that titles keep theirs. */
export function fieldsOf(line: string, now = new Date()): Fields {
  const tags: string[] = [];
  let priority: Fields["priority"] = "normal";
  const words = line.trim().split(/\s+/).filter((word) => {
    const found = PRIORITIES.find((each) => `!${each}` === word.toLowerCase());
    if (found) priority = found;
    const isTag = /^#[^\s#,]+$/.test(word) && /\p{L}/u.test(word);
    if (isTag) tags.push(word);
    return !found && !isTag;
  });
  const due = words.length > 1 ? dueOf(words.at(-1) ?? "", now) : null;
  if (due) words.pop();
  const title = words.join(" ").slice(0, LONGEST.title);
  return { title, notes: "", priority, due_date: due, tags: tagsOf(tags.join(" ")) };
}

function dueOf(word: string, now: Date): string | null {
  const day = today(now);
  if (word.toLowerCase() === "today") return day;
  return word.toLowerCase() === "tomorrow" ? daysLater(day, 1) : null;
}
