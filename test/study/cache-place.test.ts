import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { folderBeside } from "../../src/sources/beside.ts";
import { cachePlace, checkCachePlace } from "../../src/study/cache-place.ts";
import { run } from "../cli/run.ts";
import { filesBelow } from "../support/results.ts";
import { createTinyStudy, type TinyStudy, tinyOptions } from "./tiny-study.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-cache-place-"));
const at = (...parts: string[]) => join(root, ...parts);
afterAll(() => rmSync(root, { recursive: true }));

describe("folderBeside (by hand)", () => {
  beforeAll(() => {
    mkdirSync(at("disk/results"), { recursive: true });
    symlinkSync(at("disk/results"), at("link"));
  });
  test.each([
    ["results", "results-cache"],
    ["results/", "results-cache"],
    ["./results//", "results-cache"],
    ["/data/derivatives/cortecast", "/data/derivatives/cortecast-cache"],
    ["../results", "../results-cache"],
    [".", `../${basename(process.cwd())}-cache`],
    ["test/..", `../${basename(process.cwd())}-cache`],
    ["/", undefined],
  ])("of %s: %s", async (folder, expected) => {
    expect(await folderBeside(folder, "-cache")).toBe(expected);
  });

  test("of a link: beside what it leads to, so that both ways give the same", async () => {
    expect(await folderBeside(at("link"), "-cache")).toBe(at("disk/results-cache"));
    expect(await folderBeside(`${at("link")}/`, "-cache")).toBe(at("disk/results-cache"));
    expect(await folderBeside(at("disk/results"), "-cache")).toBe(at("disk/results-cache"));
  });
});

