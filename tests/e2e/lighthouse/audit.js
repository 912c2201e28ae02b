// Audits a page in a browser that runs already:
// `audit.js <debugging port> <address> desktop|mobile`, cookies in COOKIE. Prints scores of 0 to 100.
import lighthouse, { desktopConfig } from "lighthouse";

const [port, address, device] = process.argv.slice(2);
const flags = {
  port: Number(port),
  hostname: "127.0.0.1",
  extraHeaders: process.env.COOKIE ? { Cookie: process.env.COOKIE } : {},
  onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
};
const { lhr } = await lighthouse(address, flags, device === "desktop" ? desktopConfig : undefined);
const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]);
console.log(JSON.stringify({ address: lhr.finalDisplayedUrl, ...Object.fromEntries(scores) }));
