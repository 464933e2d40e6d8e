import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTinyStudy, type TinyStudy } from "../study/tiny-study.ts";
import { run } from "./run.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
  writeFileSync(study.at("file"), "x");
  mkdirSync(study.at("empty"));
  symlinkSync("nothing", study.at("link"));
});
afterAll(() => study.remove());
afterEach(() => {
  for (const name of ["out", "out-cache", "changed", "changed-model"])
    rmSync(study.at(name), { recursive: true, force: true });
});

/** Paths of the study's folder stand after "@". */
const score = async (dataset: string, output: string, ...flags: readonly string[]) => {
  const model = flags.includes("--model") ? [] : ["--model", "@model"];
  const argv = ["score", dataset, output, ...model, ...flags];
  return run(...argv.map((part) => (part.startsWith("@") ? study.at(part.slice(1)) : part)));
};

/** One mistake of the user's: exit code 1, the message, no stack, nothing that blames the program. */
function expectMistake({ code, stdout, stderr }: Awaited<ReturnType<typeof run>>, message: string | RegExp) {
  const told = stderr.replace(/^.*steps to compute\n(?:To compute:\n(?: {2}\w+.*\n)+)?/, "");
  expect(told.replaceAll(study.at(), "@")).toMatch(message);
  expect(told).toMatch(/^cortecast: [^\n]+(\n {2}error: [^\n]+)*\n$/);
  expect(told).not.toMatch(/fault of cortecast|^\s+at /m);
  expect([code, stdout]).toEqual([1, ""]);
}

