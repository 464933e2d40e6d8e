import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWithShared, shared } from "../support/shared.ts";
import { run, runTold } from "./run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-cases-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a command printed, with its lines joined: it breaks them where the terminal ends. */
const flowing = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
  `${stdout} ${stderr}`.replace(/\s+/g, " ");
const at = (name: string, ...parts: string[]) => shared("cases", name, ...parts);

/** Scores data by the activations of a case, and gives what the command wrote and the brain score of each region. */
async function score(name: string, data = at(name, "data"), ...flags: string[]) {
  const output = mkdtempSync(join(folder, "out-"));
  const activations = ["--activations", at(name, "activations"), "--layer", "0"];
  const how = [...activations, "--distances", "none", "--folds", "4"];
  const result = await run("score", data, output, ...how, ...flags);
  const scores: Record<string, number> = {};
  if (result.code === 0) {
    const table = readFileSync(join(output, "sub-01/func/sub-01_scores.tsv"), "utf8").trim().split("\n");
    const [columns, ...rows] = table.map((line) => line.split("\t")) as [string[], ...string[][]];
    const cell = (row: string[], column: string) => row[columns.indexOf(column)]!;
    for (const row of rows) {
      if (cell(row, "fold") === "mean") scores[cell(row, "target")] = Number(cell(row, "value"));
    }
  }
  return { ...result, output, scores };
}

describeWithShared("responses that lack their first volumes", "cases/bids-volumes-discarded", () => {
  // Recovery: the responses were made of the activations with audio from 3 s of the volumes recorded, 4 of which are not
  // there. The scores are those that an onset of 3 - 4 x 1.5 s gives, to the bit: .820 and .832 where zeros stand before the first
  // volume, as when they were written down; within .01 of it where the words that were heard there evoke what they do.
  it.each([
    ["zero", 3],
    ["silence", 1.7],
  ])("--edge %s: score what they score with the onset written as -3.0", async (edge, digits) => {
    const name = "bids-volumes-discarded";
    const { scores } = await score(name, at(name, "data"), "--edge", edge);
    expect(scores["A"]).toBeCloseTo(0.82, digits);
    expect(scores["B"]).toBeCloseTo(0.832, digits);
    const data = join(folder, edge);
    cpSync(at(name, "data"), data, { recursive: true });
    const responses = join(data, "derivatives/xcp_d/sub-01/func/sub-01_task-picnic_seg-Toy_stat-mean_timeseries");
    writeFileSync(`${responses}.json`, '{"RepetitionTime": 1.5}');
    const events = join(data, "sub-01/func/sub-01_task-picnic_events.tsv");
    writeFileSync(events, readFileSync(events, "utf8").replace("\n3.0\t", "\n-3.0\t"));
    expect((await score(name, data, "--edge", edge)).scores).toEqual(scores);
  });
});

describeWithShared("volumes that are 0 in every target", "cases/volumes-zeroed", () => {
  // By hand: 32 of the 160 lines of the table are zeros.
  const told = "32 volumes are 0 in every target (0, 2, 6, 7, 18 and 27 more)";

  it("are told by check", async () => {
    const checked = await run("check", at("volumes-zeroed", "data"));
    expect([checked.code, flowing(checked).includes("WARNING volumes-empty"), flowing(checked).includes(told)]).toEqual(
      [0, true, true],
    );
  });

  it("are told by score, its report and its record", async () => {
    const scored = await score("volumes-zeroed");
    expect(flowing(scored)).toContain(told);
    expect(readFileSync(join(scored.output, "report.html"), "utf8")).toContain(told);
    const record = JSON.parse(readFileSync(join(scored.output, "sub-01/func/sub-01_scores.json"), "utf8")) as {
      Quality: object;
    };
    expect(record.Quality).toMatchObject({ nVolumesEmpty: 32 });
  });
});

