import { type SubmitEvent, useState } from "react";

import { accountReason } from "./words";

/** A form that is sent by script: what it says, whether it is on its way, and why it failed. */
export function useSubmit(work: (value: (name: string) => string, form: HTMLFormElement) => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function run(form: HTMLFormElement) {
    const data = new FormData(form);
    const value = (name: string) => {
      const given = data.get(name);
      return typeof given === "string" ? given : "";
    };
    setBusy(true);
    setProblem("");
    try {
      await work(value, form);
    } catch (failure) {
      setProblem(accountReason(failure));
    }
    setBusy(false);
  }

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(event.currentTarget);
  };
  return { busy, problem, submit };
}
