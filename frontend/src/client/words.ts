import { RequestFailed } from "./request";

/** Why something failed and what to do next, for a person. */
export function reasonInWords(problem: unknown): string {
  const status = problem instanceof RequestFailed ? problem.status : -1;
  if (status === 0) return "The service cannot be reached. Check your connection and try again.";
  if (status === 401) return "You were signed out. Please sign in again.";
  if (status === 404) return "It is not there any more.";
  if (status === 413) return "The text is too long.";
  if (status === 422) return "The text was not accepted. Try a shorter or simpler one.";
  if (status === 429) return `That was a lot at once. ${waitInWords(problem)}`;
  if (status >= 502 && status <= 504) return "The service is not answering right now. Try again in a moment.";
  return "Something went wrong on our side. Try again in a moment.";
}

/** How long to wait, as the server asked. */
export function waitInWords(problem: unknown): string {
  const seconds = problem instanceof RequestFailed ? problem.waitSeconds : 0;
  if (seconds <= 60) return "Wait a moment and try again.";
  return `Try again in ${String(Math.ceil(seconds / 60))} minutes.`;
}
