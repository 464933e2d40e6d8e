import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNifti } from "../../src/formats/nifti-write.ts";
import { readTsv } from "../../src/formats/tsv.ts";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";
import { run } from "../cli/run.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

// Whatever is replaced while a study runs, at whatever moment: the study ends with an error that says so, or has the results of
// one of the two files, never of both; and what is kept is of the file under whose digest it is kept.

let study: TinyStudy;
let shape: readonly [number, number, number];
const base = (participant: string) => `data/${participant}/func/${participant}_task-tiny`;
const derivative = (participant: string) => `data/derivatives/volumes/${participant}/func/${participant}_task-tiny`;

beforeAll(async () => {
  study = await createTinyStudy();
  // The left hemisphere's vertices as voxels, with a brain mask and confounds: noise of their own.
  for (const participant of ["sub-01", "sub-02"]) {
    const nVolumes = 68;
    shape = [3, 2, 2];
    const noise = (seed: number, n: number) => Float32Array.from({ length: n }, (_, i) => 50 + Math.sin(seed + i * i));
    const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    const put = (ending: string, bytes: Uint8Array | string) => {
      const path = study.at(derivative(participant) + ending);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    };
    const seed = participant === "sub-01" ? 1 : 2;
    const data = noise(seed, 12 * nVolumes);
    put(
      "_space-toy_desc-preproc_bold.nii.gz",
      writeNifti({ shape: [...shape, nVolumes], affine, data, repetitionTime: 1.5 }, { gzip: true }),
    );
    const mask = Float32Array.from({ length: 12 }, (_, i) => (i < 8 ? 1 : 0));
    put("_space-toy_desc-brain_mask.nii.gz", writeNifti({ shape, affine, data: mask }, { gzip: true }));
    const other = mask.toReversed();
    if (seed === 1) writeFileSync(study.at("mask.nii.gz"), writeNifti({ shape, affine, data: mask }, { gzip: true }));
    if (seed === 1)
      writeFileSync(study.at("mask-other.nii.gz"), writeNifti({ shape, affine, data: other }, { gzip: true }));
    const rows = Array.from({ length: nVolumes }, (_, t) => `${Math.sin(seed + 0.3 * t)}\t${Math.cos(seed + t)}`);
    put("_desc-confounds_timeseries.tsv", ["trans_x\trot_x", ...rows, ""].join("\n"));
  }
  writeFileSync(study.at("exclusions.json"), JSON.stringify({ tiny: { "sub-02": ["sub-02_task-tiny"] } }));
  await run("activations", study.at("data"), study.at("acts"), "--model", study.at("model"));
}, 120_000);
afterAll(() => study.remove());

const text = (path: string) => readFileSync(study.at(path), "utf8");
/** Columns in another order under their names, so that every number is another's. */
const turned = (path: string) =>
  text(path)
    .trimEnd()
    .split("\n")
    .map((line, n) => (n === 0 ? line : line.split("\t").toReversed().join("\t")))
    .join("\n");
const flipped = (path: string) => {
  const bytes = new Uint8Array(readFileSync(study.at(path)));
  // The sign of every number of the second half.
  for (let at = bytes.length - 1; at > bytes.length / 2; at -= 4) bytes[at]! ^= 0x80;
  return bytes;
};

interface Case {
  readonly path: () => string;
  readonly other: (path: string) => Uint8Array | string;
  readonly options?: () => Readonly<Record<string, unknown>>;
}
const volumes = { kind: "volume", derivative: "volumes", distances: "none" };
const hemi = (participant: string) => `${base(participant)}_hemi-L_space-phantom_desc-clean_bold.func.gii`;
const words = () => readdirSync(study.at("data/stimuli")).find((name) => name.endsWith(".tsv"))!;
const cases: Readonly<Record<string, Case>> = {
  "a model's weights": { path: () => "model/model.safetensors", other: flipped },
  "a model's configuration": {
    path: () => "model/config.json",
    other: (path) => text(path).replace('"gpt2"', '"gpt2","layer_norm_epsilon":0.5'),
  },
  "a model's vocabulary": {
    path: () => "model/vocab.json",
    other: (path) => {
      const tokens = Object.entries(JSON.parse(text(path)) as Record<string, number>);
      return JSON.stringify(Object.fromEntries(tokens.map(([token, id]) => [token, id < 256 ? 255 - id : id])));
    },
  },
  "a folder of activations": {
    path: () => "acts/tiny_activations.safetensors",
    other: flipped,
    options: () => ({ model: undefined, activations: study.at("acts") }),
  },
  "a surface's responses": { path: () => hemi("sub-01"), other: () => readFileSync(study.at(hemi("sub-02"))) },
  "a volume's responses": {
    path: () => `${derivative("sub-01")}_space-toy_desc-preproc_bold.nii.gz`,
    other: () => readFileSync(study.at(`${derivative("sub-02")}_space-toy_desc-preproc_bold.nii.gz`)),
    options: () => volumes,
  },
  "a mask beside volumes": {
    path: () => `${derivative("sub-01")}_space-toy_desc-brain_mask.nii.gz`,
    other: () => readFileSync(study.at("mask-other.nii.gz")),
    options: () => volumes,
  },
  "a mask that is named": {
    path: () => "mask.nii.gz",
    other: () => readFileSync(study.at("mask-other.nii.gz")),
    options: () => ({ ...volumes, mask: study.at("mask.nii.gz") }),
  },
  confounds: {
    path: () => `${derivative("sub-01")}_desc-confounds_timeseries.tsv`,
    other: turned,
    options: () => ({ ...volumes, confounds: "trans_x" }),
  },
  events: {
    path: () => `${base("sub-01")}_events.tsv`,
    other: (path) => text(path).replace(/^([\d.]+)/m, (at) => `${Number(at) + 3}`),
  },
  "a sidecar": {
    path: () => "data/task-tiny_bold.json",
    other: (path) =>
      text(path).replace(/("RepetitionTime": *)([\d.]+)/, (_, name: string, s: string) => `${name}${Number(s) * 1.1}`),
  },
  "a transcript": {
    path: () => `data/stimuli/${words()}`,
    other: (path) => {
      const table = readTsv(readFileSync(study.at(path)), { path });
      const column = table.columns.indexOf("word");
      const spoken = table.rows.map((row) => row[column]!).toReversed();
      const rows = table.rows.map((row, n) => row.with(column, spoken[n]!).join("\t"));
      return [table.columns.join("\t"), ...rows, ""].join("\n");
    },
  },
  "a transcript that is named": {
    path: () => "named_words.tsv",
    other: (path) => cases["a transcript"]!.other(path),
    options: () => ({ transcript: study.at("named_words.tsv") }),
  },
  "an atlas": {
    path: () => "atlas/hemi-L_dseg.label.gii",
    other: (path) => text(path).replace(">Heschl<", ">Planum<"),
    options: () => ({ regions: ["L", "R"].map((side) => study.at(`atlas/hemi-${side}_dseg.label.gii`)) }),
  },
  exclusions: {
    path: () => "exclusions.json",
    other: () => JSON.stringify({ tiny: { "sub-01": ["sub-01_task-tiny"] } }),
    options: () => ({ participants: undefined, exclusions: study.at("exclusions.json") }),
  },
};

