import { describe, expect, it } from "vitest";
import { connectionRemedy, TunnelError } from "../../src/sources/network-remedy.ts";

describe("connectionRemedy (by hand)", () => {
  const proxy = "Where your network needs a proxy, set HTTPS_PROXY.";
  it.each<[code: string, error: unknown, remedy: string]>([
    ["ENOTFOUND", "", `No server of that name is found: check the address and your connection. ${proxy}`],
    ["EAI_AGAIN", "", `No server of that name is found: check the address and your connection. ${proxy}`],
    ["ECONNREFUSED", "", "Nobody listens there: check the address, and HTTP_PROXY and HTTPS_PROXY where they are set."],
    ["UND_ERR_HEADERS_TIMEOUT", "", `Run the command again later, or with a longer \`timeout\`. ${proxy}`],
    ["UND_ERR_CONNECT_TIMEOUT", "", `Run the command again later, or with a longer \`timeout\`. ${proxy}`],
    ["ENETUNREACH", "", `Run the command again later, or with a longer \`timeout\`. ${proxy}`],
    ["ECONNRESET", "", `Run the command again; if it fails again, try later. ${proxy}`],
    ["UND_ERR_SOCKET", new Error("other side closed"), `Run the command again; if it fails again, try later. ${proxy}`],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "",
      "Check the address; where a proxy of your network stands in between, name the file of its certificate in NODE_EXTRA_CA_CERTS.",
    ],
    [
      "ECONNRESET",
      new TunnelError(407),
      "The proxy wants a login: set HTTPS_PROXY to http://<name>:<password>@<proxy>:<port>.",
    ],
    ["ECONNRESET", new TunnelError(403), "The proxy lets nothing through: check HTTPS_PROXY, or ask whoever runs it."],
    [
      "ECONNRESET",
      new TunnelError(undefined),
      "The proxy lets nothing through: check HTTPS_PROXY, or ask whoever runs it.",
    ],
    [
      "ECONNRESET",
      new Error("the proxy closed the connection"),
      `Run the command again; if it fails again, try later. ${proxy}`,
    ],
  ])("of %s %s", (code, error, remedy) => {
    expect(connectionRemedy(code, error)).toBe(remedy);
  });
});
