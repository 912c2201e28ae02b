import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const BUILT = path.join(ROOT, ".next");
const STANDALONE = path.join(BUILT, "standalone");

/** An address at the build, which must not be found again afterwards. */
export const FROZEN = "frozen-at-build.invalid";

/** Build, once for all the tests (vitest.config.ts). */
export async function setup(): Promise<void> {
  const next = path.join(ROOT, "node_modules/next/dist/bin/next");
  const building = run([next, "build"], ROOT, { NEXT_PUBLIC_API_URL: `http://${FROZEN}:8000` });
  if ((await ended(building)) !== 0) throw new Error("the build failed");
  cpSync(path.join(BUILT, "static"), path.join(STANDALONE, ".next/static"), { recursive: true });
}

export interface Served {
  origin: string;
  process: ChildProcess;
}

/** Start what was built, with this backend; resolves when it answers. */
export async function serve(apiUrl: string, environment: Record<string, string> = {}): Promise<Served> {
  const port = String(await freePort());
  const process = run(["server.js"], STANDALONE, { NEXT_PUBLIC_API_URL: apiUrl, PORT: port, HOSTNAME: "127.0.0.1", ...environment });
  const origin = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    const up = await fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return { origin, process };
    await new Promise((passed) => setTimeout(passed, 100));
  }
  throw new Error("the server did not start");
}

/** Exit code, or the signal that ended the process. */
export function ended(process: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => process.once("exit", (code, signal) => { resolve(code ?? signal); }));
}

/** Files that were built, with their text. */
export function builtFiles(): { name: string; text: string }[] {
  return readdirSync(STANDALONE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((name) => ({ name: path.relative(STANDALONE, name), text: readFileSync(name, "latin1") }));
}

function run(argv: string[], cwd: string, added: Record<string, string>): ChildProcess {
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME };
  const env = { ...inherited, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...added } as const;
  return spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address && typeof address === "object") resolve(address.port);
        else reject(new Error("no free port"));
      });
    });
  });
}
