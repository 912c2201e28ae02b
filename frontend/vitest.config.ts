import { defineConfig } from "vitest/config";

export default defineConfig({
  // Outside node_modules, which the development image keeps unwritable.
  cacheDir: "/tmp/vitest",
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  test: {
    testTimeout: 10_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["tests/unit/**/*.test.ts"] } },
      // What is built is built once, before them.
      { extends: true, test: { name: "build", include: ["tests/build/**/*.test.ts"], globalSetup: "tests/build/server.ts" } },
    ],
  },
});
