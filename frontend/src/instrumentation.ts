/** Next.js calls this once, before the first request. */
export async function register(): Promise<void> {
  const [{ limitArrival }, { judgeProxies }] = await Promise.all([import("@/server/arrival"), import("@/server/proxies")]);
  limitArrival();
  judgeProxies();
}
