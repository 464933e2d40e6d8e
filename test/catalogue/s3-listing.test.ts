import { afterEach, describe, expect, it } from "vitest";
import { listS3, readS3Listing, s3File, s3Folder } from "../../src/catalogue/s3-listing.ts";
import { createHttpClient } from "../../src/sources/http.ts";
import { listing, startBuckets } from "../support/bucket.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";
import { hashOf, startServer } from "../support/server.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
function open<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}
const bytesOf = (text: string) => new TextEncoder().encode(text);
const md5 = "900150983cd24fb0d6963f7d28e17f72";

describe("readS3Listing", () => {
  it("by hand: objects, folders and what asks for the next page", () => {
    const text = listing(
      [
        { key: "ds/a & b.tsv", size: 12, etag: `"${md5}"` },
        { key: "ds/large", size: 999_999_999_999, etag: `"${md5}-7"` },
        { key: "ds/bare", size: 0 },
      ],
      { folders: ["ds/sub-01/"], next: "token+/=" },
    );
    expect(readS3Listing(bytesOf(text), "list")).toEqual({
      objects: [
        { key: "ds/a & b.tsv", size: 12, checksum: { kind: "md5", digest: md5 } },
        { key: "ds/large", size: 999_999_999_999, checksum: undefined },
        { key: "ds/bare", size: 0, checksum: undefined },
      ],
      folders: ["ds/sub-01/"],
      next: "token+/=",
    });
    expect(readS3Listing(bytesOf(listing([])), "list")).toEqual({ objects: [], folders: [], next: undefined });
  });

  it.each([
    ["", "list: the file must not be empty, got 0 bytes. Fetch or copy it again (at byte 0)"],
    [
      "<Error><Code>AccessDenied</Code></Error>",
      "list: a listing must be a <ListBucketResult>, got <Error> (at byte 0)",
    ],
    ["<ListBucketResult/>", "list: <ListBucketResult> must hold <IsTruncated>, got none (at byte 0)"],
    [
      "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
      "list: <ListBucketResult> must hold <NextContinuationToken>, got none (at byte 0)",
    ],
    [
      "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
      "list: <Contents> must hold <Size>, got none (at byte 18)",
    ],
    [
      "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
      "list: <Contents> must hold <Key>, got none (at byte 18)",
    ],
    ...["-1", "1.5", "1e3", "", "9999999999999999"].map((size) => [
      `<ListBucketResult><Contents><Size>${size}</Size></Contents></ListBucketResult>`,
      `list: <Size> must be a whole number of bytes, got "${size}" (at byte 18)`,
    ]),
  ])("by hand: refuses %j", (text, message) => {
    expect(() => readS3Listing(bytesOf(text!), "list")).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });

  it("refuses 10,000 damaged listings with a FormatError and nothing else (identity)", async () => {
    const seeds = [
      listing([{ key: "ds/a & b.tsv", size: 12, etag: `"${md5}"` }], { folders: ["ds/sub-01/"], next: "token" }),
      listing([{ key: "a", size: 1 }]),
    ].map(bytesOf);
    await expectOnlyFormatErrors(seeds, (bytes) => readS3Listing(bytes, "list"));
  }, 60_000);
});

describe("s3Folder (by hand)", () => {
  it.each([
    ["https://s3.amazonaws.com/openneuro.org/ds002345", "https://s3.amazonaws.com/openneuro.org", "ds002345/"],
    ["https://s3.amazonaws.com/openneuro.org/ds002345/", "https://s3.amazonaws.com/openneuro.org", "ds002345/"],
    ["http://127.0.0.1:9000/bucket", "http://127.0.0.1:9000/bucket", ""],
    ["https://x/b/a%20b/c", "https://x/b", "a b/c/"],
  ])("%s", (address, bucket, prefix) => {
    expect(s3Folder(address, "`baseUrl`")).toEqual({ bucket, prefix });
  });

  it.each([
    "https://s3.amazonaws.com",
    "https://s3.amazonaws.com/",
    "ftp://x/b/c",
    "x",
    "https://x/b?prefix=c",
    "https://x/b/%ff",
  ])("refuses %s", (address) => {
    expect(() => s3Folder(address, "`baseUrl`")).toThrow(
      `\`baseUrl\`: must be the address of a folder in an S3 bucket, https://<server>/<bucket>/<folder>, got "${address}".`,
    );
  });
});

