import { PassThrough, Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type Body, gatherBody } from "../../src/sources/body.ts";
import { createHttpClient, decodeBody, readPieces } from "../../src/sources/http.ts";
import { type Answer, someBytes, startServer } from "../support/server.ts";
import { download, inFolder, listed, newFolder, serve } from "./downloading.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function all(body: Body): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let piece = await body.next(); piece; piece = await body.next()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Sends a number of bytes, then resets the connection some milliseconds later. */
const reset =
  (length: number, bytes: Uint8Array, delay: number): Answer =>
  async ({ socket }, response) => {
    response.writeHead(200, { "content-length": length });
    await new Promise((resolve) => response.write(bytes, resolve));
    void setTimeout(delay).then(() => socket.resetAndDestroy());
    // The answer is never ended.
    await new Promise(() => undefined);
  };

describe("gatherBody", () => {
  it("by hand: pieces in order, more than wait at once, then the end, however often it is asked for", async () => {
    const bytes = someBytes(5_000_000);
    const body = gatherBody(Readable.from([bytes.subarray(0, 2_000_000), bytes.subarray(2_000_000)]));
    await setTimeout(5);
    expect(Buffer.compare(await all(body), bytes)).toBe(0);
    expect(await body.next()).toBeUndefined();
  });

  it("by hand: what came before an error is given before the error is, to whoever listens late", async () => {
    const stream = new PassThrough();
    const body = gatherBody(stream);
    stream.write("ab");
    await setTimeout(5);
    stream.destroy(new Error("reset"));
    await setTimeout(5);
    expect(Buffer.from((await body.next())!).toString()).toBe("ab");
    await expect(body.next()).rejects.toThrow("reset");
    await expect(body.next()).rejects.toThrow("reset");
  });

  it("by hand: a stream that was over before says so", async () => {
    const failed = new PassThrough().on("error", () => undefined).destroy(new Error("reset"));
    const closed = new PassThrough().destroy();
    const ended = Readable.from([]).resume();
    await setTimeout(5);
    await expect(gatherBody(failed).next()).rejects.toThrow("reset");
    await expect(gatherBody(closed).next()).rejects.toThrow("closed before its end");
    expect(await gatherBody(ended).next()).toBeUndefined();
  });

  it("by hand: a wait ends when the body is dropped", async () => {
    const body = gatherBody(new PassThrough());
    const waiting = body.next();
    body.drop();
    await expect(waiting).rejects.toThrow("closed before its end");
  });
});

describe("a connection that is reset, the case fetch-connection-reset (by hand)", () => {
  it.each([
    ["plain", {}, (bytes: Uint8Array) => bytes],
    ["gzip", { "content-encoding": "gzip" }, (bytes: Uint8Array) => gzipSync(bytes)],
  ])("before anybody reads: an error that may pass, %s", async (_, headers, pack) => {
    const server = await startServer();
    opened.push(server);
    const packed = pack(someBytes(50_000)).subarray(0, 20_000);
    server.always("/a", async ({ socket }, response) => {
      response.writeHead(200, { "content-length": 300_000, ...headers });
      await new Promise((resolve) => response.write(packed, resolve));
      socket.resetAndDestroy();
      await new Promise(() => undefined);
    });
    const client = createHttpClient();
    opened.push(client);
    const address = `${server.origin}/a`;
    const answer = await client.send(address);
    // As long as a slow disk may take in between.
    await setTimeout(100);
    const read = async () => {
      for await (const _piece of readPieces(address, decodeBody(address, answer)));
    };
    await expect(read()).rejects.toMatchObject({
      name: "NetworkError",
      mayPass: true,
      message: expect.stringMatching(/^http:.*\/a: the connection must hold until all is there, got /),
    });
  });

  it.each(
    [0, 1, 5, 15, 30, 50].flatMap((delay) => [1, 1000, 16_384, 60_000].map((length) => [delay, length] as const)),
  )("%d ms after the first %d bytes: the file arrives all the same, and nothing is left", async (delay, length) => {
    const bytes = someBytes(300_000, 7);
    const server = await serve({ "/a": bytes });
    server.next("/a", reset(bytes.length, bytes.subarray(0, length), delay));
    const folder = newFolder();
    await download(folder, [listed(server, "/a")]);
    expect(server.asked.length).toBe(2);
    expect(inFolder(folder)).toEqual(["a"]);
  });
});
