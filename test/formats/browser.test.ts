import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readGifti } from "../../src/formats/gifti.ts";
import { readNifti } from "../../src/formats/nifti.ts";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { buildPackage } from "../cli/built.ts";

// cortecast/formats in browsers: bundled as a page would, and run in one.

const browsers = [process.env["CHROMIUM"], "chromium", "google-chrome"].filter((name) => name !== undefined);
const browser = browsers.find((name) => spawnSync(name, ["--version"]).status === 0);
if (browser === undefined)
  console.log("skipped: formats in a browser: Chromium is not on this machine (apt-get install chromium)");

let folder = "";
let bundle = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-bundle-"));
  const entry = join(buildPackage(), "dist/formats.js");
  await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    build: {
      lib: { entry, formats: ["iife"], name: "formats", fileName: () => "formats.js" },
      outDir: folder,
      emptyOutDir: false,
    },
  });
  bundle = readFileSync(join(folder, "formats.js"), "utf8");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a bundle of cortecast/formats for browsers", () => {
  it("holds nothing of Node (by hand)", () => {
    expect(bundle).not.toMatch(/node:|__vite-browser-external|\brequire\(|\bprocess\.|\bBuffer\.|NodeJS/);
    // It is whole: messages of readers, and of what unpacks.
    for (const text of ["a GIFTI file must be XML", "invalid distance too far back"]) expect(bundle).toContain(text);
  });

  it("reads a packed file where there is no Node (identity)", () => {
    const file = writeNifti({ shape: [2, 1, 1], affine, data: Float32Array.of(1, 2) }, { gzip: true });
    // A global object with the language's own names, and these of the Web.
    const page = { TextDecoder, TextEncoder, file };
    expect(runInNewContext(`${bundle}; Array.from(formats.readNifti(file).data).join()`, page)).toBe("1,2");
  });
});

const affine = [2, 0, 0, -4, 0, 2, 0, -6, 0, 0, 2, -8, 0, 0, 0, 1];
const gifti = readFileSync(join(import.meta.dirname, "fixtures/encodings.gii"));
const packedGifti = gzipSync(gifti);
const values = Float32Array.from({ length: 24 * 50 }, (_, i) => Math.fround(Math.sin(i)));
const nifti = writeNifti({ shape: [2, 3, 4, 50], affine, data: values, repetitionTime: 1.5 }, { gzip: true });

/** What a page does with the files, all that it finds as JSON. */
async function inPage(files: Readonly<Record<"gifti" | "packedGifti" | "nifti", string>>): Promise<unknown> {
  const formats = (globalThis as unknown as { formats: typeof import("../../src/formats.ts") }).formats;
  const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const plain = (arrays: readonly { readonly data: ArrayLike<number> }[]) => arrays.map(({ data }) => Array.from(data));
  const read = formats.readGifti(bytesOf(files.gifti));
  const streamed = await formats.streamGifti(new Blob([bytesOf(files.packedGifti)]).stream());
  const image = formats.readNifti(bytesOf(files.nifti));
  const volumes = await formats.streamNifti(new Blob([bytesOf(files.nifti)]).stream());
  const written = formats.readGifti(formats.writeGifti(read));
  let refused = "";
  try {
    formats.readNifti(bytesOf(files.nifti).subarray(0, 900));
  } catch (error) {
    refused = (error as Error).message;
  }
  return {
    arrays: plain(read.arrays),
    streamed: plain(streamed.arrays),
    written: plain(written.arrays),
    data: Array.from(image.data),
    volumes: Array.from(volumes.volumes.data),
    refused,
  };
}

describe.skipIf(browser === undefined)("a page", () => {
  it("reads GIFTI and NIfTI as Node does (agreement)", () => {
    const encoded = { gifti, packedGifti, nifti };
    const files = Object.fromEntries(
      Object.entries(encoded).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
    );
    const page = join(folder, "page.html");
    const program = `const inPage = ${inPage.toString()};
inPage(${JSON.stringify(files)}).then(JSON.stringify, (error) => "failed: " + error.stack).then((text) => { document.body.textContent = text; });`;
    writeFileSync(
      page,
      `<!doctype html><meta charset="utf-8"><body><script src="formats.js"></script><script>${program}</script></body>`,
    );
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"];
    const profile = `--user-data-dir=${join(folder, "profile")}`;
    const dumped = execFileSync(browser!, [...flags, profile, pathToFileURL(page).href], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const found = JSON.parse(/<body>(.*)<\/body>/s.exec(dumped)![1]!) as Record<string, unknown>;
    const arrays = readGifti(gifti).arrays.map(({ data }) => Array.from(data));
    const refused = (() => {
      try {
        return readNifti(nifti.subarray(0, 900));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(found).toEqual({
      arrays,
      streamed: arrays,
      written: arrays,
      data: [...values],
      volumes: [...values],
      refused,
    });
  });
});
