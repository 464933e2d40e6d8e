import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askedAnalyses } from "../../src/study/asked-analyses.ts";
import { checkOptions } from "../../src/study/options.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

const asked = (more: object) => askedAnalyses(checkOptions({ dataset: "data", output: "out", ...more }));

test("by hand: what is named, or what is usual, and the controls; each once, in the order of the registry", () => {
  expect(asked({})).toEqual(["brainScore", "forecastScore"]);
  expect(asked({ controls: "word-rate" })).toEqual(["brainScore", "forecastScore", "brainScoreWordRate"]);
  expect(asked({ analyses: "brainScoreWordRate,brainScore", controls: "word-rate" })).toEqual([
    "brainScore",
    "brainScoreWordRate",
  ]);
});

describe("a study of some analyses", () => {
  let study: TinyStudy;
  beforeAll(async () => {
    study = await createTinyStudy();
  });
  afterAll(() => study.remove());

  const told = async (more: Readonly<Record<string, string>>) => {
    const { result, nComputed } = await study.run(more);
    return { names: [...new Set(result.subjects[0]!.analyses.map(({ analysis }) => analysis))], nComputed, result };
  };

  test("identity: a control alone, then brain scores alone, then all: what was computed is not computed again", async () => {
    expect(await told({ analyses: "brainScoreWordRate" })).toMatchObject({
      names: ["brainScoreWordRate"],
      nComputed: 2,
    });
    expect(await told({ analyses: "brainScore" })).toMatchObject({ names: ["brainScore"], nComputed: 2 });
    // Of forecast scores the windows are new; of the word rate nothing is.
    const all = await told({ controls: "word-rate" });
    expect(all).toMatchObject({
      names: ["brainScore", "forecastScore", "forecastDistance", "brainScoreWordRate"],
      nComputed: 2,
    });
    expect(all.result.options).toMatchObject({ analyses: ["brainScore", "forecastScore", "brainScoreWordRate"] });
    const forecasts = await told({ analyses: "forecastScore" });
    expect(forecasts).toMatchObject({ names: ["forecastScore", "forecastDistance"], nComputed: 0 });
  });
});
