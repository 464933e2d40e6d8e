import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTinyStudy, type TinyStudy } from "../study/tiny-study.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

// ONNX Runtime keeps an identifier of the machine, and events to send, in a folder "Microsoft" below XDG_CACHE_HOME.
let built: BuiltCommandLine;
let study: TinyStudy;
const home = mkdtempSync(join(tmpdir(), "cortecast-home-"));
beforeAll(async () => {
  built = buildCommandLine();
  study = await createTinyStudy();
}, 60_000);
afterAll(() => {
  study.remove();
  rmSync(home, { recursive: true });
});
const emptyCache = (name: string): string => {
  const cache = join(home, name);
  mkdirSync(cache);
  return cache;
};
const before = (cache: string) => `unset ORT_DISABLE_TELEMETRY; export XDG_CACHE_HOME='${cache}';`;

describe("ONNX Runtime sends nothing to its makers, and keeps nothing for them", () => {
  it("identity: doctor, and score on two threads, leave the cache folder of the user as it was", async () => {
    const cache = emptyCache("cache");
    const flags = ["--layer", "1", "--distances", "-1,8", "--components", "3", "--threads", "2"];
    const score = ["score", study.at("data"), study.at("out"), "--model", study.at("model"), ...flags];
    for (const argv of [["doctor"], score]) {
      const { code, stderr } = await built.start(argv, { before: before(cache) }).ended;
      expect([code, stderr]).toEqual([0, expect.anything()]);
    }
    expect(readdirSync(cache)).toEqual([]);
  });

  it("identity: nor does the library", () => {
    const cache = emptyCache("library");
    const script = `
      const { brainScore, Matrix } = await import(${JSON.stringify(pathToFileURL(built.entry).href)});
      const matrix = (n) => Matrix.of(Float64Array.from({ length: 40 * n }, (_, i) => Math.sin(i * i)), 40, n);
      await brainScore(matrix(3), matrix(2), { storyLengths: [40] });`;
    const env = { ...process.env, XDG_CACHE_HOME: cache, ORT_DISABLE_TELEMETRY: undefined };
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, stdio: "pipe" });
    expect(readdirSync(cache)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("by hand: it would, left to itself", () => {
    const cache = emptyCache("itself");
    const runtime = createRequire(import.meta.url).resolve("onnxruntime-node");
    const script = `require(${JSON.stringify(runtime)}).InferenceSession.create(new Uint8Array(3)).catch(() => {})`;
    // Nothing goes out meanwhile: what it would send to is looked for at a proxy that is not there.
    const nowhere = { HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" };
    // It keeps still where it sees that it is tested.
    const env = { ...process.env, ...nowhere, XDG_CACHE_HOME: cache, ORT_DISABLE_TELEMETRY: undefined, CI: undefined };
    execFileSync(process.execPath, ["-e", script], { env, stdio: "pipe" });
    expect(readdirSync(cache)).toEqual(["Microsoft"]);
  });
});
