/** Next.js calls this once, before the first request. */
export async function register(): Promise<void> {
  const [{ guardArrival }, { judgeProxies }] = await Promise.all([import("@/server/arrival"), import("@/server/proxies")]);
  guardArrival();
  judgeProxies();
}
