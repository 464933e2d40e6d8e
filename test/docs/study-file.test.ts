import { describe, expect, it } from "vitest";
import { checkOptions, studyOptions } from "../../src/study/options.ts";
import { readStudyFile } from "../../src/study/study-file.ts";
import { codeBlocks, readDocument } from "./documents.ts";

const blocks = codeBlocks(readDocument("docs/study-file.md"));
const fileNamed = (path: string) => blocks.find((block) => block.path === path)!.text;
const read = (text: string, path: string) => readStudyFile(new TextEncoder().encode(text), { path });
const complete = fileNamed("study.yml");

describe("docs/study-file.md", () => {
  it.each(blocks.filter(({ language }) => language === "yaml").map(({ path, text }) => ({ path: path!, text })))(
    "$path is a study file",
    ({ path, text }) => {
      expect(() => read(text, path)).not.toThrow();
    },
  );

  it("the complete one shows every option once, and every default as it is (identity)", () => {
    const keys = [...complete.matchAll(/^(?:# )?(\w+):/gm)].map(([, key]) => key);
    expect(keys).toEqual(Object.keys(studyOptions));
    expect(read(complete, "study.yml")).toEqual(checkOptions({ dataset: "my-data", output: "results" }));
  });

  it("the examples in its comments are options as well, all at once but for activations, which stand in for a model", () => {
    const all = complete.replace(/^# (\w+:)/gm, "$1");
    expect(() => read(all.replace(/^activations:.*$/m, ""), "study.yml")).not.toThrow();
    expect(() => read(all.replace(/^model:.*$/m, "").replace(/^controls:.*$/m, ""), "study.yml")).not.toThrow();
  });

  it("the messages that it shows are the ones that come", () => {
    const wrong = ["dataset: a", "output: b", "", "", "", "", "folds: 1"].join("\n");
    expect(() => read(wrong, "study.yml")).toThrow("study.yml:7: folds: must be at least 2, got 1.");
    expect(() => read("dataset: a\noutput: b\nfold: 3", "study.yml")).toThrow('Nearest: "folds"');
    expect(() => read("dataset: a\noutput: b\nparticipants: [01]", "study.yml")).toThrow("study.yml:3: participants");
  });
});
