/** `2 open, 1 done`; nothing for an empty list. */
export function summary(tasks: readonly { done: boolean }[]): string {
  const done = tasks.filter((task) => task.done).length;
  const open = tasks.length - done;
  if (tasks.length === 0) return "";
  if (open === 0) return "All done";
  return done === 0 ? `${String(open)} open` : `${String(open)} open, ${String(done)} done`;
}