describe("an input that is replaced while a study runs (identity)", () => {
  beforeAll(() => {
    cpSync(study.at("data/stimuli", words()), study.at("named_words.tsv"));
    mkdirSync(study.at("atlas"));
    for (const side of ["L", "R"])
      cpSync(
        study.at(`data/atlas/tpl-phantom_hemi-${side}_atlas-phantom_dseg.label.gii`),
        study.at(`atlas/hemi-${side}_dseg.label.gii`),
      );
  });

  /** Scores the data with a cache of that name; what every participant's and the group's tables say. */
  async function score(
    cache: string,
    more: Readonly<Record<string, unknown>>,
    atStage: (stage: string) => void = () => {},
  ) {
    const output = study.at("out");
    rmSync(output, { recursive: true, force: true });
    const options = checkOptions({
      dataset: study.at("data"),
      output,
      model: study.at("model"),
      cache: study.at(cache),
      participants: "sub-01",
      layer: 1,
      components: 3,
      distances: "none",
      delays: 2,
      folds: 2,
      threads: 1,
      kind: "surface",
      ...more,
    });
    const onProgress = ({ label }: { readonly label: string }) => atStage(label);
    await runStudy(options, {
      onProgress,
      onNote: (line) => atStage(line.replace(/[\d.]+/g, "0")),
      date: () => new Date(0),
    });
    const tables = readdirSync(output, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith("_scores.tsv"),
    );
    return tables
      .sort()
      .map((path) => `${path}\n${readFileSync(join(output, path), "utf8")}`)
      .join("\n");
  }

  it.each(Object.entries(cases))(
    "%s",
    async (name, { path: pathOf, other: otherOf, options: optionsOf }) => {
      const path = study.at(pathOf());
      const options = optionsOf?.() ?? {};
      const first = readFileSync(path);
      const second = otherOf(pathOf());
      const put = (bytes: Uint8Array | string) => {
        writeFileSync(`${path}.new`, bytes);
        renameSync(`${path}.new`, path);
      };
      const stages: string[] = [];
      const ofFirst = await score(`${name}, first`, options, (stage) => stages.push(stage));
      put(second);
      const ofSecond = await score(`${name}, second`, options);
      put(first);
      expect(ofSecond).not.toBe(ofFirst);
      const moments = [/^reading/, /^fingerprint/, /to compute/, /^designs/, /^scores/].map((pattern) =>
        stages.find((stage) => pattern.test(stage)),
      );
      for (const stage of moments) {
        let isReplaced = false;
        const meanwhile = await score(name, options, (now) => {
          if (now === stage && !isReplaced) put(second);
          if (now === stage) isReplaced = true;
        }).catch((error: unknown) => {
          expect((error as Error).message, `at ${stage}`).toContain(
            ": the file must stay as it is while a study runs, got ",
          );
          return undefined;
        });
        // What an earlier moment left to compute may be nothing.
        if (!isReplaced) expect(meanwhile, `at ${stage}`).toBe(ofFirst);
        if (meanwhile !== undefined && meanwhile !== ofFirst) expect(meanwhile, `at ${stage}`).toBe(ofSecond);
        put(first);
      }
      // What was kept meanwhile does no harm.
      expect(await score(name, options)).toBe(ofFirst);
    },
    300_000,
  );
});
