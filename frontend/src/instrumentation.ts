/** Next.js calls this once, before the first request. */
export async function register(): Promise<void> {
  const { judgeProxies } = await import("@/server/proxies");
  judgeProxies();
}
