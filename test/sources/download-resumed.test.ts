import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/array/progress.ts";
import type { DownloadPlan } from "../../src/sources/download.ts";
import { removeAbandoned } from "../../src/sources/node.ts";
import type { RemoteFile } from "../../src/sources/remote-file.ts";
import { thisRun } from "../../src/sources/this-run.ts";
import { body, etagOf, someBytes } from "../support/server.ts";

import { download, inFolder, listed, newFolder, rangesOf, serve } from "./downloading.ts";

describe("downloadFiles, from one process to the next", () => {
  const bytes = someBytes(400_000, 3);
  const cut = body(200, { "content-length": "400000", etag: etagOf(bytes) }, bytes.subarray(0, 150_000), "drop");

  /** A folder in which a run gave up half-way, and the server that it was from. */
  async function halfWay() {
    const server = await serve({ "/a": bytes });
    const folder = newFolder();
    server.next("/a", cut);
    await expect(download(folder, [listed(server, "/a")], { attempts: 1 })).rejects.toThrow(/Tried once/);
    server.asked.length = 0;
    const part = join(folder, inFolder(folder).find((name) => name.endsWith(".part"))!);
    const { size } = statSync(part);
    expect(size).toBeGreaterThan(0);
    return { server, folder, part, size };
  }

  it("by hand: goes on where the last one had come to", async () => {
    const { server, folder, size } = await halfWay();
    const { bytesLeft } = await download(folder, [listed(server, "/a")]);
    expect(bytesLeft).toBe(400_000 - size);
    expect(server.asked[0]!.headers.range).toBe(`bytes=${size}-`);
    expect(rangesOf(server)).toEqual(["rest"]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
    expect(inFolder(folder)).toEqual(["a"]);
  });

  it("by hand: parts are not what abandoned writes are, and outlive their removal", async () => {
    const { server, folder, size } = await halfWay();
    expect(await removeAbandoned(folder)).toBe(0);
    expect((await download(folder, [listed(server, "/a")])).bytesLeft).toBe(400_000 - size);
  });

  it.each<[string, Partial<RemoteFile>]>([
    ["checksum", { checksum: { kind: "md5", digest: "0".repeat(32) } }],
    ["size", { size: 399_999 }],
    ["address", { address: "elsewhere" }],
  ])("by hand: another %s is another file: begins anew", async (_, change) => {
    const { server, folder } = await halfWay();
    server.files.set("/b", server.files.get("/a")!);
    const address = `${server.origin}/b`;
    const file = listed(server, "/a", { ...change, ...(change.address ? { address } : {}) });
    let planned = 0;
    const onPlan = ({ bytesLeft }: DownloadPlan) => {
      planned = bytesLeft;
    };
    // The server has no file of that size or checksum: what counts is what it is asked for.
    await download(folder, [file], { onPlan }).catch(() => undefined);
    expect([planned, rangesOf(server)[0]]).toEqual([file.size, "whole"]);
  });

  it.each(["", "{", "null", "7"])("by hand: a note %j of what is there that was cut off: begins anew", async (note) => {
    const { server, folder } = await halfWay();
    const state = inFolder(folder).find((name) => name.endsWith(".json"))!;
    writeFileSync(join(folder, state), note);
    await download(folder, [listed(server, "/a")]);
    expect(rangesOf(server)).toEqual(["whole"]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
  });

  it("by hand: damaged bytes of an earlier run are found out and fetched again", async () => {
    const { server, folder, part, size } = await halfWay();
    writeFileSync(part, new Uint8Array(size));
    await download(folder, [listed(server, "/a")]);
    expect(rangesOf(server)).toEqual(["rest", "whole"]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
  });

  it("by hand: all bytes were there, only the name was not: nothing is asked for", async () => {
    const { server, folder, part } = await halfWay();
    writeFileSync(part, bytes);
    await download(folder, [listed(server, "/a")]);
    expect(server.asked).toEqual([]);
    expect(inFolder(folder)).toEqual(["a"]);
  });

  it("by hand: a signal stops all, and what is there is gone on with", async () => {
    const server = await serve({ "/a": bytes, "/b": someBytes(10) });
    const abort = new AbortController();
    const reason = new Error("stop");
    server.next(
      "/a",
      body(200, { "content-length": "400000", etag: etagOf(bytes) }, bytes.subarray(0, 150_000), "stall"),
    );
    const onProgress = ({ label, done }: Progress) => {
      if (label === "fetching" && done >= 150_000) abort.abort(reason);
    };
    const folder = newFolder();
    const files = [listed(server, "/a"), listed(server, "/b")];
    await expect(download(folder, files, { signal: abort.signal, onProgress, parallel: 1 })).rejects.toBe(reason);
    expect(inFolder(folder)).not.toContain("b");
    expect((await download(folder, files)).bytesLeft).toBe(250_010);
  });

  it("by hand: an error of this machine stops all, and is told as it is", async () => {
    const server = await serve({ "/x/y": bytes, "/b": bytes });
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "x"), "a file where a folder must be");
    const files = [listed(server, "/x/y"), listed(server, "/b")];
    await expect(download(folder, files, { parallel: 1 })).rejects.toMatchObject({ code: "EEXIST" });
    expect(server.asked.map(({ path }) => path)).toEqual(["/x/y"]);
  });

  it("by hand: a broken link under a file's name gives way to the file", async () => {
    const server = await serve({ "/a": bytes });
    const folder = newFolder();
    mkdirSync(folder);
    symlinkSync("nowhere", join(folder, "a"));
    await download(folder, [listed(server, "/a")]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
  });

  it("by hand: one at a time: a folder that another process fetches into is refused, a dead one's is taken over", async () => {
    const server = await serve({ "/a": bytes });
    const folder = newFolder();
    const parts = join(folder, ".cortecast-fetch");
    const lock = join(parts, ".cortecast-lock.json");
    const hold = (owner: object | string) => {
      mkdirSync(parts, { recursive: true });
      writeFileSync(lock, typeof owner === "string" ? owner : JSON.stringify(owner));
    };
    const here = { ...thisRun(), started: undefined };
    for (const owner of [
      { process: 1, host: "elsewhere" },
      { ...here, process: process.ppid },
    ]) {
      hold(owner);
      await expect(download(folder, [listed(server, "/a")])).rejects.toThrow(
        `${folder}: one run at a time must write there, got another that is not finished (process ${owner.process} on ${owner.host}, ${parts}).`,
      );
    }
    hold({ process: 1, host: "elsewhere" });
    utimesSync(lock, new Date(Date.now() - 3_700_000), new Date(Date.now() - 3_700_000));
    await download(folder, [listed(server, "/a")]);
    // 2 ** 22 is the highest number that Linux gives, and is not given out here.
    for (const owner of [{ ...here, process: 4194304 }, { ...here, process: process.pid }, ""]) {
      hold(owner);
      await download(folder, [listed(server, "/a")]);
      expect(inFolder(folder)).toEqual(["a"]);
    }
    // The first is under way until it is answered, which it is once the second has been refused.
    server.files.set("/b", bytes);
    let answer = () => {};
    const isAsked = new Promise<void>((resolve) => {
      // The file server answers once this has ended.
      server.always("/b", () => {
        resolve();
        return new Promise<void>((go) => {
          answer = go;
        });
      });
    });
    const first = download(folder, [listed(server, "/b")]);
    await isAsked;
    await expect(download(folder, [listed(server, "/a")])).rejects.toThrow(`${folder}: one run at a time`);
    answer();
    await first;
    expect(inFolder(folder)).toEqual(["a", "b"]);
  });
});
