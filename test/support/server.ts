import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

/** One request that a server was asked. */
export interface Asked {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

/** Answers a request in place of the file server; undefined leaves it to it. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A file server on the loopback address that can be told to misbehave. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Every request, in order. */
  readonly asked: Asked[];
  /** Bytes of bodies that went out so far. */
  bytesServed: number;
  /** Files by path; a change holds from the next request on. */
  readonly files: Map<string, Uint8Array>;
  /** The next requests for a path are answered so, one after the other. */
  next(path: string, ...answers: readonly Answer[]): void;
  /** Every request for a path is answered so. */
  always(path: string, answer: Answer): void;
  close(): Promise<void>;
}

/** Bytes that can be told apart at every place. */
export function someBytes(length: number, seed = 0): Uint8Array {
  let state = (seed * 2654435761 + 1) >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Hexadecimal digest. */
export const hashOf = (bytes: Uint8Array | string, kind = "md5"): string =>
  createHash(kind).update(bytes).digest("hex");

/** The ETag as S3 makes it. */
export const etagOf = (bytes: Uint8Array): string => `"${hashOf(bytes)}"`;

/**
 * Serves files as S3 does: ETag, Range, If-Range, HEAD.
 *
 * @param settings.bytesPerSecond - throttles every body
 */
export async function startServer(
  files: Readonly<Record<string, Uint8Array | string>> = {},
  settings: { readonly bytesPerSecond?: number } = {},
): Promise<TestServer> {
  const queues = new Map<string, Answer[]>();
  const standing = new Map<string, Answer>();
  const server = createServer((request, response) => {
    // A client that goes away while an answer is on its way is what is tested.
    response.on("error", () => undefined);
    answerTo(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    test.asked.push({ method: request.method ?? "", path, headers: request.headers });
    const answer = queues.get(path)?.shift() ?? standing.get(path) ?? standing.get(path.split("?")[0]!);
    if (answer) await answer(request, response);
    if (!response.headersSent && !response.destroyed) await serveFile(request, response);
  }

  async function serveFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = test.files.get(request.url ?? "");
    if (!bytes) {
      response.writeHead(404).end("not there");
      return;
    }
    const etag = etagOf(bytes);
    const { range, "if-range": ifRange } = request.headers;
    const [, first] = /^bytes=(\d+)-$/.exec(range ?? "") ?? [];
    const start = first === undefined || (ifRange !== undefined && ifRange !== etag) ? 0 : Number(first);
    if (start > 0 && start >= bytes.length) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      "content-length": bytes.length - start,
      ...(start > 0 ? { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (request.method === "HEAD") response.end();
    else await send(response, bytes.subarray(start));
  }

  async function send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
    const { bytesPerSecond } = settings;
    const step = bytesPerSecond === undefined ? Math.max(1, bytes.length) : Math.ceil(bytesPerSecond / 100);
    for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
      const piece = bytes.subarray(at, at + step);
      // Counted when it has left for the socket, so that a client that does not read is not served.
      await new Promise<void>((resolve) => {
        response.once("close", resolve);
        response.write(piece, () => {
          response.off("close", resolve);
          resolve();
        });
      });
      test.bytesServed += piece.length;
      if (bytesPerSecond !== undefined) await setTimeout(10);
    }
    response.end();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const test: TestServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    bytesServed: 0,
    files: new Map(
      Object.entries(files).map(([path, content]) => [
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      ]),
    ),
    next(path, ...answers) {
      queues.set(path, [...(queues.get(path) ?? []), ...answers]);
    },
    always(path, answer) {
      standing.set(path, answer);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return test;
}

/** Answers with a status, and perhaps headers. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end("trouble");

/** The byte from which a request asks for a file. */
export const fromOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

/** Sends a body with any headers, then ends, or drops the connection. */
export const body =
  (
    code: number,
    headers: Readonly<Record<string, string>>,
    bytes: Uint8Array,
    end: "end" | "drop" | "stall" = "end",
  ): Answer =>
  async (_, response) => {
    response.writeHead(code, headers);
    await new Promise((resolve) => response.write(bytes, resolve));
    // What was written arrives before the end of the connection does.
    if (end === "drop") response.socket?.end();
    else if (end === "end") response.end();
  };
