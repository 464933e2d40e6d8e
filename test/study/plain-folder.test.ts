import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkOptions } from "../../src/study/options.ts";
import { checkOf, createTinyStudy, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
let plain: Record<string, unknown>;
beforeAll(async () => {
  study = await createTinyStudy();
  const all = readdirSync(study.at("data"), { recursive: true, encoding: "utf8" });
  for (const path of all.filter((one) => one.endsWith(".func.gii"))) {
    const [, sub, hemi] = /sub-(\d+)_task-tiny_hemi-([LR])/.exec(basename(path))!;
    mkdirSync(study.at("plain", sub!), { recursive: true });
    cpSync(study.at("data", path), study.at("plain", sub!, `tiny-${hemi}.func.gii`));
  }
  cpSync(study.at("data/stimuli"), study.at("plain/stimuli"), { recursive: true });
  const [, events] = readFileSync(study.at("data/sub-01/func/sub-01_task-tiny_events.tsv"), "utf8").split("\n");
  const sidecar = JSON.parse(readFileSync(study.at("data/task-tiny_bold.json"), "utf8")) as { RepetitionTime: number };
  plain = {
    dataset: study.at("plain"),
    pattern: "{participant}/{story}-{hemi}.func.gii",
    repetitionTime: sidecar.RepetitionTime,
    audioStart: Number(events!.split("\t")[0]),
    space: "phantom",
  };
});
afterAll(() => study.remove());

it("identity: files of a plain folder have the scores that they have as a BIDS data set", async () => {
  await study.run({ output: study.at("bids") });
  const { nComputed } = await study.run({ output: study.at("named"), ...plain });
  expect(nComputed).toBe(2);
  for (const label of ["brainScoreL1", "forecastScoreL1D8"]) {
    const map = `sub-02/func/sub-02_hemi-R_space-phantom_desc-${label}_statmap.shape.gii`;
    expect(readFileSync(study.at("named", map)).equals(readFileSync(study.at("bids", map)))).toBe(true);
  }
});

it("check looks at it as at any data set", async () => {
  const { issues, nRuns } = await checkOf({ output: ".", ...plain });
  expect([nRuns, issues]).toEqual([2, []]);
});

it.each([
  [
    { repetitionTime: undefined },
    "`repetitionTime`: must be given with `pattern`: such files do not say it, got nothing.",
  ],
  [{ repetitionTime: 2000 }, "`repetitionTime`: must be in seconds, got 2000. Is it in milliseconds? Then give 2."],
  [{ pattern: undefined }, /^`repetitionTime`: must be left out without `pattern`/],
])("refuses %j", (options, message) => {
  expect(() => checkOptions({ output: ".", ...plain, ...options })).toThrow(message);
});
