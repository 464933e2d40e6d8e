import { setMaxListeners } from "node:events";
import { pipeline, Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { Agent, type Dispatcher, Pool, ProxyAgent, request } from "undici";
import { NetworkError } from "../errors.ts";
import { type Body, gatherBody } from "./body.ts";
import { connectionRemedy, isAboutCertificates, statusRemedy, TunnelError } from "./network-remedy.ts";
import { checkProxies, type Environment, proxyFor } from "./proxies.ts";
import { type RetryPolicy, readRetryAfter, startRetries } from "./retry.ts";

/** What a client is made with. */
export interface HttpOptions {
  /** Where `HTTP_PROXY` and its like are looked up, as by {@link proxyFor}. Default: no proxy. */
  readonly environment?: Environment | undefined;
  /** Seconds without a byte after which a connection counts as dead. Default: 60. */
  readonly timeout?: number | undefined;
  /** Tries in a row that may fail without progress. Default: 8, about a minute. */
  readonly attempts?: number | undefined;
  /** Ends every request and every wait. */
  readonly signal?: AbortSignal | undefined;
  /** A token for one server alone: it is sent to this origin, and to no other that a redirect leads to. */
  readonly credentials?: { readonly origin: string; readonly token: string } | undefined;
  /** As in {@link RetryPolicy}. Default: the machine's timer. */
  readonly sleep?: RetryPolicy["sleep"] | undefined;
  /** Uniform in [0, 1). Default: Math.random. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** One request: all of a file, or from a byte on. */
export interface HttpRequest {
  readonly method?: "GET" | "HEAD";
  /** First byte that is wanted; the answer may be 206 and begin there, or 200 and begin at 0. */
  readonly from?: number | undefined;
  /** The strong validator of the bytes before `from`: where the file is another by now, the answer is 200. */
  readonly ifRange?: string | undefined;
}

/** A server's answer. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they were sent; {@link decodeBody} undoes a `Content-Encoding`. Read it to its end, or drop it. */
  readonly body: Body;
}

/** Asks servers, through the proxies of the environment. */
export interface HttpClient {
  /** How failures are met. */
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal | undefined;
  /**
   * One request, tried once; redirects are followed.
   *
   * @throws NetworkError for any status but 200, 206 and (where `from` is given) 416, and where the connection fails
   */
  send(address: string, request?: HttpRequest): Promise<HttpAnswer>;
  /**
   * The whole body, tried again where that may help.
   *
   * @param limit - most bytes; a longer body is refused. Default: 64 MiB
   * @throws NetworkError
   */
  getBytes(address: string, limit?: number): Promise<Uint8Array>;
  /**
   * The headers of a file, tried again where that may help.
   *
   * @throws NetworkError
   */
  getHeaders(address: string): Promise<Readonly<Record<string, string>>>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** Redirects in a row that are followed. */
const mostRedirects = 10;
const loopRemedy = "Check the address; a proxy, or a network that wants a login, may send requests in circles.";
const redirects = new Set([301, 302, 303, 307, 308]);
/** Answers after which the same request may well succeed. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * A client for HTTP and HTTPS.
 *
 * @throws OptionError where a proxy's address is none
 */
export function createHttpClient(options: HttpOptions = {}): HttpClient {
  const { environment = {}, timeout = 60, signal, credentials, now = Date.now } = options;
  const retry: RetryPolicy = {
    attempts: options.attempts ?? 8,
    sleep: options.sleep ?? ((seconds, stop) => setTimeout(seconds * 1000, undefined, stop ? { signal: stop } : {})),
    random: options.random ?? Math.random,
  };
  // Every request under way listens to it; a warning would count them as a leak.
  if (signal) setMaxListeners(0, signal);
  const milliseconds = timeout * 1000;
  checkProxies(environment);
  const agents = new Map<string, Agent | ProxyAgent>();
  const settings = {
    // Requests to http:// go to a proxy as they are, as curl does it: few proxies let a tunnel through to port 80.
    proxyTunnel: false,
    clientFactory: proxyClient,
    headersTimeout: milliseconds,
    bodyTimeout: milliseconds,
    connect: { timeout: milliseconds },
  };
  function agentFor(url: URL): Agent | ProxyAgent {
    const proxy = proxyFor(url, environment);
    const agent =
      agents.get(proxy ?? "") ??
      (proxy === undefined ? new Agent(settings) : new ProxyAgent({ ...settings, uri: proxy }));
    agents.set(proxy ?? "", agent);
    return agent;
  }

  async function sendOnce(url: URL, { method = "GET", from, ifRange }: HttpRequest): Promise<HttpAnswer> {
    const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "cortecast" };
    if (from !== undefined) headers["range"] = `bytes=${from}-`;
    if (from !== undefined && ifRange !== undefined) headers["if-range"] = ifRange;
    if (credentials?.origin === url.origin) headers["authorization"] = `Bearer ${credentials.token}`;
    try {
      const answer = await request(url, { method, headers, dispatcher: agentFor(url), ...(signal ? { signal } : {}) });
      return { status: answer.statusCode, headers: joinHeaders(answer.headers), body: gatherBody(answer.body) };
    } catch (error) {
      throw connectionError(addressWithoutQuery(url), error, signal);
    }
  }

  async function send(address: string, wanted: HttpRequest = {}): Promise<HttpAnswer> {
    let url = new URL(address);
    for (let hops = 0; ; hops++) {
      const answer = await sendOnce(url, wanted);
      const { status, headers, body } = answer;
      if (status === 200 || status === 206 || (status === 416 && wanted.from !== undefined)) return answer;
      await discardBody(body);
      if (!redirects.has(status) || headers["location"] === undefined)
        throw statusError(addressWithoutQuery(url), answer, now());
      if (hops === mostRedirects) {
        throw new NetworkError(
          `${address}: redirects must end, got ${hops + 1} in a row, the last to ${addressWithoutQuery(url)}. ${loopRemedy}`,
        );
      }
      url = redirect(url, headers["location"]);
    }
  }

  async function again<T>(work: () => Promise<T>): Promise<T> {
    const retries = startRetries(retry, signal);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        await retries.wait(error);
      }
    }
  }

  return {
    retry,
    signal,
    send,
    getBytes: (address, limit = 2 ** 26) =>
      again(async () => {
        const answer = await send(address);
        return await readBody(address, decodeBody(address, answer), limit, signal);
      }),
    getHeaders: (address) =>
      again(async () => {
        const answer = await send(address, { method: "HEAD" });
        await discardBody(answer.body);
        return answer.headers;
      }),
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

/**
 * The body without its `Content-Encoding`, which servers may send although none was asked for.
 *
 * @throws NetworkError for one that is not gzip
 */
export function decodeBody(address: string, { headers, body }: HttpAnswer): Body {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return body;
  if (encoding === "gzip" || encoding === "x-gzip") {
    const packed = Readable.from(readAll(body));
    const unpacked = gatherBody(pipeline(packed, createGunzip(), () => undefined));
    const drop = () => {
      unpacked.drop();
      // It may wait for bytes that never come.
      body.drop();
    };
    return { next: () => unpacked.next(), drop };
  }
  body.drop();
  throw new NetworkError(
    `${address}: the answer must be plain or gzip, got Content-Encoding "${encoding}". Ask whoever runs the server.`,
  );
}

async function* readAll(body: Body): AsyncIterable<Uint8Array> {
  try {
    for (let piece = await body.next(); piece; piece = await body.next()) yield piece;
  } finally {
    body.drop();
  }
}

/**
 * The pieces of a body. Those that came before a connection failed are given before its error is.
 *
 * @throws NetworkError where the connection ends before the body does; the signal's reason, where it fired
 */
export async function* readPieces(address: string, body: Body, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = await body.next().catch((error: unknown) => {
        throw connectionError(address, error, signal);
      });
      if (!piece) return;
      yield piece;
    }
  } finally {
    body.drop();
  }
}

