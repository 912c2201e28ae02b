import { defineConfig } from "vitest/config";

export default defineConfig({
  // Outside node_modules, which the development image keeps unwritable.
  cacheDir: "/tmp/vitest",
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  test: { include: ["tests/**/*.test.ts"], testTimeout: 10_000, hookTimeout: 120_000 },
});
