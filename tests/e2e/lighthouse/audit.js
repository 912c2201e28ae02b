// Audits a page in a browser that runs already: `audit.js <debugging port> <address>`, cookies in COOKIE. Prints scores of 0 to 100.
import lighthouse from "lighthouse";

const [port, address] = process.argv.slice(2);
const { lhr } = await lighthouse(address, {
  port: Number(port),
  hostname: "127.0.0.1",
  extraHeaders: process.env.COOKIE ? { Cookie: process.env.COOKIE } : {},
  onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
});
const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]);
console.log(JSON.stringify({ address: lhr.finalDisplayedUrl, ...Object.fromEntries(scores) }));