async function readBody(address: string, body: Body, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readPieces(address, body, signal)) {
    length += piece.length;
    if (length > limit)
      throw new NetworkError(`${address}: the answer must have at most ${limit} bytes, got more. Check the address.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** An error of the socket as one that says where; the signal's reason, where it fired. */
function connectionError(address: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const reason = typeof code === "string" ? code : "an error";
  const mayPass = !/^(ERR_INVALID_|UND_ERR_INVALID_)/.test(reason) && !isAboutCertificates(reason);
  return new NetworkError(
    `${address}: the connection must hold until all is there, got ${reason} (${String(message)}). ${connectionRemedy(reason, error)}`,
    { mayPass },
    { cause: error },
  );
}

/** An address in messages: without the query, in which signatures stand. */
function addressWithoutQuery({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** Reads the rest of a short body that is not needed, so that its connection can be used again. */
async function discardBody(body: Body): Promise<void> {
  let length = 0;
  try {
    for await (const piece of readPieces("", body)) {
      length += piece.length;
      if (length > 2 ** 16) return;
    }
  } catch {
    // The status is what counts.
  }
}

function statusError(address: string, { status, headers }: HttpAnswer, now: number): NetworkError {
  const retryAfter = readRetryAfter(headers["retry-after"], now);
  return new NetworkError(`${address}: the server must give it, got status ${status}. ${statusRemedy(status)}`, {
    status,
    mayPass: passing.has(status),
    retryAfter,
  });
}

/**
 * Where a redirect leads.
 *
 * @throws NetworkError where it is no address of the web, or leads from https to http, where anybody on the way can read
 */
export function redirect(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const isWeb = to?.protocol === "https:" || to?.protocol === "http:";
  if (to && isWeb && !(from.protocol === "https:" && to.protocol === "http:")) return to;
  throw new NetworkError(
    `${addressWithoutQuery(from)}: a redirect must lead to an address as safe as its own, got ${JSON.stringify(location)}. Check the address, or ask whoever runs the server.`,
  );
}

function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

/**
 * The connections to a proxy through which tunnels are asked for. A proxy that opens none is an error of another code than
 * undici's own: of one that closes the connection the agent thinks that it may pass, and asks again without a pause and without end.
 */
function proxyClient(origin: URL, options: object): Pool {
  const pool = new Pool(origin, options);
  const connect = pool.connect.bind(pool) as (asked: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;
  return Object.assign(pool, {
    connect: async (asked: Dispatcher.ConnectOptions) => {
      try {
        const answer = await connect(asked);
        if (answer.statusCode === 200) return answer;
        answer.socket.on("error", () => undefined).destroy();
        throw new TunnelError(answer.statusCode);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "UND_ERR_SOCKET") throw cause;
        throw new TunnelError(undefined, { cause });
      }
    },
  }) as Pool;
}
