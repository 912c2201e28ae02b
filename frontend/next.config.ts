import type { NextConfig } from "next";

const EVERYWHERE = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
];

// Pages get their policy, with its nonce, from src/proxy.ts. What is no page may load nothing at all.
const NO_PAGE = [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }];

const config: NextConfig = {
  // Under `next dev` alone: it refuses every name but localhost otherwise.
  allowedDevOrigins: ["127.0.0.1"],
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
      { source: "/api/:path*", headers: NO_PAGE },
      { source: "/healthz", headers: NO_PAGE },
    ]),
};

export default config;