describeWithShared("a volume that is n/a in every region", "cases/message-missing-volume", () => {
  // By hand: the first line names the columns, the second is volume 0.
  const told =
    "sub-01/func/sub-01_task-picnic_timeseries.tsv: responses must be finite, got n/a in all 3 targets in volume 10 (line 12), counted from 0. Have censored volumes interpolated, or drop them at an end with --trim-start or --trim-end, or exclude the run.";

  it("is named by check and by score", async () => {
    const data = at("message-missing-volume", "data");
    const checked = await run("check", data);
    expect([checked.code, flowing(checked).includes(told)]).toEqual([1, true]);
    const scored = await run("score", data, join(folder, "out"), "--distances", "none", "--folds", "4");
    expect([scored.code, flowing(scored).includes(told)]).toEqual([1, true]);
  });
});

describeWithShared("participants whose files are copies", "cases/participants-identical", () => {
  const data = at("participants-identical", "data");
  const file = (sub: number, task: string) => `sub-0${sub}_task-${task}_timeseries.tsv`;

  // By hand: the files of the three participants are the same, byte for byte, and so are the two transcripts.
  it("are told by check and by score, and by its report", async () => {
    const output = join(folder, "out");
    const checked = await run("check", data);
    const scored = await run("score", data, output, "--distances", "none", "--folds", "4");
    expect([checked.code, scored.code]).toEqual([0, 0]);
    const copies = ["market", "picnic"].map((task) => {
      const path = (sub: number) => `sub-0${sub}/func/${file(sub, task)}`;
      return `${path(1)}: files must hold numbers of their own, got the same in ${path(2)}, ${path(3)}. Was one copied under another name?`;
    });
    const stories = "stories must have words of their own, got the same words at the same times for picnic.";
    for (const text of [flowing(checked), flowing(scored)])
      for (const told of [...copies, stories]) expect(text).toContain(told);
    // Paths may break at their signs.
    const report = readFileSync(join(output, "report.html"), "utf8").replace(/<wbr>|<\/?span[^>]*>/g, "");
    for (const told of [copies[0]!, stories]) expect(report).toContain(told);
  });
});

describeWithShared("a sidecar's key __proto__", "cases/sidecar-proto-key", () => {
  // By hand: the object that the key names is no part of the sidecar, which then holds nothing.
  it("lends no repetition time: check and score refuse alike", async () => {
    const data = at("sidecar-proto-key", "data");
    const told = "a sidecar must give RepetitionTime in seconds, got none for sub-01/func/";
    const checked = await run("check", data);
    const scored = await run("score", data, join(folder, "out"), "--distances", "none");
    for (const result of [checked, scored]) expect([result.code, flowing(result).includes(told)]).toEqual([1, true]);
  });
});

/** Three participants of two stories, scored in a moment. */
const small = () => at("participants-identical", "data");
const quick = ["--layer", "4", "--components", "5", "--delays", "2", "--folds", "2", "--distances", "none"];

describeWithShared("files of the user's own in the output folder", "cases/own-files-overwritten", () => {
  it("by hand: are named, and stand as they were; nothing is computed first", async () => {
    const mine = join(folder, "mine");
    const texts = { "report.html": "my work\n", "scores.json": '{"mine": 1}\n' };
    mkdirSync(mine);
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(mine, name), text);
    const cache = join(folder, "cache");
    const { code, stderr } = await run("score", small(), mine, ...quick, "--cache", cache);
    expect([code, stderr]).toEqual([
      1,
      `cortecast: <output>: files that cortecast did not write, or that were changed since, must not be replaced, got scores.json (not written by cortecast), report.html (not written by cortecast) in ${mine}. Move them away, or give another folder.\n`,
    ]);
    expect([readdirSync(mine).sort(), existsSync(cache)]).toEqual([Object.keys(texts), false]);
    for (const [name, text] of Object.entries(texts)) expect(readFileSync(join(mine, name), "utf8")).toBe(text);
  });
});

