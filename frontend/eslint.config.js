import js from "@eslint/js";
import next from "@next/eslint-plugin-next";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(
  globalIgnores([".next/", "next-env.d.ts", "src/api.d.ts"]),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  a11y.flatConfigs.strict,
  hooks.configs.flat.recommended,
  next.configs["core-web-vitals"],
  {
    languageOptions: { parserOptions: { projectService: true } },
    settings: { next: { rootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 250],
      // next/link is 3 kB on every page; pages here change by whole loads, each with a nonce of its own.
      "@next/next/no-html-link-for-pages": "off",
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "The environment is read in src/server/environment.ts." },
      ],
    },
  },
  { files: ["**/*.js"], extends: [ts.configs.disableTypeChecked] },
  { files: ["tests/**"], rules: { "max-lines": ["error", 300], "max-lines-per-function": "off", "no-restricted-properties": "off" } },
  { files: ["src/server/environment.ts", "src/client/build.ts"], rules: { "no-restricted-properties": "off" } },
);
