import { getEventListeners } from "node:events";
import { createServer, request as forward } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpClient, type HttpClient, type HttpOptions, redirect } from "../../src/sources/http.ts";
import { body, someBytes, startServer, status, type TestServer } from "../support/server.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
async function serve(files: Parameters<typeof startServer>[0] = {}): Promise<TestServer> {
  const server = await startServer(files);
  opened.push(server);
  return server;
}
const slept: number[] = [];
function client(options: HttpOptions = {}): HttpClient {
  slept.length = 0;
  const sleep = async (seconds: number) => {
    slept.push(seconds);
  };
  const made = createHttpClient({ attempts: 3, sleep, random: () => 1, now: () => Date.UTC(2024, 0, 1), ...options });
  opened.push(made);
  return made;
}
const trouble = "The server, or a proxy before it, has trouble: run the command again later, or ask whoever runs it.";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("getBytes", () => {
  it("by hand: the body, asked for plain and under our name", async () => {
    const server = await serve({ "/a": "hello" });
    expect(text(await client().getBytes(`${server.origin}/a`))).toBe("hello");
    expect(server.asked[0]!.headers).toMatchObject({ "accept-encoding": "identity", "user-agent": "cortecast" });
    expect(server.asked[0]!.headers.authorization).toBeUndefined();
  });

  it("by hand: gzip that nobody asked for is undone", async () => {
    const server = await serve();
    server.always("/a", body(200, { "content-encoding": "gzip" }, gzipSync("hello")));
    expect(text(await client().getBytes(`${server.origin}/a`))).toBe("hello");
    server.always("/b", body(200, { "content-encoding": "br" }, new Uint8Array(3)));
    await expect(client().getBytes(`${server.origin}/b`)).rejects.toMatchObject({
      name: "NetworkError",
      message: `${server.origin}/b: the answer must be plain or gzip, got Content-Encoding "br". Ask whoever runs the server.`,
    });
  });

  it("by hand: what may pass is tried again, after as long as the server asks for", async () => {
    const server = await serve({ "/a": "hello" });
    const later = status(503, { "retry-after": "Mon, 01 Jan 2024 00:00:20 GMT" });
    server.next("/a", status(429, { "retry-after": "7" }), later);
    expect(text(await client().getBytes(`${server.origin}/a`))).toBe("hello");
    expect(slept).toEqual([7, 20]);
    server.next("/a", status(500), body(200, { "content-length": "9" }, new Uint8Array(4), "drop"));
    expect(text(await client().getBytes(`${server.origin}/a`))).toBe("hello");
    expect(slept).toEqual([0.5, 1]);
  });

  it.each<[number, string]>([
    [400, "Check the address, or ask whoever runs the server."],
    [401, "Check the address, and whether access must be asked for there."],
    [403, "Check the address, and whether access must be asked for there."],
    [404, "Check the address: nothing is there."],
    [407, "The proxy wants a login: set HTTPS_PROXY to http://<name>:<password>@<proxy>:<port>."],
    [410, "Check the address: nothing is there."],
    [501, trouble],
    [511, "Your network wants a login: sign in with a browser, then run the command again."],
  ])("by hand: status %d is not tried again", async (code, remedy) => {
    const server = await serve();
    server.always("/a", status(code));
    await expect(client().getBytes(`${server.origin}/a`)).rejects.toMatchObject({
      kind: "network",
      status: code,
      message: `${server.origin}/a: the server must give it, got status ${code}. ${remedy}`,
    });
    expect(server.asked).toHaveLength(1);
  });

  it("by hand: given up after as many tries as there are", async () => {
    const server = await serve();
    server.always("/a", status(502));
    await expect(client().getBytes(`${server.origin}/a`)).rejects.toMatchObject({
      message: `${server.origin}/a: the server must give it, got status 502. ${trouble} Tried 3 times.`,
    });
    expect(server.asked).toHaveLength(3);
    server.always("/a", status(429));
    await expect(client().getBytes(`${server.origin}/a`)).rejects.toMatchObject({
      message: `${server.origin}/a: the server must give it, got status 429. Too much is asked of it: run the command again later, or with \`parallel: 1\`. Tried 3 times.`,
    });
  });

  it("by hand: longer than the limit is refused, and so is a body that unpacks to more", async () => {
    const server = await serve({ "/a": "x".repeat(101) });
    server.always("/b", body(200, { "content-encoding": "gzip" }, gzipSync("x".repeat(1e6))));
    expect(await client().getBytes(`${server.origin}/a`, 101)).toHaveLength(101);
    for (const path of ["/a", "/b"]) {
      await expect(client().getBytes(`${server.origin}${path}`, 100)).rejects.toThrow(
        `${server.origin}${path}: the answer must have at most 100 bytes, got more. Check the address.`,
      );
    }
  });

  it("by hand: nobody listens; the message says where, without the query", async () => {
    const server = await startServer();
    await server.close();
    await expect(client().getBytes(`${server.origin}/a?signature=secret`)).rejects.toThrow(
      new RegExp(
        `^${server.origin}/a: the connection must hold until all is there, got ECONNREFUSED .*\\. Nobody listens there: check the address, and HTTP_PROXY and HTTPS_PROXY where they are set\\. Tried 3 times\\.$`,
      ),
    );
  });

  it("by hand: a server that says nothing, or nothing more, is left after the timeout", async () => {
    const server = await serve();
    server.always("/a", () => new Promise(() => undefined));
    server.always("/b", body(200, { "content-length": "9" }, new Uint8Array(4), "stall"));
    const impatient = () => client({ timeout: 0.3, attempts: 1 });
    await expect(impatient().getBytes(`${server.origin}/a`)).rejects.toThrow(/got UND_ERR_HEADERS_TIMEOUT/);
    await expect(impatient().getBytes(`${server.origin}/b`)).rejects.toThrow(/got UND_ERR_BODY_TIMEOUT/);
  });

  it("by hand: a signal ends the request, and the wait for the next", async () => {
    const server = await serve();
    const reason = new Error("stop");
    const abort = new AbortController();
    server.always("/a", () => abort.abort(reason));
    await expect(client({ signal: abort.signal }).getBytes(`${server.origin}/a`)).rejects.toBe(reason);

    const second = new AbortController();
    server.always("/b", status(503, { "retry-after": "500" }));
    // The machine's own timer.
    const waiting = client({ signal: second.signal, sleep: undefined }).getBytes(`${server.origin}/b`);
    setTimeout(() => second.abort(reason), 50);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe("a signal", () => {
  it("by hand: is left by each request that has ended, however it did", async () => {
    const server = await serve({ "/a": "hello" });
    server.always("/gone", status(404));
    const { signal } = new AbortController();
    const given = client({ signal });
    for (let i = 0; i < 30; i++) {
      await given.getBytes(`${server.origin}/a`);
      await given.getHeaders(`${server.origin}/a`);
      await given.getBytes(`${server.origin}/gone`).catch(() => undefined);
    }
    expect(getEventListeners(signal, "abort").length).toBeLessThan(5);
  });
});

describe("redirects", () => {
  it("by hand: followed, relative ones too; a token goes to its own server alone", async () => {
    const [hub, store] = [await serve({ "/b": "from the hub" }), await serve({ "/c": "from the store" })];
    hub.always("/a", status(307, { location: "/b" }));
    hub.always("/x", status(302, { location: `${store.origin}/c` }));
    const credentials = { origin: hub.origin, token: "secret" };
    const given = client({ credentials });
    expect(text(await given.getBytes(`${hub.origin}/a`))).toBe("from the hub");
    expect(text(await given.getBytes(`${hub.origin}/x`))).toBe("from the store");
    expect(hub.asked.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer secret"));
    expect(store.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it("by hand: the same machine by another name is another server", async () => {
    const server = await serve({ "/b": "b" });
    const other = server.origin.replace("127.0.0.1", "localhost");
    server.always("/a", status(302, { location: `${other}/b` }));
    const credentials = { origin: server.origin, token: "secret" };
    // localhost may be IPv6 first, where nobody listens: then Node tries the other.
    expect(text(await client({ credentials }).getBytes(`${server.origin}/a`))).toBe("b");
    expect(server.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/a", "Bearer secret"],
      ["/b", undefined],
    ]);
  });

  it("by hand: up to https, never down to http", () => {
    const to = (from: string, location: string) => redirect(new URL(from), location).href;
    expect(to("http://a/x", "https://b/y")).toBe("https://b/y");
    expect(to("https://a/x/y", "../z?q")).toBe("https://a/z?q");
    expect(to("https://a/x", "//b/y")).toBe("https://b/y");
    expect(() => to("https://a/x?secret", "http://a/x")).toThrow(
      'https://a/x: a redirect must lead to an address as safe as its own, got "http://a/x". Check the address, or ask whoever runs the server.',
    );
  });

  it("by hand: without end, or to what is no address of the web, refused", async () => {
    const server = await serve();
    server.always("/a", status(301, { location: "/a" }));
    await expect(client().getBytes(`${server.origin}/a`)).rejects.toThrow(
      `${server.origin}/a: redirects must end, got 11 in a row, the last to ${server.origin}/a. Check the address; a proxy, or a network that wants a login, may send requests in circles.`,
    );
    for (const location of ["file:///etc/passwd", "ftp://x/y", "http://[", "data:,x"]) {
      server.always("/b", status(302, { location }));
      await expect(client().getBytes(`${server.origin}/b`)).rejects.toThrow(
        `${server.origin}/b: a redirect must lead to an address as safe as its own, got ${JSON.stringify(location)}. Check the address, or ask whoever runs the server.`,
      );
    }
    server.always("/c", status(302));
    await expect(client().getBytes(`${server.origin}/c`)).rejects.toThrow(/got status 302/);
  });
});

describe("getHeaders", () => {
  it("by hand: size and ETag, tried again as well", async () => {
    const server = await serve({ "/a": someBytes(1234) });
    server.next("/a", status(503));
    expect(await client().getHeaders(`${server.origin}/a`)).toMatchObject({ "content-length": "1234" });
    expect(server.asked.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
  });
});

describe("proxies", () => {
  /** Forwards requests, and tunnels; `seen` has what it was asked. */
  async function startProxy() {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
      const { "proxy-authorization": _, ...headers } = request.headers;
      forward(request.url!, { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      }).end();
    });
    server.on("connect", (request, socket) => {
      seen.push(`CONNECT ${request.url}`);
      const [host, port] = request.url!.split(":");
      const far = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        far.pipe(socket).pipe(far);
      });
      for (const end of [far, socket]) end.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    return { seen, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it("by hand: http goes to the proxy as it is, with the user's name, also from a variable in lower case", async () => {
    const [server, proxy] = [await serve({ "/a": "hello" }), await startProxy()];
    for (const environment of [
      { HTTP_PROXY: `http://user:p%40ss@${proxy.host}` },
      { http_proxy: `http://user:p%40ss@${proxy.host}`, HTTP_PROXY: "http://nowhere.invalid" },
      { ALL_PROXY: `http://user:p%40ss@${proxy.host}` },
    ]) {
      expect(text(await client({ environment }).getBytes(`${server.origin}/a`))).toBe("hello");
    }
    // Base64 of "user:p@ss".
    expect(proxy.seen).toEqual(Array(3).fill(`GET ${server.origin}/a Basic dXNlcjpwQHNz`));
  });

  it("by hand: a proxy that closes a tunnel unanswered is asked once a try, and the message names it", async () => {
    let nAsked = 0;
    const proxy = createTcpServer((socket) => {
      nAsked++;
      socket.on("error", () => undefined).once("data", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    opened.push({ close: () => new Promise((resolve) => proxy.close(() => resolve())) });
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await expect(client({ environment }).getBytes("https://example.org/a")).rejects.toMatchObject({
      name: "NetworkError",
      message:
        "https://example.org/a: the connection must hold until all is there, got ECONNRESET (the proxy closed the connection). The proxy lets nothing through: check HTTPS_PROXY, or ask whoever runs it. Tried 3 times.",
    });
    expect(nAsked).toBe(3);
  });

  it.each([
    [407, "The proxy wants a login: set HTTPS_PROXY to http://<name>:<password>@<proxy>:<port>."],
    [403, "The proxy lets nothing through: check HTTPS_PROXY, or ask whoever runs it."],
  ])("by hand: a proxy that answers %s to a tunnel is told by its status", async (code, remedy) => {
    const proxy = createTcpServer((socket) => {
      socket.on("error", () => undefined).once("data", () => socket.end(`HTTP/1.1 ${code} No\r\n\r\n`));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    opened.push({ close: () => new Promise((resolve) => proxy.close(() => resolve())) });
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await expect(client({ environment, attempts: 1 }).getBytes("https://example.org/a")).rejects.toThrow(
      `https://example.org/a: the connection must hold until all is there, got ECONNRESET (the proxy answered with status ${code}). ${remedy}`,
    );
  });

  it("by hand: https is tunnelled; what the far end says inside is not the proxy's to see", async () => {
    const [server, proxy] = [await serve(), await startProxy()];
    const address = server.origin.replace("http:", "https:");
    // The far end does not speak TLS, so that the handshake fails, inside the tunnel.
    await expect(
      client({ environment: { HTTPS_PROXY: proxy.host }, attempts: 1 }).getBytes(address),
    ).rejects.toMatchObject({ name: "NetworkError" });
    expect(proxy.seen).toEqual([`CONNECT ${server.origin.slice("http://".length)}`]);
  });

  it.each(["127.0.0.1", "*", "x.org, 127.0.0.1", "127.0.0.0/8"])(
    "by hand: NO_PROXY %s goes directly",
    async (names) => {
      const [server, proxy] = [await serve({ "/a": "hello" }), await startProxy()];
      const environment = { HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: names };
      expect(text(await client({ environment }).getBytes(`${server.origin}/a`))).toBe("hello");
      expect(proxy.seen).toEqual([]);
    },
  );

  it("by hand: an address that is none is refused, and not shown", () => {
    const make = (HTTP_PROXY: string) => () => createHttpClient({ environment: { HTTP_PROXY } });
    for (const address of ["ftp://user:secret@x", "http://", "http://a b"]) {
      expect(make(address)).toThrow(
        "HTTP_PROXY: must be a proxy's address, such as http://proxy:3128, got something else (not shown, it may hold a password). Mend or unset it.",
      );
    }
    expect(make("")).not.toThrow();
  });
});
