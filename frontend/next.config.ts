import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { NextConfig } from "next";

import { EVERYWHERE, NO_PAGE } from "./src/server/safety";

/** A name for what is built: the same for the same files, whenever and wherever. */
function buildName(): string {
  const hash = createHash("sha256");
  const source = readdirSync("src", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = source.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  for (const name of ["package-lock.json", ...names]) hash.update(name).update(readFileSync(name));
  return hash.digest("hex").slice(0, 12);
}

const BUILD = buildName();

const config: NextConfig = {
  // Under `next dev` alone: it refuses every name but localhost otherwise.
  allowedDevOrigins: ["127.0.0.1"],
  env: { TODO_BUILD: BUILD },
  output: "standalone",
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  experimental: { serverSourceMaps: false },
  images: { unoptimized: true },
  // The image optimizer is off, so its library (33 MB) has nothing to do in the server.
  outputFileTracingExcludes: {
    "*": ["node_modules/sharp/**", "node_modules/@img/**", "node_modules/typescript/**", "node_modules/caniuse-lite/**"],
  },
  headers: () =>
    Promise.resolve([
      { source: "/:path*", headers: EVERYWHERE },
      { source: "/api/:path*", headers: [...NO_PAGE, { key: "X-Build", value: BUILD }] },
      { source: "/healthz", headers: NO_PAGE },
    ]),
};

export default config;
