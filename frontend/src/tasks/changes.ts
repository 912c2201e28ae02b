import { type Patch, PRIORITIES, type Task, tagsOf } from "./task";

/** What a form changed about a task; nothing where it is as it was. */
export function changesOf(task: Task, form: FormData): Patch {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const wanted: Patch = {
    title: text("title").trim() || task.title,
    // A form's line ends are those of the network.
    notes: text("notes").replaceAll("\r\n", "\n"),
    priority: PRIORITIES.find((each) => each === text("priority")) ?? task.priority,
    due_date: text("due_date") || null,
    tags: tagsOf(text("tags")),
  };
  const isNew = ([name, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(task[name as keyof Task]);
  return Object.fromEntries(Object.entries(wanted).filter(isNew));
}
