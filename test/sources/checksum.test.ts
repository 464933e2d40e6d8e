import { describe, expect, it } from "vitest";
import { digestOf, md5OfETag } from "../../src/sources/checksum.ts";
import { checkRemotePath } from "../../src/sources/remote-file.ts";

async function* pieces(...texts: readonly string[]) {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe("digestOf", () => {
  it.each([
    // RFC 1321, test suite; FIPS 180-2, appendix B.1; `echo -n abc | git hash-object --stdin`.
    ["md5", "900150983cd24fb0d6963f7d28e17f72"],
    ["sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["git-sha1", "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"],
  ] as const)("oracle: %s of abc, however it comes in pieces", async (kind, digest) => {
    expect(await digestOf(kind, 3, pieces("abc"))).toBe(digest);
    expect(await digestOf(kind, 3, pieces("", "a", "bc"))).toBe(digest);
  });
});

describe("md5OfETag (by hand)", () => {
  const digest = "900150983cd24fb0d6963f7d28e17f72";
  it.each([
    [`"${digest}"`, digest],
    [digest.toUpperCase(), digest],
    [`"${digest}-12"`, undefined],
    [`W/"${digest}"`, undefined],
    ['"abc"', undefined],
    ["", undefined],
  ])("%s", (etag, expected) => {
    expect(md5OfETag(etag)?.digest).toBe(expected);
  });
});

describe("checkRemotePath", () => {
  it.each(["config.json", "sub-01/func/x y+é☃%2F#?.tsv", "a/.hidden", "..a", "CON"])("takes %j", (path) => {
    expect(() => checkRemotePath(path, "list")).not.toThrow();
  });

  it.each([
    "",
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a//b",
    "a/.",
    "a/",
    "./a",
    "..",
    "a\\b",
    "..\\x",
    "C:/x",
    "C:x",
    "a\u0000b",
    "a\nb",
    "a/b.",
    "a /b",
    ".cortecast-fetch/lock",
    ".Cortecast-Fetch/x",
    "a/... /b",
  ])("refuses %j", (path) => {
    expect(() => checkRemotePath(path, "list")).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `list: names of files must lie within the folder, got ${JSON.stringify(path)}. Nothing is fetched from there`,
      }),
    );
  });
});
