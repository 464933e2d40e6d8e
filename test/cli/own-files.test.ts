import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-own-files-"));
const at = (...parts: string[]) => join(root, ...parts);
const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};
beforeAll(() => {
  write("story.csv", "I,i,0,0.5\nbegan,,,\nmy,my,1,1.5\n");
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ["simulate", ["simulate", at("set/sub-01"), "--participants", "1"], "sub-01"],
  ["activations", ["activations", at("story.csv"), at("set/stimuli/vectors")], "stimuli"],
  ["fetch", ["fetch", "model", "gpt2", at("set/code/gpt2"), "--base-url", "http://127.0.0.1:9"], "code"],
  ["demo", ["demo", at("set/sub-01/demo")], "sub-01"],
])("by hand: %s writes nothing among the data of a data set", async (_, argv, taken) => {
  write("set/dataset_description.json", "{}");
  const { code, stderr } = await run(...argv);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `the folder must not lie among the data of a data set, got one in ${taken}/ of ${at("set")} (`,
  );
  expect(existsSync(at("set", taken))).toBe(false);
});

// What score and report do is in test/study, fetch in test/cli/fetch.test.ts, transcript in its own.
describe("files of the user's own (by hand)", () => {
  test.each([
    ["simulate", ["simulate", at("simulated"), "--participants", "1"], "simulated/README", "<output>"],
    [
      "simulate",
      ["simulate", at("deep"), "--participants", "1"],
      "deep/sub-01/func/sub-01_task-lighthouse_events.tsv",
      "<output>",
    ],
    [
      "activations",
      ["activations", at("story.csv"), at("vectors")],
      "vectors/story_activations.safetensors",
      "<output>",
    ],
    ["demo, results", ["demo", at("demo")], "demo/results/report.html", "<output>"],
    ["demo, data", ["demo", at("demo2")], "demo2/data/participants.tsv", "[folder]"],
  ])("%s does not replace %s", async (_, argv, path, name) => {
    write(path, "mine");
    const { code, stderr } = await run(...argv);
    const [file] = path.split("/").slice(-1);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `cortecast: ${name}: files that cortecast did not write, or that were changed since, must not be replaced, got `,
    );
    expect(stderr).toContain(`${file} (not written by cortecast) in `);
    expect(readFileSync(at(path), "utf8")).toBe("mine");
    expect(existsSync(at(dirname(path), ".cortecast-files.json"))).toBe(false);
  });

  test("activations: its own files are written anew, those of other stories stay, one that was changed is told", async () => {
    write("other.csv", "so,so,0,0.5\n");
    for (const story of ["story", "other", "story"])
      expect((await run("activations", at(`${story}.csv`), at("ours"), "--layer", "0")).code).toBe(0);
    expect(existsSync(at("ours/other_activations.safetensors"))).toBe(true);
    writeFileSync(at("ours/story_activations.safetensors"), "mine");
    const { code, stderr } = await run("activations", at("story.csv"), at("ours"));
    expect([code, stderr]).toEqual([
      1,
      `cortecast: <output>: files that cortecast did not write, or that were changed since, must not be replaced, got story_activations.safetensors (changed since cortecast wrote it) in ${at("ours")}. Move them away, or give another folder.\n`,
    ]);
  });
});
