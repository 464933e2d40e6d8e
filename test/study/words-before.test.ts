import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { delayColumns } from "../../src/features/delays.ts";
import { encodingOptions } from "../../src/study/family-stimulus.ts";
import { scanOnsets, storyFeatures, storyWordRate, volumesBefore } from "../../src/study/features.ts";
import { checkOptions } from "../../src/study/options.ts";
import { stimulusOf } from "../../src/study/story-stimulus.ts";
import { normalMatrix } from "../encoding/simulate.ts";
import { createTinyStudy, readInputs, type TinyStudy, tinyOptions } from "./tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
});
afterAll(() => study.remove());

/** Delayed features of the first participant before they are centred, and how many volumes they have. */
async function delayedFeatures(more: Readonly<Record<string, unknown>>) {
  const folders = { dataset: study.at("data"), output: study.at("out"), model: study.at("model") };
  const options = checkOptions({ ...folders, ...tinyOptions, ...more });
  const { participants } = await readInputs(options);
  const stories = participants[0]!.stories.map(stimulusOf);
  const activationsOf = async () => normalMatrix(stories[0]!.words.length, 4, "activations");
  const encoding = encodingOptions(stories, options);
  return {
    firstOnset: Math.min(...scanOnsets(stories[0]!)),
    repetitionTime: stories[0]!.repetitionTime,
    before: stories.map((story) => volumesBefore(story, options)),
    activations: delayColumns(await storyFeatures(stories, activationsOf, options), encoding),
    wordRate: delayColumns(await storyWordRate(stories, options), encoding),
  };
}

/** Rows from `start` on. */
const rowsFrom = ({ data, nRows, nColumns }: Matrix, start: number) =>
  Matrix.of(Float64Array.from(data.subarray(start * nColumns)), nRows - start, nColumns);
const inDouble = (matrix: Matrix) => rowsFrom(matrix, 0);

describe("a study of which the first volumes are cut", () => {
  it.each([{}, { filing: "one-late" }, { downsample: "mean", firstDelay: "1" }])(
    "has in those that are kept the delayed features of the whole one (identity; %j)",
    async (more) => {
      const [whole, cut] = [await delayedFeatures(more), await delayedFeatures({ ...more, trimStart: "12" })];
      expect(whole.before).toEqual([0]);
      expect(cut.before[0]).toBeGreaterThanOrEqual(5);
      expect(inDouble(cut.activations)).toEqual(rowsFrom(whole.activations, 12));
      expect(inDouble(cut.wordRate)).toEqual(rowsFrom(whole.wordRate, 12));
    },
  );

  it("has silence or the mean there as it says where no words were before, and with `edge` zero (by hand)", async () => {
    const { firstOnset, repetitionTime } = await delayedFeatures({});
    expect(firstOnset).toBeGreaterThan(2 * repetitionTime);
    expect((await delayedFeatures({ trimStart: "2" })).before).toEqual([0]);
    expect((await delayedFeatures({ trimStart: "12", edge: "zero" })).before).toEqual([0]);
  });
});
