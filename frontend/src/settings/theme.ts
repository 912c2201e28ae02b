/** The theme is a cookie, so that the first page of a visit has it already. */

export const THEME_COOKIE = "todo_theme";
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const YEAR_SECONDS = 31_536_000;

export function themeOf(value: string | undefined): Theme {
  return THEMES.find((each) => each === value) ?? "system";
}

/** Show a theme from now on; in a browser. */
export function applyTheme(theme: Theme): void {
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${String(YEAR_SECONDS)}; SameSite=Lax`;
  document.documentElement.dataset.theme = theme;
}
