import type { IncomingMessage, RequestListener } from "node:http";

import { backend, textOf } from "./backend";

/** What a stand-in backend knows: which access and session tokens are alive, and every request it got. */
export interface Accounts {
  address: string;
  alive: Set<string>;
  asked: string[];
}

/** A stand-in backend with accounts: `s1` renews to `s2` and so on, and opens access `a2`. */
export async function accounts(seen: (request: IncomingMessage) => void = () => undefined, renewStatus = 200): Promise<Accounts> {
  const known: Accounts = { address: "", alive: new Set(), asked: [] };
  let renewals = 1;
  const answers: Record<string, () => [number, unknown]> = {
    "POST /api/auth/sign-in": () => [200, session(1)],
    "POST /api/auth/sign-up": () => [201, session(1)],
    "POST /api/auth/renew": () => [renewStatus, renewStatus === 200 ? session((renewals += 1)) : { detail: "no" }],
    "POST /api/auth/sign-out": () => [204, null],
    "DELETE /api/auth/me": () => [204, null],
  };
  const session = (number: number) => {
    known.alive.add(`Bearer a${String(number)}`);
    const tokens = { access_token: `a${String(number)}`, session_token: `s${String(number)}` };
    return { user: { name: "Ada" }, ...tokens, expires_in: 900, session_expires_in: 2_592_000 };
  };
  const answer: RequestListener = (request, response) => {
    seen(request);
    void textOf(request).then((body) => {
      const what = `${request.method ?? ""} ${request.url ?? ""}`;
      const bearer = request.headers.authorization ?? "nobody";
      known.asked.push(`${what} ${bearer}${body && ` ${body}`}`);
      const anyone = [known.alive.has(bearer) ? 200 : 401, { bearer, body }] as [number, unknown];
      const [status, content] = answers[what]?.() ?? anyone;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(content === null ? undefined : JSON.stringify(content));
    });
  };
  known.address = await backend(answer);
  return known;
}
