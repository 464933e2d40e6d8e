import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkOptions } from "../../src/study/options.ts";
import { runStudy } from "../../src/study/run.ts";
import { run } from "../cli/run.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
});
afterAll(() => study.remove());

const environment = { onProgress: () => {}, onNote: () => {}, date: () => new Date(0) };
const score = (output: string, more: Record<string, unknown>) =>
  runStudy(
    checkOptions({ dataset: study.at("data"), output: study.at(output), distances: "0,2", components: 3, ...more }),
    environment,
  );

describe("a folder of activations in place of a model", () => {
  it("identity: the activations that a model writes give the scores that the model gives", async () => {
    await score("by-model", { model: study.at("model"), layer: 1 });
    const written = await run("activations", study.at("data"), study.at("acts"), "--model", study.at("model"));
    expect(written.code).toBe(0);
    const { result, nComputed } = await score("by-folder", { activations: study.at("acts"), layer: 1 });
    expect(nComputed).toBe(2);
    expect(result.model).toBe("acts");
    const maps = ["brainScoreL1", "forecastScoreL1D2"].map(
      (label) => `sub-01/func/sub-01_hemi-L_space-phantom_desc-${label}_statmap.shape.gii`,
    );
    for (const map of maps) {
      expect(readFileSync(study.at("by-folder", map)).equals(readFileSync(study.at("by-model", map)))).toBe(true);
    }
    // A second run finds everything.
    expect((await score("by-folder", { activations: study.at("acts"), layer: 1 })).nComputed).toBe(0);
  });

  it("by default the layer nearest to two thirds of the deepest", async () => {
    const { result } = await score("default", { activations: study.at("acts") });
    expect(result.options["layer"]).toEqual([1]);
  });

  it.each([
    [{ layer: 9 }, "`layer`: layers must be among those of the folder acts (0, 1, 2), got 9."],
    [{ activations: "none" }, /^`activations`: the folder must exist/],
    [{ model: "m" }, /^`activations`: must be left out where a model is given \(m\), got ".*acts"\.$/],
    [
      { controls: "random-weights" },
      /^`controls`: must not hold "random-weights" where activations come from a folder/,
    ],
  ])("refuses %j", async (options, message) => {
    const error = await Promise.resolve()
      .then(() => score("refused", { activations: study.at("acts"), ...options }))
      .catch((e: unknown) => e);
    expect((error as Error).message).toMatch(message);
  });
});
