import { describe, expect, it } from "vitest";
import { isExempt, proxyFor } from "../../src/sources/proxies.ts";

// Host, list, and whether curl asks the host directly (curl --noproxy), as its manual says; tried with curl 7.88, which does
// the same but for the two ranges of IPv6 addresses: it passes them over.
const likeCurl: readonly (readonly [host: string, list: string, isDirect: boolean])[] = [
  ["example.org", "", false],
  ["example.org", "*", true],
  ["example.org", "a,*", false],
  ["example.org", "example.org", true],
  ["EXAMPLE.org", "example.ORG", true],
  ["www.example.org", "example.org", true],
  ["www.example.org", ".example.org", true],
  ["example.org", ".example.org", true],
  ["nonexample.org", "example.org", false],
  ["nonexample.org", ".example.org", false],
  ["example.org", "www.example.org", false],
  ["example.org", "org", true],
  ["example.org.", "example.org", true],
  ["example.org", "example.org.", true],
  ["example.org", "a.net,example.org", true],
  ["example.org", "a.net, example.org", true],
  ["example.org", "a.net example.org", true],
  ["example.org", "a.net,,example.org", true],
  ["localhost", "localhost,127.0.0.1", true],
  ["127.0.0.1", "localhost", false],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["127.0.0.1", "0.0.1", false],
  ["127.0.0.1", "127.0.0.0/8", true],
  ["10.1.2.3", "127.0.0.0/8", false],
  ["10.1.2.3", "10.0.0.0/8,127.0.0.0/8", true],
  ["192.168.1.200", "192.168.1.128/25", true],
  ["192.168.1.100", "192.168.1.128/25", false],
  ["192.168.1.100", "192.168.1.100/32", true],
  ["192.168.1.100", "192.168.1.101/32", false],
  ["192.168.1.100", "192.168.1.0/33", false],
  ["10.1.2.3", "0.0.0.0/0", false],
  ["[::1]", "::1", true],
  ["[::1]", "::2", false],
  ["[fd00::12]", "fd00::/8", true],
  ["[fe80::1]", "fd00::/8", false],
  ["[2001:db8:1::5]", "2001:db8::/32", true],
  ["[::1]", "0.0.0.1", false],
  ["host10.0.0.1", "10.0.0.0/8", false],
];

describe("isExempt", () => {
  it.each(likeCurl)("by hand, as curl: %s with NO_PROXY=%s: %s", (host, list, isDirect) => {
    expect(isExempt(host, 80, list)).toBe(isDirect);
  });

  it.each<[string, number, string, boolean]>([
    ["example.org", 8080, "example.org:8080", true],
    ["example.org", 80, "example.org:8080", false],
    ["127.0.0.1", 8080, "127.0.0.1:8080", true],
    ["[::1]", 8080, "[::1]:8080", true],
    ["[::1]", 80, "[::1]:8080", false],
    ["[::1]", 80, "[::1]", true],
    ["www.example.org", 80, "*.example.org", true],
  ])("by hand, beyond curl: %s at port %d with NO_PROXY=%s: %s", (host, port, list, isDirect) => {
    expect(isExempt(host, port, list)).toBe(isDirect);
  });
});

describe("proxyFor (by hand, as curl's manual says)", () => {
  const [http, https] = [new URL("http://example.org/a"), new URL("https://example.org/a")];
  it.each<[string, Readonly<Record<string, string>>, string | undefined, string | undefined]>([
    ["nothing", {}, undefined, undefined],
    ["one for http: not for https", { HTTP_PROXY: "http://p:1" }, "http://p:1", undefined],
    ["one for https: not for http", { HTTPS_PROXY: "http://p:1" }, undefined, "http://p:1"],
    ["one for all", { ALL_PROXY: "http://p:1" }, "http://p:1", "http://p:1"],
    ["one for all, in small letters", { all_proxy: "p:1" }, "http://p:1", "http://p:1"],
    ["a protocol's own goes before", { ALL_PROXY: "p:1", HTTPS_PROXY: "p:2" }, "http://p:1", "http://p:2"],
    ["small letters go before", { HTTP_PROXY: "p:1", http_proxy: "p:2" }, "http://p:2", undefined],
    ["an empty one is none", { HTTP_PROXY: "p:1", http_proxy: "" }, "http://p:1", undefined],
    ["an empty one, of all", { HTTP_PROXY: "", ALL_PROXY: "p:1" }, "http://p:1", "http://p:1"],
    ["exempt", { ALL_PROXY: "p:1", NO_PROXY: "example.org" }, undefined, undefined],
    ["exempt, in small letters first", { ALL_PROXY: "p:1", NO_PROXY: "*", no_proxy: "a" }, "http://p:1", "http://p:1"],
    ["exempt at a port", { ALL_PROXY: "p:1", NO_PROXY: "example.org:443" }, "http://p:1", undefined],
  ])("%s", (_, environment, forHttp, forHttps) => {
    expect([proxyFor(http, environment), proxyFor(https, environment)]).toEqual([forHttp, forHttps]);
  });

  it("refuses an address that is none, without showing it", () => {
    expect(() => proxyFor(http, { ALL_PROXY: "ftp://user:secret@p" })).toThrow(
      "ALL_PROXY: must be a proxy's address, such as http://proxy:3128, got something else (not shown, it may hold a password). Mend or unset it.",
    );
  });
});
