import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/array/progress.ts";
import type { DownloadPlan, FetchedFile } from "../../src/sources/download.ts";
import type { RemoteFile } from "../../src/sources/remote-file.ts";
import {
  type Answer,
  body,
  etagOf,
  fromOf,
  hashOf,
  someBytes,
  startServer,
  status,
  type TestServer,
} from "../support/server.ts";

import { download, inFolder, listed, md5, newFolder, opened, paths, rangesOf, serve } from "./downloading.ts";

describe("downloadFiles, from a server that behaves", () => {
  it("by hand: files lie where their paths say, and nothing else does", async () => {
    const files = { "/a.bin": someBytes(1000), "/sub-01/func/b.tsv": someBytes(200_000, 1), "/empty": "" };
    const server = await serve(files);
    const folder = newFolder();
    const plan = await download(
      folder,
      Object.keys(files).map((path) => listed(server, path)),
    );
    expect([plan.present, plan.bytesLeft]).toEqual([[], 201_000]);
    expect(inFolder(folder)).toEqual(["a.bin", "empty", "sub-01", "sub-01/func", "sub-01/func/b.tsv"]);
    for (const path of Object.keys(files))
      expect(readFileSync(join(folder, path)).equals(server.files.get(path)!)).toBe(true);
    // What is empty need not be asked for.
    expect(server.asked.map(({ path }) => path).sort()).toEqual(["/a.bin", "/sub-01/func/b.tsv"]);
  });

  it("by hand: what is there is not fetched again; what an earlier call fetched and is another now, is", async () => {
    const server = await serve({ "/same": "abc", "/other": "abc", "/longer": "abc" });
    const folder = newFolder();
    mkdirSync(folder);
    for (const [path, text] of Object.entries({ same: "abc", other: "abd", longer: "abcd" }))
      writeFileSync(join(folder, path), text);
    const files = ["/same", "/other", "/longer"].map((path) => listed(server, path));
    await expect(download(folder, files)).rejects.toThrow(
      `${folder}: files that were not fetched, or were changed since, must not be written over, got other, longer. Give a folder of its own, or move them away.`,
    );
    expect(readFileSync(join(folder, "longer"), "utf8")).toBe("abcd");
    const as = (text: string) => [{ size: text.length, checksum: md5(Buffer.from(text)) }];
    // Fetched under these names, but not these bytes; or without a checksum, so that nobody can tell.
    const changed = new Map<string, readonly FetchedFile[]>([
      ["other", as("abe")],
      ["longer", [{ size: 4 }]],
    ]);
    await expect(download(folder, files, { fetched: changed })).rejects.toThrow("got other, longer.");
    const fetched = new Map([
      ["other", as("abd")],
      ["longer", as("abcd")],
    ]);
    const { present, missing } = await download(folder, files, { fetched });
    expect([paths(present), paths(missing)]).toEqual([["same"], ["other", "longer"]]);
    for (const { path } of files) expect(readFileSync(join(folder, path), "utf8")).toBe("abc");
    const again = await download(folder, files);
    expect([again.missing, again.bytesLeft]).toEqual([[], 0]);
    expect(server.asked).toHaveLength(2);
  });

  it("by hand: without a checksum the size is all that is held against what is there", async () => {
    const server = await serve({ "/a": "abc" });
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "a"), "xyz");
    await download(folder, [listed(server, "/a", { checksum: undefined })]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("xyz");
  });

  it("by hand: names with any characters, and names that differ in capitals alone", async () => {
    const names = ["A.txt", "a.txt", "x y+z.tsv", "é☃%2F#?.txt", "CON", "a&b='c'.json"];
    const server = await serve(Object.fromEntries(names.map((name) => [`/${encodeURIComponent(name)}`, name])));
    const files = names.map((name) => listed(server, `/${encodeURIComponent(name)}`, { path: name }));
    const folder = newFolder();
    await download(folder, files);
    for (const name of names) expect(readFileSync(join(folder, name), "utf8")).toBe(name);
    const twice = [files[0]!, files[0]!];
    await expect(download(newFolder(), twice)).rejects.toThrow(
      /names of files must differ there, got "A\.txt" and "A\.txt"/,
    );
  });

  it.each(["../x", "/x", "a/../../x", "a\\..\\x", ".cortecast-fetch/lock"])(
    "by hand: the name %j is refused before anything is asked for or written",
    async (path) => {
      const server = await serve({ "/a": "abc" });
      const folder = newFolder();
      await expect(download(folder, [listed(server, "/a"), listed(server, "/a", { path })])).rejects.toMatchObject({
        name: "FormatError",
      });
      expect(server.asked).toEqual([]);
      expect(() => readdirSync(folder)).toThrow(/ENOENT/);
    },
  );

  it("identity: as many at a time as are asked for, never more", async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/${i}`, someBytes(100, i)]));
    for (const parallel of [1, 3, 20]) {
      const server = await serve(files);
      let [now, most] = [0, 0];
      // The first are held until as many have come as may, or until it is plain that no more do.
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const timer = setTimeout(release, 2000);
      for (const path of Object.keys(files))
        server.always(path, async () => {
          most = Math.max(most, ++now);
          if (now === Math.min(parallel, 12)) setTimeout(release, 50);
          await held;
          now--;
        });
      const listedFiles = Object.keys(files).map((path) => listed(server, path));
      await download(newFolder(), listedFiles, { parallel });
      clearTimeout(timer);
      expect(most).toBe(Math.min(parallel, 12));
    }
  });

  it("by hand: progress goes up from nothing to all that is left, restarts counted", async () => {
    const bytes = someBytes(300_000);
    const server = await serve({ "/a": bytes });
    const seen: Progress[] = [];
    // The first answer comes to a stop, the second has no ranges and begins anew.
    server.next("/a", body(200, { "content-length": "300000" }, bytes.subarray(0, 100_000), "stall"));
    server.next("/a", body(200, { "content-length": "300000" }, bytes));
    const onProgress = (progress: Progress) => void seen.push(progress);
    await download(newFolder(), [listed(server, "/a")], { onProgress, timeout: 1 });
    const fetching = seen.filter(({ label }) => label === "fetching");
    expect(fetching[0]).toEqual({ label: "fetching", done: 0, total: 300_000, unit: "bytes" });
    const last = fetching.at(-1)!;
    expect([last.done, last.total]).toEqual([400_000, 400_000]);
    fetching.reduce((before, { done }) => {
      expect(done).toBeGreaterThanOrEqual(before);
      return done;
    }, 0);
  });

  it("by hand: tells the plan before it fetches, and refuses what the disk has no room for", async () => {
    const server = await serve({ "/a": "abc" });
    const plans: number[] = [];
    const onPlan = ({ bytesLeft }: DownloadPlan) => void plans.push(bytesLeft, server.asked.length);
    await download(newFolder(), [listed(server, "/a")], { onPlan });
    expect(plans).toEqual([3, 0]);
    const folder = newFolder();
    await expect(download(folder, [listed(server, "/a", { size: 2 ** 52 })])).rejects.toThrow(
      new RegExp(`^${folder}: the disk must have 4503599627370496 bytes free, got \\d+\\. Free some space`),
    );
  });
});

describe("downloadFiles, from a server that does not", () => {
  const bytes = someBytes(400_000, 7);
  const length = { "content-length": "400000" };
  const etag = etagOf(bytes);
  const half = bytes.subarray(0, 200_000);
  const cut = body(200, { ...length, etag }, half, "drop");
  /** The rest that is asked for, under any range: `<from>` stands for where it begins. */
  const rest =
    (range: string | undefined, more: Readonly<Record<string, string>> = {}): Answer =>
    (request, response) => {
      const from = fromOf(request);
      const headers = range === undefined ? {} : { "content-range": range.replace("<from>", `${from}`) };
      return body(206, { ...headers, etag, ...more }, bytes.subarray(from))(request, response);
    };

  /** Fetches the file after these answers: right in the end, with these requests. */
  async function expectFetched(server: TestServer, requests: readonly string[], changes: Partial<RemoteFile> = {}) {
    const folder = newFolder();
    await download(folder, [listed(server, "/a", changes)]);
    expect(readFileSync(join(folder, "a")).equals(server.files.get("/a")!)).toBe(true);
    expect(inFolder(folder)).toEqual(["a"]);
    expect(rangesOf(server)).toEqual(requests);
  }
  /** A refusal that says why; no file, whole or half, under its name. */
  async function expectRefused(server: TestServer, reason: string | RegExp, changes: Partial<RemoteFile> = {}) {
    const folder = newFolder();
    const failed = download(folder, [listed(server, "/a", changes)]);
    await expect(failed).rejects.toMatchObject({ name: "NetworkError" });
    await expect(failed).rejects.toThrow(reason);
    expect(inFolder(folder)).not.toContain("a");
  }

  it("by hand: drops the connection: the rest is asked for, if the file is still the same", async () => {
    const server = await serve({ "/a": bytes });
    server.next("/a", cut);
    await expectFetched(server, ["whole", "rest"]);
    expect(server.asked[1]!.headers["if-range"]).toBe(etag);
  });

  it("by hand: drops it again and again: goes on as long as there is progress", async () => {
    const server = await serve({ "/a": someBytes(2_000_000, 7) });
    const all = server.files.get("/a")!;
    server.always("/a", (request, response) => {
      const from = fromOf(request);
      const range = { "content-range": `bytes ${from}-1999999/2000000` };
      const headers = { etag: etagOf(all), "content-length": `${all.length - from}`, ...(from > 0 ? range : {}) };
      return body(from > 0 ? 206 : 200, headers, all.subarray(from, from + 200_000), "drop")(request, response);
    });
    const folder = newFolder();
    await download(folder, [listed(server, "/a")]);
    expect(readFileSync(join(folder, "a")).equals(all)).toBe(true);
    // More tries than there are without progress, and each from a byte farther on.
    const froms = server.asked.map(({ headers }) => Number(/\d+/.exec(headers.range ?? "0")![0]));
    expect(froms.length).toBeGreaterThanOrEqual(10);
    expect(froms).toEqual([...new Set(froms)].sort((a, b) => a - b));
  });

  it("by hand: drops it at the same byte every time: given up", async () => {
    const server = await serve({ "/a": bytes });
    server.always("/a", cut);
    await expectRefused(server, /the connection must hold until all is there, got UND_ERR_SOCKET .* Tried 3 times\.$/);
    // All but the first begin anew and come hardly any farther.
    expect(server.asked.length).toBeLessThan(6);
  });

  it("by hand: ignores ranges: begins anew", async () => {
    const server = await serve({ "/a": bytes });
    server.next("/a", cut, body(200, { ...length, etag }, bytes));
    await expectFetched(server, ["whole", "rest"]);
  });

  it.each([
    ["another start", rest("bytes 1<from>-399999/400000")],
    ["another end", rest("bytes <from>-399998/400000")],
    ["another size", rest("bytes <from>-399999/400001")],
    ["no size", rest("bytes <from>-399999/*")],
    ["another unit", rest("pages <from>-399999/400000")],
    ["no range", rest(undefined)],
    ["another length", rest("bytes <from>-399999/400000", { "content-length": "1" })],
    ["another file", rest("bytes <from>-399999/400000", { etag: '"another"' })],
    ["an encoding", rest("bytes <from>-399999/400000", { "content-encoding": "gzip" })],
    ["416", status(416, { "content-range": "bytes */100" })],
  ])("by hand: answers a range with %s: not a byte of it is taken, the whole is asked for", async (_, answer) => {
    const server = await serve({ "/a": bytes });
    server.next("/a", cut, answer);
    await expectFetched(server, ["whole", "rest", "whole"]);
  });

  it("by hand: answers with a range that was not asked for", async () => {
    const server = await serve({ "/a": bytes });
    server.always("/a", rest("bytes <from>-399999/400000"));
    await expectRefused(server, /the rest of a file must be the range "bytes 0-399999\/400000", got "bytes 0-/);
  });

  it("by hand: has another file between two ranges: begins anew, and what was listed is asked for in vain", async () => {
    const changed = someBytes(400_000, 8);
    const server = await serve({ "/a": bytes });
    server.next("/a", (_, response) => {
      server.files.set("/a", changed);
      return cut(_, response);
    });
    const file = listed(server, "/a");
    const folder = newFolder();
    await expect(download(folder, [file])).rejects.toThrow(
      `a: ${file.address}: the file's md5 must be ${hashOf(bytes)}, got ${hashOf(changed)}. It is damaged, or changed since it was listed: run the command again.`,
    );
    expect(rangesOf(server)).toEqual(["whole", "rest", "whole"]);
    expect(inFolder(folder)).not.toContain("a");
    // The list is made anew by the next run.
    await download(folder, [listed(server, "/a")]);
    expect(readFileSync(join(folder, "a")).equals(changed)).toBe(true);
  });

  it("by hand: has another file between two ranges, and no checksum was listed: the new file, whole", async () => {
    const changed = someBytes(400_000, 8);
    const server = await serve({ "/a": bytes });
    server.next("/a", (_, response) => {
      server.files.set("/a", changed);
      return cut(_, response);
    });
    await expectFetched(server, ["whole", "rest"], { checksum: undefined });
  });

  it.each([
    ["weak", `W/${etag}`],
    ["none", undefined],
  ])("by hand: validator %s: goes on where a checksum will tell, else begins anew", async (_, validator) => {
    const headers = { ...length, ...(validator === undefined ? {} : { etag: validator }) };
    for (const checksum of [md5(bytes), undefined]) {
      const server = await serve({ "/a": bytes });
      server.next("/a", body(200, headers, half, "drop"));
      server.next("/a", (request, response) => {
        expect(request.headers["if-range"]).toBeUndefined();
        const first = fromOf(request);
        const range = `bytes ${first}-399999/400000`;
        const answer =
          first === 0 ? body(200, headers, bytes) : body(206, { "content-range": range }, bytes.subarray(first));
        return answer(request, response);
      });
      await expectFetched(server, ["whole", checksum ? "rest" : "whole"], { checksum });
    }
  });

  it.each([
    [
      "shorter",
      { "content-length": "399999" },
      bytes.subarray(0, 399_999),
      /got Content-Length 399999\. It may have changed/,
    ],
    [
      "longer",
      { "content-length": "400001" },
      new Uint8Array(400_001),
      /got Content-Length 400001\. It may have changed/,
    ],
    ["not told, shorter", {}, half, /must have the 400000 bytes that are listed, got an end after 200000/],
    ["not told, longer", {}, new Uint8Array(400_001), /must have the 400000 bytes that are listed, got more/],
  ])("by hand: gives another length than listed, %s", async (_, headers, sent, reason) => {
    const server = await serve({ "/a": bytes });
    server.always("/a", body(200, headers as Record<string, string>, sent));
    await expectRefused(server, reason);
    // Once is an accident, and mended by the next try.
    const second = await serve({ "/a": bytes });
    second.next("/a", body(200, headers as Record<string, string>, sent));
    const folder = newFolder();
    await download(folder, [listed(second, "/a")]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
  });

  it("by hand: promises the right length and sends less", async () => {
    const server = await serve({ "/a": bytes });
    server.next("/a", body(200, length, half, "drop"));
    await expectFetched(server, ["whole", "rest"]);
  });

  it("by hand: sends wrong bytes once, then the right ones; and always: refused after the second", async () => {
    const wrong = body(200, length, someBytes(400_000, 9));
    const server = await serve({ "/a": bytes });
    server.next("/a", wrong);
    await expectFetched(server, ["whole", "whole"]);
    server.always("/a", wrong);
    await expectRefused(server, /the file's md5 must be [0-9a-f]{32}, got [0-9a-f]{32}\. It is damaged/);
    expect(server.asked).toHaveLength(4);
  });

  it.each([
    ["sha256", hashOf(bytes, "sha256")],
    ["git-sha1", hashOf(Buffer.concat([Buffer.from("blob 400000\0"), bytes]), "sha1")],
  ] as const)("by hand: %s is checked", async (kind, digest) => {
    const server = await serve({ "/a": bytes });
    await expectFetched(server, ["whole"], { checksum: { kind, digest } });
    const wrong = { kind, digest: digest.replace(/^./, (c) => (c === "0" ? "1" : "0")) };
    await expectRefused(server, new RegExp(`the file's ${kind} must be ${wrong.digest}, got ${digest}`), {
      checksum: wrong,
    });
  });

  it("by hand: 429, 503 and 500 pass; as long as it asks for is waited", async () => {
    const server = await serve({ "/a": bytes });
    server.next("/a", status(429, { "retry-after": "3" }), status(503, { "retry-after": "9" }));
    const slept: number[] = [];
    const sleep = async (seconds: number) => void slept.push(seconds);
    await download(newFolder(), [listed(server, "/a")], { sleep });
    expect(slept).toEqual([3, 9]);
    server.next("/a", status(500), cut, status(502));
    await expectFetched(server, ["whole", "whole", "whole", "whole", "whole", "rest", "rest"]);
  });

  it("by hand: stalls in the middle: left after the timeout, and gone on with", async () => {
    const server = await serve({ "/a": bytes });
    server.next("/a", body(200, { ...length, etag }, half, "stall"));
    const folder = newFolder();
    await download(folder, [listed(server, "/a")], { timeout: 1 });
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
    expect(rangesOf(server)).toEqual(["whole", "rest"]);
  });

  it("by hand: is slow, but never silent for long: waited for", async () => {
    const slow = await startServer({ "/a": someBytes(60_000) }, { bytesPerSecond: 20_000 });
    opened.push(slow);
    const folder = newFolder();
    await download(folder, [listed(slow, "/a")], { timeout: 2, attempts: 1 });
    expect(readFileSync(join(folder, "a")).equals(slow.files.get("/a")!)).toBe(true);
  });

  it("by hand: packs with gzip what was not asked for: unpacked, unless it was stored and listed so", async () => {
    const packed = gzipSync(bytes);
    const encoded = { "content-encoding": "gzip", "content-length": `${packed.length}`, etag: '"gz"' };
    const server = await serve({ "/a": bytes });
    server.next("/a", body(200, encoded, packed));
    await expectFetched(server, ["whole"]);

    const stored = await serve({ "/a": packed });
    stored.always("/a", body(200, encoded, packed));
    await expectFetched(stored, ["whole"]);

    // What was unpacked cannot be gone on with, for want of a validator of the plain file.
    const broken = await serve({ "/a": bytes });
    broken.next("/a", body(200, encoded, packed.subarray(0, 100_000), "drop"));
    const folder = newFolder();
    await download(folder, [listed(broken, "/a", { checksum: undefined })]);
    expect(readFileSync(join(folder, "a")).equals(bytes)).toBe(true);
    expect(rangesOf(broken)).toEqual(["whole", "whole"]);
  });

  const page = "<html><head><title>Sign in</title></head></html>";
  const suspects =
    "A proxy, or a network that wants a login, may have sent it: sign in with a browser, check HTTP_PROXY and HTTPS_PROXY, or check the address.";

  it("by hand: sends a web page in place of the file: refused at once", async () => {
    const server = await serve({ "/a": "hello" });
    server.always("/a", (_, response) =>
      response.writeHead(200, { "content-type": "text/html", "content-length": page.length }).end(page),
    );
    await expectRefused(
      server,
      `${server.origin}/a: the file must have the 5 bytes that are listed, got a web page. ${suspects}`,
    );
    expect(server.asked).toHaveLength(1);
  });

  it.each<["GIFTI" | "JSON", string | Uint8Array, string]>([
    ["GIFTI", page, `got a web page ("Sign in"). ${suspects}`],
    ["GIFTI", `<?xml version="1.0"?>\n<!DOCTYPE html>${page}`, `got a web page ("Sign in"). ${suspects}`],
    ["JSON", page, `got a web page ("Sign in"). ${suspects}`],
    ["GIFTI", "", "got an empty file. Check the address, or ask whoever runs the server."],
    ["GIFTI", "hello", "got bytes 68656c6c6f first. Check the address, or ask whoever runs the server."],
    ["GIFTI", "<x/>", "got bytes 3c782f3e first. Check the address, or ask whoever runs the server."],
    ["JSON", "[]", "got bytes 5b5d first. Check the address, or ask whoever runs the server."],
  ])(
    "by hand: has something else than %s, without a checksum: %j is not given the file's name",
    async (holds, content, message) => {
      const server = await serve({ "/a": content });
      await expectRefused(server, `${server.origin}/a: the file must be ${holds}, ${message}`, {
        holds,
        checksum: undefined,
      });
    },
  );

  it.each<["GIFTI" | "JSON", string | Uint8Array]>([
    ["GIFTI", '<?xml version="1.0"?>\n<!DOCTYPE GIFTI SYSTEM "gifti.dtd">\n<GIFTI/>'],
    ["GIFTI", "\ufeff<GIFTI/>"],
    ["GIFTI", gzipSync("<GIFTI/>")],
    ["JSON", ' {"a": 1}'],
  ])("by hand: has %s: %j is taken", async (holds, content) => {
    const server = await serve({ "/a": content });
    await expectFetched(server, ["whole"], { holds, checksum: undefined });
  });

  it("by hand: has some of the files: those arrive, and the message lists the others", async () => {
    const server = await serve({ "/a": "a", "/b": "b", "/c": "c", "/d": "d" });
    const files = ["/a", "/b", "/c", "/d"].map((path) => listed(server, path));
    const trouble =
      "The server, or a proxy before it, has trouble: run the command again later, or ask whoever runs it.";
    server.always("/b", status(404));
    server.always("/d", status(503));
    const folder = newFolder();
    await expect(download(folder, files)).rejects.toMatchObject({
      status: 404,
      message: [
        `${folder}: every file must arrive, got 2 of 4. What has arrived stays, and the same command fetches the rest.`,
        `  error: b: ${server.origin}/b: the server must give it, got status 404. Check the address: nothing is there.`,
        `  error: d: ${server.origin}/d: the server must give it, got status 503. ${trouble} Tried 3 times.`,
      ].join("\n"),
    });
    expect(inFolder(folder).filter((name) => !name.startsWith("."))).toEqual(["a", "c"]);
  });
});
