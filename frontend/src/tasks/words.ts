import { RequestFailed } from "./client";

/** Why something failed and what to do next, for a person. */
export function reasonInWords(problem: unknown): string {
  const status = problem instanceof RequestFailed ? problem.status : -1;
  if (status === 0) return "The service cannot be reached. Check your connection and try again.";
  if (status === 404) return "It is not there any more.";
  if (status === 413) return "The text is too long.";
  if (status === 422) return "The text was not accepted. Try a shorter or simpler one.";
  if (status === 429) return "That was a lot at once. Wait a moment and try again.";
  if (status >= 502 && status <= 504) return "The service is not answering right now. Try again in a moment.";
  return "Something went wrong on our side. Try again in a moment.";
}

/** `2 open, 1 done`; nothing for an empty list. */
export function summary(tasks: readonly { done: boolean }[]): string {
  const done = tasks.filter((task) => task.done).length;
  const open = tasks.length - done;
  if (tasks.length === 0) return "";
  if (open === 0) return "All done";
  return done === 0 ? `${String(open)} open` : `${String(open)} open, ${String(done)} done`;
}
