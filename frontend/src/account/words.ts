import { RequestFailed } from "@/client/request";
import { reasonInWords, waitInWords } from "@/client/words";

const BY_STATUS: Readonly<Record<number, string>> = {
  401: "The e-mail or the password is not right.",
  403: "The current password is not right.",
  409: "There is an account with this e-mail already. Try signing in instead.",
  422: "Something in here was not accepted. Check the e-mail, and use a password of 8 to 128 characters.",
};

/** Why something about an account failed, for a person. */
export function accountReason(problem: unknown): string {
  const status = problem instanceof RequestFailed ? problem.status : -1;
  if (status === 429) return `There were too many tries. ${waitInWords(problem)}`;
  return BY_STATUS[status] ?? reasonInWords(problem);
}