describe("where a study keeps what it computes", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  });
  afterAll(() => study.remove());
  beforeEach(() => {
    for (const folder of ["out", "out-cache", "moved"]) rmSync(study.at(folder), { recursive: true, force: true });
  });
  const score = async (options: Readonly<Record<string, unknown>> = {}) => {
    const notes: string[] = [];
    const run = await study.run(options, (line) => notes.push(line));
    const told = notes
      .slice(
        0,
        notes.findIndex((line) => line.includes("steps to compute")),
      )
      .join("\n");
    return { ...run, told: told.replaceAll(study.at(), "") };
  };

  test("by hand: beside the output folder, which holds results alone; the second run finds it", async () => {
    expect(await score()).toMatchObject({ nComputed: 2, cache: study.at("out-cache"), told: "" });
    expect(readdirSync(study.at("out-cache")).sort()).toEqual(["CACHEDIR.TAG", "activations", "designs", "scores"]);
    // The first line is what the specification at bford.info/cachedir asks for.
    const tag = readFileSync(study.at("out-cache/CACHEDIR.TAG"), "utf8");
    expect(tag.split("\n")[0]).toBe("Signature: 8a477f597d28d172789f06886806bc55");
    expect(filesBelow(study.at("out")).filter((path) => /cache|\.partial$/.test(path))).toEqual([]);
    expect(await score({ output: `${study.at("out")}/` })).toMatchObject({ nComputed: 0, nReused: 2, told: "" });
    const cleaned = await run("clean", study.at("out"));
    expect(cleaned.stderr).toContain(
      `\nWhat is kept for the next run stays: ${study.at("out-cache")}. Delete it as you like.\n`,
    );
    symlinkSync(study.at("out"), study.at("way"));
    expect(await score({ output: study.at("way") })).toMatchObject({ nComputed: 0, cache: study.at("out-cache") });
    rmSync(study.at("way"));
  });

  test("by hand: what an earlier version left in the output folder is used there, and told, until it is moved", async () => {
    await score({ cache: study.at("out/cache") });
    const before = filesBelow(study.at("out/cache"));
    expect(before.length).toBeGreaterThan(5);
    const { told: line, ...scored } = await score();
    expect(scored).toMatchObject({ nComputed: 0, nReused: 2, cache: study.at("out/cache") });
    expect(line).toBe(
      "NOTE    cache-place\n  /out/cache: the cache is in the results, where earlier versions kept it, and goes on being used there. BIDS wants none in a derivative: once no run is under way, move the folder to /out-cache, where it is found.",
    );
    // check and plan look there, too, and tell.
    const argv = [study.at("data"), study.at("out"), "--model", study.at("model"), "--json"];
    const flags = Object.entries(tinyOptions).flatMap(([name, value]) => [`--${name}`, value]);
    const told = { severity: "note", code: "cache-place", path: study.at("out/cache") };
    const checked = JSON.parse((await run("check", ...argv, ...flags)).stdout) as Inspection;
    expect(checked.issues).toContainEqual(expect.objectContaining(told));
    const planned = JSON.parse((await run("plan", ...argv, ...flags)).stdout) as object;
    expect(planned).toMatchObject({ nMissing: 0, cache: told.path, issues: [told] });
    expect(existsSync(study.at("out-cache"))).toBe(false);
    expect(filesBelow(study.at("out/cache"))).toEqual(before);
    renameSync(study.at("out/cache"), study.at("out-cache"));
    expect(await score()).toMatchObject({ nComputed: 0, cache: study.at("out-cache"), told: "" });
  });

  test("by hand: where there are both, the one beside is used, and the other one told", async () => {
    await score({ cache: study.at("out/cache") });
    await score({ cache: study.at("out-cache") });
    const { told, ...scored } = await score();
    expect(scored).toMatchObject({ nComputed: 0, cache: study.at("out-cache") });
    expect(told).toMatch(
      /\/out\/cache: a cache of an earlier version, which is not used, since there is one at \/out-cache\./,
    );
  });

  test("by hand: results that were moved without their cache are told", async () => {
    await score();
    renameSync(study.at("out"), study.at("moved"));
    const { told, nComputed } = await score({ output: study.at("moved") });
    expect(nComputed).toBe(2);
    expect(told).toContain(
      "/moved: there are results, but no cache beside them (/moved-cache): what is not found there is computed anew.",
    );
    rmSync(study.at("moved-cache"), { recursive: true });
  });

  test("by hand: what lies there and is no cache of ours is refused before anything is computed, and stays", async () => {
    mkdirSync(study.at("out-cache/scores"), { recursive: true });
    writeFileSync(study.at("out-cache/scores/mine.txt"), "mine");
    const message = `\`cache\`: must be given where the folder beside \`output\` is no cache of cortecast's, got none (${study.at("out-cache")} holds scores). Name another folder, or move that one away.`;
    await expect(score()).rejects.toMatchObject({ name: "OptionError", message });
    expect(filesBelow(study.at("out-cache"))).toEqual(["scores/mine.txt"]);
    expect(existsSync(study.at("out"))).toBe(false);
    // Named by hand, a folder may hold other files as before.
    expect(await score({ cache: study.at("out-cache") })).toMatchObject({ nComputed: 2 });
    expect(readFileSync(study.at("out-cache/scores/mine.txt"), "utf8")).toBe("mine");
    expect(existsSync(study.at("out-cache/CACHEDIR.TAG"))).toBe(false);
  });

  test("by hand: a folder of the user's in the results that is called cache is left alone", async () => {
    mkdirSync(study.at("out/cache"), { recursive: true });
    writeFileSync(study.at("out/cache/notes.txt"), "mine");
    expect(await score()).toMatchObject({ nComputed: 2, cache: study.at("out-cache"), told: "" });
    expect(filesBelow(study.at("out/cache"))).toEqual(["notes.txt"]);
  });

  test("by hand: a file in the place, and a place that cannot be written to, are told with the option that helps", async () => {
    writeFileSync(study.at("out-cache"), "mine");
    await expect(score()).rejects.toThrow(
      `\`cache\`, without which it is beside \`output\`: must be a folder, got a path at or below a file (${study.at("out-cache")}). Give another.`,
    );
    const place = await cachePlace({ output: "/", cache: undefined });
    await expect(checkCachePlace(place, "/")).rejects.toThrow(
      "`cache`: must be given where `output` is the root of a file system, which nothing lies beside, got nothing (/). Name a folder.",
    );
    expect(await cachePlace({ output: "/", cache: at("other") })).toMatchObject({ kind: "given", folder: at("other") });
  });

  test.runIf(process.platform === "linux")(
    "by hand: results at the root of their file system, as in a container",
    async () => {
      // /proc is a file system of its own on every Linux.
      const { folder, issues } = await cachePlace({ output: "/proc", cache: undefined });
      expect([folder, issues]).toMatchObject(["/proc-cache", [{ severity: "note", code: "cache-place" }]]);
      expect(issues[0]!.message).toContain("on another file system than the results");
    },
  );
});