describe("listS3", () => {
  const objects = { "d/": "", "d/1": "one", "d/2/a b+c": "two", "d/2/z": "parts: three", "d/3": "four", "e/1": "five" };

  it.each([1, 2, 3, 1000])(
    "by hand: all objects below a folder, %d a page; markers of folders are none",
    async (pageSize) => {
      const server = open(await startBuckets({ bucket: objects }, pageSize));
      const folder = s3Folder(`${server.origin}/bucket/d`, "`baseUrl`");
      const all = await listS3(open(createHttpClient()), folder);
      expect(all.objects.map(({ key, size, checksum }) => [key, size, checksum?.digest])).toEqual([
        ["d/1", 3, hashOf("one")],
        ["d/2/a b+c", 3, hashOf("two")],
        ["d/2/z", 12, undefined],
        ["d/3", 4, hashOf("four")],
      ]);
      expect(server.asked).toHaveLength(Math.ceil(5 / pageSize));
      const here = await listS3(open(createHttpClient()), folder, "", "/");
      expect([here.objects.map(({ key }) => key), here.folders]).toEqual([["d/1", "d/3"], ["d/2/"]]);
      expect((await listS3(open(createHttpClient()), folder, "2/")).objects).toHaveLength(2);
    },
  );

  it("by hand: an object's address is its key, each part encoded", async () => {
    const folder = { bucket: "https://x/b", prefix: "d/" };
    const object = { key: "d/2/a b+c#é", size: 3, checksum: undefined };
    expect(s3File(folder, object, "2/x")).toEqual({
      path: "2/x",
      address: "https://x/b/d/2/a%20b%2Bc%23%C3%A9",
      size: 3,
      checksum: undefined,
    });
  });

  it("by hand: keys of another folder, and pages without end, are refused", async () => {
    const server = open(await startServer());
    server.always("/bucket", (_, response) => response.end(listing([{ key: "elsewhere/x", size: 1 }])));
    const folder = s3Folder(`${server.origin}/bucket/d`, "`baseUrl`");
    await expect(listS3(open(createHttpClient()), folder)).rejects.toThrow(
      /keys must begin with "d\/", got "elsewhere\/x"/,
    );
    const remedy = "Check the address, or ask whoever runs the server.";
    for (const [answer, got] of [
      [
        "<html><title>Sign in</title></html>",
        'the answer must be XML, got a web page ("Sign in"). A proxy, or a network that wants a login, may have sent it: sign in with a browser, check HTTP_PROXY and HTTPS_PROXY, or check the address.',
      ],
      ["", `the answer must be XML, got nothing. ${remedy}`],
      ["{}", `the answer must be XML, got "{}". ${remedy}`],
      ["<a/>", `a listing must be a <ListBucketResult>, got <a> (at byte 0). ${remedy}`],
    ] as const) {
      server.always("/bucket", (_, response) => response.end(answer));
      await expect(listS3(open(createHttpClient()), folder)).rejects.toMatchObject({
        name: "NetworkError",
        message: `${server.origin}/bucket?list-type=2&prefix=d%2F: ${got}`,
      });
    }
    server.always("/bucket", (_, response) => response.end(listing([], { next: "again" })));
    const client = open(createHttpClient());
    let nPages = 0;
    const getBytes = async () => {
      nPages++;
      return bytesOf(listing([], { next: `page ${nPages}` }));
    };
    // A page that was given is left at its second time, at once or after others.
    const again = /a listing must go on from page to page, got a page again that was given/;
    await expect(listS3(client, folder)).rejects.toThrow(again);
    let nTurns = 0;
    const inTurn = async () => bytesOf(listing([], { next: ["a", "b", "c"][nTurns++ % 3]! }));
    await expect(listS3({ ...client, getBytes: inTurn }, folder)).rejects.toThrow(again);
    expect(nTurns).toBe(4);
    await expect(listS3({ ...client, getBytes }, folder)).rejects.toThrow(
      /a listing must end, got more than 10000 pages/,
    );
    expect(nPages).toBe(10_000);
  });
});
