import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { createTinyStudy, type TinyStudy } from "../study/tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy({ nSubjects: 3 });
});
afterAll(() => study.remove());

/** The last share (per cent) that was printed of each label, in a run whose clock moves on by `step` ms at every look. */
async function lastShares(argv: readonly string[], { isTTY, step }: { isTTY: boolean; step: number }) {
  let stderr = "";
  let time = 1000;
  const streams = {
    stdout: { write: () => undefined },
    stderr: { write: (text: string) => (stderr += text), isTTY, columns: 300 },
    environment: { TERM: "xterm" },
    now: () => (time += step),
  };
  const settings = { signal: new AbortController().signal, date: () => new Date(0), version: "0.0.0" };
  const code = await runCommandLine([...argv], streams, settings);
  expect([code, stderr.includes("error")]).toEqual([0, false]);
  const shares = new Map<string, number>();
  for (const line of stderr.replaceAll("\r\u001b[K", "\n").split("\n")) {
    const [, label, share] = /^(.*?) [█░]+ +(\d+) %/.exec(line) ?? [];
    if (label !== undefined) shares.set(label, Number(share));
  }
  return shares;
}

const all = ["scores, layer 1", "designs, layer 1", "collecting scores", "statistics over participants"];
const mapped = [...all, "scores, word rate", "files of participants", "maps over participants", "maps of the report"];

// By hand: work that came to its end is at 100 %, whether a bar was due then or not.
test.each([
  ["on a pipe, every progress", { isTTY: false, step: 15_000 }, mapped],
  ["on a pipe, some of the progress", { isTTY: false, step: 1500 }, []],
  ["on a terminal, every progress", { isTTY: true, step: 150 }, mapped],
  ["on a terminal, few of the progress", { isTTY: true, step: 7 }, mapped],
])("score ends every label at 100 %: %s", async (name, clock, labels) => {
  const [surfaces, regions] = ["midthickness.surf", "atlas-phantom_dseg.label"].map((what) =>
    ["L", "R"].map((hemi) => study.at(`data/atlas/tpl-phantom_hemi-${hemi}_${what}.gii`)).join(),
  );
  const output = study.at(name.replace(/\W+/g, "-"));
  const flags = ["--layer", "1", "--distances", "0,8", "--components", "3", "--controls", "word-rate", "--folds", "3"];
  const argv = ["score", study.at("data"), output, "--model", study.at("model"), ...flags, "--threads", "2"];
  const shares = await lastShares([...argv, "--surfaces", surfaces!, "--regions", regions!], clock);
  expect([...shares.keys()]).toEqual(expect.arrayContaining(labels));
  expect(shares.size).toBeGreaterThan(2);
  expect([...shares].filter(([, share]) => share !== 100)).toEqual([]);
});

test("report, simulate and activations end every label at 100 %", async () => {
  const clock = { isTTY: true, step: 150 };
  const output = study.at("for-report");
  await study.run({ output });
  const model = ["--model", study.at("model")];
  const data = ["--participants", "2", "--vertices", "42"];
  for (const argv of [
    ["report", output],
    ["simulate", study.at("simulated"), ...data, ...model],
    ["activations", study.at("data"), study.at("activations"), ...model],
  ]) {
    const shares = await lastShares(argv, clock);
    expect(shares.size).toBeGreaterThan(0);
    expect([...shares].filter(([, share]) => share !== 100)).toEqual([]);
  }
});
