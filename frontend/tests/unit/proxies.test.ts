import type { IncomingHttpHeaders } from "node:http";

import { expect, test } from "vitest";

import { refuseForeign } from "@/server/origin";
import { judge, trustOf } from "@/server/proxies";

/** What sign-in says to a browser at `origin`, where the headers come by a proxy. */
function signIn(origin: string, given: IncomingHttpHeaders, trusted: boolean): number {
  const headers: IncomingHttpHeaders = { host: "frontend:3000", ...given };
  judge(headers, trusted);
  const request = new Request("http://inside:3000/api/auth/sign-in", { method: "POST", headers: { ...(headers as Record<string, string>), origin } });
  return refuseForeign(request)?.status ?? 200;
}

const PUBLIC = "https://todo.example:8443";

test.each<[string, string, IncomingHttpHeaders]>([
  ["nginx with $http_host", PUBLIC, { "x-forwarded-host": "todo.example:8443", "x-forwarded-proto": "https" }],
  ["nginx with $host and a port beside it", PUBLIC, { "x-forwarded-host": "todo.example", "x-forwarded-port": "8443" }],
  ["nginx that hands the host on, and the port", PUBLIC, { host: "todo.example", "x-forwarded-port": "8443" }],
  ["Caddy", PUBLIC, { host: "todo.example:8443", "x-forwarded-host": "todo.example:8443", "x-forwarded-proto": "https" }],
  ["Traefik", PUBLIC, { "x-forwarded-host": "todo.example:8443", "x-forwarded-port": "8443", "x-forwarded-server": "t1" }],
  ["Apache behind another one", PUBLIC, { "x-forwarded-host": "todo.example:8443, inner.example", "x-forwarded-port": "8443, 80" }],
  ["Forwarded", PUBLIC, { forwarded: 'for="[2001:db8::7]:5";host="todo.example:8443";proto=https, for=10.0.0.1' }],
  ["Forwarded without quotes", "https://todo.example", { forwarded: "proto=https;Host=todo.example" }],
  ["a port that is the scheme's own", "https://todo.example", { "x-forwarded-host": "todo.example:443", "x-forwarded-proto": "https" }],
  ["the port of an inner hop", "https://todo.example", { "x-forwarded-host": "todo.example", "x-forwarded-port": "80" }],
  ["an IPv6 address", "https://[2001:db8::1]:8443", { "x-forwarded-host": "[2001:db8::1]", "x-forwarded-port": "8443" }],
  ["an AWS load balancer", "https://todo.example", { host: "todo.example", "x-forwarded-port": "443", "x-forwarded-proto": "https" }],
  ["Azure's gateway", "https://todo.example", { "x-original-host": "todo.example", "x-forwarded-port": "443", "x-forwarded-proto": "https" }],
  ["Forwarded with a port and no quotes", PUBLIC, { forwarded: "for=192.0.2.1; host=todo.example:8443 ;proto=https" }],
  ["ingress-nginx", PUBLIC, { "x-forwarded-host": "todo.example:8443", "x-forwarded-port": "443", "x-forwarded-scheme": "https" }],
  ["two lines, joined", PUBLIC, { "x-forwarded-host": "todo.example:8443, todo.example:8443" }],
  ["capitals", PUBLIC, { "x-forwarded-host": "Todo.Example:8443" }],
])("%s: sign-in works when the proxy is named, and only then", (_, origin, headers) => {
  expect(signIn(origin, headers, true)).toBe(200);
  if (!origin.endsWith(`/${headers.host ?? ""}`)) expect(signIn(origin, headers, false)).toBe(403);
});

test.each<[string, IncomingHttpHeaders]>([
  ["another port", { "x-forwarded-host": "todo.example:9443" }],
  ["another host", { "x-forwarded-host": "elsewhere.example:8443" }],
  ["the second of a list", { "x-forwarded-host": "inner.example, todo.example:8443" }],
  ["no host at all", { "x-forwarded-host": "", "x-forwarded-port": "8443" }],
  ["nonsense", { "x-forwarded-host": "//", forwarded: "host=" }],
])("%s of a trusted proxy is not the browser's", (_, headers) => {
  expect(signIn(PUBLIC, headers, true)).toBe(403);
});

test.each<[string, IncomingHttpHeaders, string | undefined]>([
  ["Forwarded", { forwarded: "for=192.0.2.1;proto=https" }, "https"],
  ["Forwarded in capitals", { forwarded: "Proto=HTTPS;host=a" }, "https"],
  ["Forwarded of a browser without TLS", { forwarded: "proto=http, proto=https" }, undefined],
  ["an older load balancer", { "x-forwarded-ssl": "on" }, "https"],
  ["an older ISA server", { "front-end-https": "On" }, "https"],
  ["a scheme", { "x-forwarded-scheme": "https" }, "https"],
  ["its own word first", { "x-forwarded-proto": "http", "x-forwarded-ssl": "on" }, "http"],
  ["nothing", { "x-forwarded-ssl": "off" }, undefined],
])("%s tells whether the browser speaks TLS", (_, given, expected) => {
  const headers = { ...given };
  judge(headers, true);
  expect(headers["x-forwarded-proto"]).toBe(expected);
  const stranger = { ...given };
  judge(stranger, false);
  expect(stranger["x-forwarded-proto"]).toBe(given["x-forwarded-proto"]);
});

test("who asks is told on by a named proxy alone", () => {
  const by = (trusted: boolean) => {
    const headers: IncomingHttpHeaders = { "x-forwarded-for": "203.0.113.7" };
    judge(headers, trusted);
    return headers["x-forwarded-for"];
  };
  expect([by(true), by(false)]).toEqual(["203.0.113.7", undefined]);
});

test.each([
  ["", "127.0.0.1", false],
  ["*", "203.0.113.7", true],
  ["172.18.0.1", "172.18.0.1", true],
  ["172.18.0.1", "172.18.0.2", false],
  ["10.0.0.0/8, 172.16.0.0/12", "172.31.255.255", true],
  ["10.0.0.0/8, 172.16.0.0/12", "172.32.0.1", false],
  ["2001:db8::/32,::1", "2001:db8:1::5", true],
  ["2001:db8::/32,::1", "::1", true],
  ["2001:db8::/32", "10.0.0.1", false],
  ["10.0.0.0/8", "", false],
])("of %j, %j is trusted: %j", (list, address, expected) => {
  expect(trustOf(list)(address)).toBe(expected);
});

test.each(["proxy.example", "10.0.0.0/33", "10.0.0", "::/200", "10.0.0.0/x"])("%j names no address", (list) => {
  expect(() => trustOf(list)).toThrow("FORWARDED_ALLOW_IPS must be IP addresses or networks");
});