describe("folders and options: one line that says what, where and what to do", () => {
  // By hand: arguments that are no options of a study.
  test.each([
    ["--study", ["score", "--study", "~/s.yaml"]],
    ["<file>", ["transcript", "~/a.tsv"]],
    ["--picture", ["transcript", "a.tsv", "--picture", "~/a.svg"]],
    ["--audio", ["transcript", "a.tsv", "--audio", "~/a.wav"]],
  ])("a path that begins with ~: %s", async (name, argv) => {
    const { code, stderr } = await run(...argv);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${name}: a path must be written in full, got "~", which only a shell takes for the home folder`,
    );
  });

  test.each<[readonly [string, string, ...string[]], RegExp]>([
    [["@nowhere", "@out"], /<dataset>: the folder must exist, got nothing of that name \(@\/nowhere\)/],
    [["@file", "@out"], /<dataset>: the folder must exist, got a file/],
    [
      ["@empty", "@out"],
      /not a BIDS data set\.\n {2}error: dataset_description\.json: the file must exist at the root.*, or say with --pattern how/,
    ],
    [["", "@out"], /<dataset>: must be a path, not the empty text/],
    [["@data", "@file"], /<output>: must be a folder, got a path at or below a file \(@\/file\)/],
    [
      ["@data", "@link"],
      /<output>: files must be allowed to be written there, got nothing of that name, a link to nothing/,
    ],
    [["@data", "/proc/nothing"], /<output>: files must be allowed to be written there, got nothing of that name/],
    [["@data", "@out", "--cache", "/proc/nothing"], /--cache: files must be allowed to be written there, got nothing/],
    [["@data", "@file/deep/er"], /<output>: must be a folder, got a path at or below a file \(@\/file\)/],
    [["@data", "@data"], /<output>: the folder must be empty or hold results of cortecast, got another data set/],
    [["@data", "@out", "--cache", "@file"], /--cache: must be a folder/],
    [["@data", "@out", "--model", "@nowhere"], /--model: the folder must exist, got nothing of that name/],
    [["@data", "@out", "--model", "@file"], /--model: the folder must exist, got a file/],
    [["@data", "@out", "--model", "@empty"], /empty\/config\.json: the file must exist/],
    [["@data", "@out", "--distances", "NaN"], /--distances: must be whole numbers/],
    [["@data", "@out", "--distances", "100000"], /--distances: must lie within the stories \(\d+ words/],
    [["@data", "@out", "--width", "-1"], /--width: must be at least 1, got "-1"/],
    [["@data", "@out", "--width", "1e12"], /--width: must be at most 1000, got "1e12"/],
    [["@data", "@out", "--delays", "1e9"], /--delays: must be fewer than nVolumes \(\d+, sub-01_task-tiny/],
    [["@data", "@out", "--first-delay", "1000"], /--first-delay: the last of 6 delays must be smaller/],
    [["@data", "@out", "--folds", "1000"], /--folds: must leave 3 volumes or more to each test chunk/],
    [["@data", "@out", "--gap", "1000"], /--gap: must leave volumes to train on/],
    [["@data", "@out", "--trim-end", "1000"], /sub-01_task-tiny_\S+: cleanBold: trims must leave at least two/],
    [["@data", "@out", "--confounds", "csf"], /the run must have a table \*_desc-confounds_timeseries\.tsv/],
    [["@data", "@out", "--layer", "99"], /--layer: layers must lie in 0\.\.2 \(model model/],
    [["@data", "@out", "--stories", "tinny"], /the story must be one with responses, got "tinny"\. Nearest: "tiny"/],
    [["@data", "@out", "--participants", "9"], /the participant must be one with responses, got "sub-9"/],
    [["@data", "@out", "--exclude", "sub-9"], /--exclude: runs must be in the data set/],
    [["@data", "@out", "--kind", "region"], /kind must be one that response files have, got "region"/],
    [["@data", "@out", "--space", "mni"], /space must be one that response files have, got "mni"/],
    [["@data", "@out", "--regions", "@file"], /--regions: the file must say its hemisphere/],
    [["@data", "@out", "--regions", "@hemi-L.gii"], /hemi-L\.gii: the file must exist/],
    [["@data", "@out", "--surfaces", "@data/atlas/tpl-phantom_hemi-L_sulc.shape.gii"], /a surface must hold points/],
    [["@data", "@out", "--transcript", "@nowhere.tsv"], /nowhere\.tsv: the file must exist/],
    [
      ["@data", "@out", "--transcript", "@file"],
      /the extension must be one of \.TextGrid, \.tsv, .*\.json, got "file"/,
    ],
    [["@data", "@out", "--transcript", "@empty"], /empty: the path must be a file, got a folder/],
  ])("%j", async ([dataset, output, ...flags], message) => {
    expectMistake(await score(dataset, output, ...flags), message);
  });

  test.each<[string, RegExp]>([
    ["\u0000\u0001\u00ff\u0007", /s\.yaml:1: the study file must hold "option: value" lines/],
    ["", /s\.yaml:1: the study file must hold "option: value" lines/],
    ["dataset: [a\n", /s\.yaml:2:1: the study file must be YAML/],
    ["dataset: a\noutput: b\nmodel: {a: 1}\n", /s\.yaml:3: model: must be a text, got \{"a":1\}/],
    ["dataset: a\noutput: b\ndistnces: 1\n", /s\.yaml:3: distnces: there is no option .* Nearest: "distances"/],
  ])("a study file that holds %j", async (text, message) => {
    writeFileSync(study.at("s.yaml"), text);
    expectMistake(await run("score", "--study", study.at("s.yaml")), message);
  });

  test("a study file that is a folder", async () => {
    expectMistake(await run("score", "--study", study.at("empty")), /--study: the file must exist and be readable/);
  });

  test.each<[readonly string[], RegExp]>([
    [["activations", "@nowhere", "@out"], /nowhere: the folder or transcript must exist/],
    [["activations", "@empty", "@out"], /there must be transcripts in stimuli\/, got none/],
    [["activations", "@data", "@file"], /<output>: must be a folder/],
    [["activations", "@data", "@out", "--stories", "tinny"], /Nearest: "tiny"/],
    [["simulate", "@file"], /<output>: must be a folder/],
    [["demo", "@file"], /\[folder\]: must be a folder/],
  ])("%j", async (argv, message) => {
    const paths = argv.map((part) => (part.startsWith("@") ? study.at(part.slice(1)) : part));
    expectMistake(await run(...paths), message);
  });

  test("a simulation is not written over a data set of another kind", async () => {
    cpSync(study.at("data/dataset_description.json"), study.at("changed/dataset_description.json"));
    expectMistake(await run("simulate", study.at("changed")), /<output>: the folder must be empty or hold a simulated/);
  });
});

describe("data sets that are damaged: the file, what is wrong, what to do", () => {
  const bold = "sub-02/func/sub-02_task-tiny_hemi-L_space-phantom_desc-clean_bold.func.gii";
  const events = "sub-01/func/sub-01_task-tiny_events.tsv";
  const words = "stimuli/tiny_words.tsv";
  const sidecar = "task-tiny_bold.json";
  const row = (...cells: readonly (string | number)[]) =>
    `onset\tduration\ttrial_type\tstim_file\n${cells.join("\t")}\n`;
  const garbage = Uint8Array.from({ length: 600 }, (_, i) => (i * 151 + 200) % 256);

  test.each<[string, string, Uint8Array | string | undefined, RegExp]>([
    ["description broken", "dataset_description.json", "{", /dataset_description\.json: the file must be JSON/],
    ["sidecar broken", sidecar, "{", /got 1 error\.\n {2}error: task-tiny_bold\.json: the file must be JSON/],
    ["sidecar missing", sidecar, undefined, /a sidecar must give RepetitionTime in seconds/],
    ["repetition time 0", sidecar, '{"RepetitionTime": 0}', /must be a positive number of seconds, got 0/],
    ["repetition time negative", sidecar, '{"RepetitionTime": -1}', /must be a positive number of seconds, got -1/],
    ["repetition time a text", sidecar, '{"RepetitionTime": "2"}', /must be a positive number of seconds, got "2"/],
    ["repetition time in ms", sidecar, '{"RepetitionTime": 1500}', /which looks like milliseconds/],
    ["events missing", events, undefined, /must say when the audio starts, got none/],
    ["events without column", events, "onset\tduration\n0\t1\n", /there must be a column "stim_file"/],
    ["events garbage", events, garbage, /sub-01_task-tiny_events\.tsv: /],
    [
      "onset a text",
      events,
      row("x", 1, "story", "tiny_audio.wav"),
      /"onset" must hold numbers or n\/a, got "x" in line 2/,
    ],
    [
      "events without the audio",
      events,
      row(0, 1, "story", "n/a"),
      /at least one row must name the audio in stim_file/,
    ],
    ["events of no story there", events, row(0, 1, "story", "x.wav"), /a transcript of the story "x" must exist/],
    [
      "audio file named ..",
      events,
      row(0, 1, "story", ".."),
      /sub-01_task-tiny_events\.tsv: stim_file must be the name/,
    ],
    [
      "audio file named by what a terminal would obey",
      events,
      row(0, 1, "story", "\u001b[2J.wav"),
      /events\.tsv: stim_file must be the name of an audio file, got "\\u001b\[2J\.wav" \(row 1\)/,
    ],
    ["audio after the scan", events, row(9999, 1, "story", "tiny_audio.wav"), /words must be heard during the scan/],
    ["transcript missing", words, undefined, /a transcript of the story "tiny" must exist/],
    ["transcript without column", words, "word\nhello\n", /tiny_words\.tsv: there must be a column "onset"/],
    ["transcript without words", words, "onset\tduration\tword\n", /a transcript must hold words, got none/],
    [
      "word time a text",
      words,
      "onset\tduration\tword\nx\t1\ta\n",
      /"onset" must hold numbers or n\/a, got "x" in line 2/,
    ],
    [
      "words after the scan",
      words,
      "onset\tduration\tword\n1e6\t1\ta\n2e6\t1\tb\n",
      /words must be heard during the scan/,
    ],
    ["transcript garbage", words, garbage, /tiny_words\.tsv: /],
    ["response garbage", bold, garbage, /hemi-L.*: a GIFTI file must be XML/],
    ["response empty", bold, "", /hemi-L.*: the file must not be empty, got 0 bytes\. Fetch or copy it again/],
    ["response missing", bold, undefined, /sub-02_task-tiny must have both hemispheres/],
  ])("%s", async (_, path, content, message) => {
    cpSync(study.at("data"), study.at("changed"), { recursive: true });
    rmSync(study.at("changed", path));
    if (content !== undefined) writeFileSync(study.at("changed", path), content);
    expectMistake(await score("@changed", "@out"), message);
  });

  test("response truncated", async () => {
    cpSync(study.at("data"), study.at("changed"), { recursive: true });
    const bytes = readFileSync(study.at("data", bold));
    writeFileSync(study.at("changed", bold), bytes.subarray(0, bytes.length / 2));
    expectMistake(await score("@changed", "@out"), /hemi-L.*The file looks truncated: fetch it again/);
  });

  const other = "sub-01/func/sub-01_task-tiny_hemi-R_space-phantom_desc-clean_bold.func.gii";
  const unfetched = /got a link to nothing: its content was not fetched, or was moved\. Fetch it with "datalad get"/;
  const link = (path: string) => symlinkSync("../../.git/annex/objects/xx", path);
  test.each<[string, string, (path: string) => void, RegExp]>([
    ["response of the only participant", other, link, unfetched],
    ["response of one of several", bold, link, unfetched],
    ["events", events, link, unfetched],
    ["sidecar", sidecar, link, unfetched],
    ["transcript", words, link, unfetched],
    ["description", "dataset_description.json", link, unfetched],
    ["exclusions", "code/scan_exclude.json", link, unfetched],
    ["folder of a participant", "sub-02", link, /\n {2}error: sub-02: the file must be there, got a link to nothing/],
    ["response in a loop of links", bold, (path) => symlinkSync(path, path), /got a link that leads to itself\. Mend/],
    ["response that is a folder", bold, (path) => mkdirSync(path), /the path must be a file, got a folder/],
    ["response that is a pipe", bold, (path) => execFileSync("mkfifo", [path]), /got a pipe or a device/],
    [
      "pointer in the place of events",
      events,
      (path) => writeFileSync(path, "/annex/objects/x\n"),
      /got a git-annex pointer/,
    ],
  ])("not fetched: %s", async (_, path, make, message) => {
    cpSync(study.at("data"), study.at("changed"), { recursive: true });
    if (path === other) rmSync(study.at("changed/sub-02"), { recursive: true });
    rmSync(study.at("changed", path), { recursive: true, force: true });
    mkdirSync(study.at("changed", path, ".."), { recursive: true });
    make(study.at("changed", path));
    expectMistake(await score("@changed", "@out"), message);
  });

  test("by hand: all files that were not fetched are told at once, confounds where they are asked for", async () => {
    cpSync(study.at("data"), study.at("changed"), { recursive: true });
    const confounds = "sub-01/func/sub-01_task-tiny_desc-confounds_timeseries.tsv";
    for (const path of [bold, other, words, confounds]) {
      rmSync(study.at("changed", path), { force: true });
      link(study.at("changed", path));
    }
    const told = async (...flags: readonly string[]) =>
      [...(await score("@changed", "@out", ...flags)).stderr.matchAll(/^ {2}error: ([^:]+): /gm)].map(
        ([, path]) => path,
      );
    expect(await told()).toEqual([other, bold, words]);
    expect(await told("--confounds", "csf")).toEqual([other, bold, words, confounds]);
  });

  test("what the operating system refuses is no fault of the program", async () => {
    const message = /out\/a{300}\S*: the system must let it be read or written, got a name that is too long/;
    expectMistake(await score("@data", `@out/${"a".repeat(300)}`), message);
  });

  test("a folder in the place of a result is named, not the file beside it that is renamed", async () => {
    mkdirSync(study.at("out/report.html/x"), { recursive: true });
    const message =
      /^cortecast: @\/out\/report\.html: the system must let it be read or written, got a folder where a file must be\. Move it away\.$/m;
    const { code, stderr } = await score("@data", "@out", "--distances", "8", "--components", "3");
    expect(stderr.replaceAll(study.at(), "@")).toMatch(message);
    expect(code).toBe(1);
  });

  test("a transcript longer than the scan is scored, and the report tells how many words are outside", async () => {
    cpSync(study.at("data"), study.at("changed"), { recursive: true });
    const text = readFileSync(study.at("data", words), "utf8");
    const late = (n: number) => Array.from({ length: n }, (_, i) => `${5000 + i}\t0.3\tlate\n`).join("");
    const flags = ["--distances", "8", "--components", "3"];
    writeFileSync(study.at("changed", words), text + late(2));
    const { code, stdout } = await score("@changed", "@out", ...flags, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ quality: { "sub-01": { nWordsOutside: 2 } } });
    expect(stdout).not.toContain("Words outside the scan");
    // 20 of 176: told before anything is computed, and again at the end.
    writeFileSync(study.at("changed", words), text + late(20));
    const { stderr } = await score("@changed", "@out", ...flags);
    const told = /^WARNING words-outside-scan, 2 times\n.*: words must be heard during the scan .*, got 20 of 176 of/gm;
    expect(stderr.match(told)).toHaveLength(1);
    expect(stderr).toMatch(/^Warnings, told above and in the report: .*words-outside-scan/m);
  });
});

describe("what was kept is damaged", () => {
  test.each(["scores", "activations"])("numbers of %s that were changed do not pass for results", async (kind) => {
    const flags = ["--layer", "1", "--distances", "8", "--components", "3"];
    expect((await score("@data", "@out", ...flags)).code).toBe(0);
    const folder = study.at("out-cache", kind);
    const [file] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(?:scores|activations)$/.test(name),
    );
    const bytes = readFileSync(join(folder, file!));
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(join(folder, file!), bytes);
    // Other options, so that the activations are needed again.
    const other = kind === "scores" ? flags : [...flags, "--delays", "5"];
    const message =
      /(?:scores|activations): the file must hold what was kept in it, got content with another SHA-256 than it says\. Delete it: it is computed anew\n$/;
    expectMistake(await score("@data", "@out", ...other), message);
  });
});

describe("models that are damaged", () => {
  test.each<[string, string, string | undefined, RegExp]>([
    [
      "no tokenizer",
      "vocab.json",
      undefined,
      /a model's folder must hold tokenizer\.json, or vocab\.json and merges\.txt/,
    ],
    ["configuration broken", "config.json", "{", /changed-model\/config\.json: the file must be JSON/],
    ["another architecture", "config.json", '{"model_type": "bert"}', /changed-model\/config\.json: /],
    ["no weights", "model.safetensors", undefined, /a model's folder must hold model\.safetensors/],
    ["weights truncated", "model.safetensors", "short", /changed-model\/model\.safetensors: /],
  ])("%s", async (_, name, content, message) => {
    cpSync(study.at("model"), study.at("changed-model"), { recursive: true });
    rmSync(study.at("changed-model", name));
    if (content !== undefined) writeFileSync(study.at("changed-model", name), content);
    expectMistake(await score("@data", "@out", "--model", "@changed-model"), message);
  });
});