describeWithShared("a model that is replaced while score runs", "cases/replaced-during-run", () => {
  it("by hand: ends the study, and nothing of the other weights is kept under the first ones' fingerprint", async () => {
    const model = join(folder, "model");
    cpSync(join(import.meta.dirname, "../../models/storyteller-7m"), model, { recursive: true });
    const weights = join(model, "model.safetensors");
    const first = readFileSync(weights);
    const second = Buffer.from(first);
    // The sign of every 97th number, which has 2 bytes.
    for (let byte = 9 + Number(first.readBigUInt64LE(0)); byte < second.length; byte += 2 * 97) second[byte]! ^= 0x80;
    const put = (bytes: Uint8Array) => {
      writeFileSync(`${weights}.new`, bytes);
      renameSync(`${weights}.new`, weights);
    };
    const scoreOf = async (cache: string, onText: (text: string) => void = () => undefined) => {
      const output = mkdtempSync(join(folder, "out-"));
      const args = [small(), output, "--model", model, ...quick, "--cache", join(folder, cache)];
      const { code, stderr } = await runTold(onText, "score", ...args);
      if (code !== 0) return [code, stderr];
      const [, row] = readFileSync(join(output, "sub-01/func/sub-01_scores.tsv"), "utf8").split("\n");
      return [code, row];
    };
    const ofFirst = await scoreOf("first");
    put(second);
    const ofSecond = await scoreOf("second");
    expect([ofFirst[0], ofSecond[0]]).toEqual([0, 0]);
    expect(ofSecond[1]).not.toBe(ofFirst[1]);
    put(first);
    const meanwhile = await scoreOf("third", (text) => {
      if (text.includes("to compute")) put(second);
    });
    expect(meanwhile).toEqual([
      1,
      expect.stringContaining(
        `${weights}: the file must stay as it is while a study runs, got other bytes than at first`,
      ),
    ]);
    put(first);
    expect(await scoreOf("third")).toEqual(ofFirst);
  }, 300_000);
});

describeWithShared("links in the cache that lead back, or out of it", "cases/newest-node-links", () => {
  it("by hand: are not followed: score ends, and a file outside that looks abandoned stays", async () => {
    const cache = join(folder, "cache");
    mkdirSync(join(cache, "x"), { recursive: true });
    mkdirSync(join(folder, "outside"));
    symlinkSync("..", join(cache, "x/up"));
    symlinkSync("../..", join(cache, "x/root"));
    symlinkSync("../../outside", join(cache, "x/link"));
    const theirs = join(folder, "outside/mine.AnyHost-1-0123abcd.partial");
    const ours = join(cache, "x/ours.AnyHost-1-0123abcd.partial");
    for (const path of [theirs, ours]) {
      writeFileSync(path, "x");
      utimesSync(path, new Date(0), new Date(0));
    }
    const { code } = await run("score", small(), join(folder, "out"), ...quick, "--cache", cache);
    // What lies in the folder itself and looks the same is removed: it was looked at.
    expect([code, existsSync(theirs), existsSync(ours)]).toEqual([0, true, false]);
  });
});

describeWithShared("responses of mean 2e7", "cases/bids-volumes-discarded", () => {
  // Agreement: a correlation does not know the mean; at 2e7 single precision has steps of 2, and the deviations are 1.
  it("score as they do without the mean", async () => {
    const name = "bids-volumes-discarded";
    const { scores } = await score(name);
    const data = join(folder, "data");
    cpSync(at(name, "data"), data, { recursive: true });
    const path = join(data, "derivatives/xcp_d/sub-01/func/sub-01_task-picnic_seg-Toy_stat-mean_timeseries.tsv");
    const lines = readFileSync(path, "utf8").trim().split("\n");
    const shifted = lines.slice(1).map((line) =>
      line
        .split("\t")
        .map((cell) => (2e7 + Number(cell)).toFixed(4))
        .join("\t"),
    );
    writeFileSync(path, `${[lines[0], ...shifted].join("\n")}\n`);
    const far = (await score(name, data)).scores;
    for (const region of ["A", "B"]) expect(far[region]).toBeCloseTo(scores[region]!, 5);
  });
});
