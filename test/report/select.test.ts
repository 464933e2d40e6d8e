import { describe, expect, test } from "vitest";
import { OptionError, ShapeError } from "../../src/errors.ts";
import { loadFolds, loadMean } from "../../src/report/load-scores.ts";
import { type AnalysisScores, memoryScores, type SubjectScores } from "../../src/report/result.ts";
import { checkSubjects, listDistances, listLayers, mainLayer } from "../../src/report/select.ts";
import { syntheticStudy } from "./synthetic.ts";

const scores: AnalysisScores = {
  analysis: "brainScore",
  layer: 8,
  distance: "n/a",
  mean: Float64Array.of(0.1, 0.2),
  folds: undefined,
};
const brainScore = memoryScores(scores);
const subject: SubjectScores = {
  participant: "sub-01",
  stories: ["alice"],
  nVolumes: 10,
  targets: [
    { name: "STG", hemi: "n/a" },
    { name: "IFG", hemi: "n/a" },
  ],
  space: { kind: "region" },
  analyses: [brainScore],
  quality: {},
};

test("checkSubjects takes every label that names are read with: other alphabets, + (by hand)", () => {
  const named = (participant: string) => ({ ...subject, participant });
  expect(() => checkSubjects(["sub-01", "sub-a+b", "sub-Zo\u00eb"].map(named))).not.toThrow();
});

describe("checkSubjects refuses what cannot be put side by side", () => {
  const other = { ...subject, participant: "sub-02" };
  test.each<[string, readonly SubjectScores[], typeof OptionError | typeof ShapeError, string]>([
    ["nobody", [], OptionError, "participants: there must be at least one, got none"],
    ["one twice", [subject, subject], OptionError, 'participants must be named once each, got "sub-01" twice'],
    [
      "a path as a name",
      [{ ...subject, participant: "sub-../x" }],
      OptionError,
      'participant must be "sub-" and letters or digits, got "sub-../x"',
    ],
    [
      "other targets",
      [subject, { ...other, targets: [subject.targets[1]!, subject.targets[0]!] }],
      ShapeError,
      "participants must have the same targets in the same order (2, as sub-01 has), got 2 that differ (sub-02)",
    ],
    [
      "a space that cannot stand in a file name",
      [{ ...subject, space: { kind: "surface", space: "fs/5", nVertices: [1, 1] } }],
      OptionError,
      'space must be letters or digits, got "fs/5" (sub-01)',
    ],
    [
      "vertices that do not add up",
      [{ ...subject, space: { kind: "surface", space: "fs", nVertices: [1, 2] } }],
      ShapeError,
      "targets must be the vertices of both hemispheres (1 + 2), got 2 (sub-01)",
    ],
    [
      "an analysis with a dash",
      [{ ...subject, analyses: [{ ...brainScore, analysis: "brain-score" }] }],
      OptionError,
      'analysis must be letters and digits, got "brain-score" (sub-01',
    ],
    [
      "half a layer",
      [{ ...subject, analyses: [{ ...brainScore, layer: 1.5 }] }],
      OptionError,
      'layer must be a whole number from 0 or "n/a", got 1.5 (sub-01',
    ],
    [
      "a distance that is not a number",
      [{ ...subject, analyses: [{ ...brainScore, distance: Number.NaN }] }],
      OptionError,
      'distance must be a whole number or "n/a", got NaN (sub-01',
    ],
    [
      "an analysis given twice",
      [{ ...subject, analyses: [brainScore, brainScore] }],
      OptionError,
      "analyses must be given once each, got one twice (sub-01, analysis brainScore, layer 8, distance n/a)",
    ],
  ])("%s", (_, subjects, kind, message) => {
    expect(() => checkSubjects(subjects)).toThrow(kind);
    expect(() => checkSubjects(subjects)).toThrow(message);
  });
});

test("scores are refused when they are loaded, where they are not one a target", async () => {
  const few = memoryScores({ ...scores, mean: Float64Array.of(0.1) });
  const where = "(sub-01, analysis brainScore, layer 8, distance n/a). Score the same targets.";
  await expect(loadMean(subject, few)).rejects.toThrow(
    new ShapeError(`scores must be one a target (2), got 1 ${where}`),
  );
  const folds = memoryScores({ ...scores, folds: { data: new Float64Array(3), nRows: 1, nColumns: 3 } });
  await expect(loadFolds(subject, folds)).rejects.toThrow(
    new ShapeError(`scores must be one a target (2), got 3 columns of folds ${where}`),
  );
});

describe("what was run, by hand", () => {
  const study = syntheticStudy({ nSubjects: 2, layers: [0, 4, 8, 12], distances: [8, -2] });

  test("layers and distances ascend", () => {
    expect(listLayers(study.subjects, "brainScore")).toEqual([0, 4, 8, 12]);
    expect(listDistances(study.subjects, "forecastScore", 8)).toEqual([-2, 8]);
    expect(listDistances(study.subjects, "forecastScore", 4)).toEqual([]);
  });

  test("a report leads with the layer nearest to two thirds of the depth, the lower of two, or the one asked for", () => {
    expect(mainLayer(study, "brainScore")).toBe(8);
    // Two thirds of 6 are 4: layers 2 and 6 are equally near.
    expect(
      mainLayer(
        {
          ...syntheticStudy({ nSubjects: 1, layers: [2, 6], hasControls: false, distances: [] }),
          subjects: [withLayers([2, 6])],
        },
        "brainScore",
      ),
    ).toBe(2);
    // Of a model of 18 layers, two thirds are 12, whatever is scored.
    expect(mainLayer({ ...study, nLayers: 18 }, "brainScore")).toBe(12);
    expect(mainLayer({ ...study, mainLayer: 12 }, "brainScore")).toBe(12);
    // The forecast was run at layer 8 alone.
    expect(mainLayer({ ...study, mainLayer: 12 }, "forecastScore")).toBe(8);
    expect(mainLayer(study, "noiseCeiling")).toBeUndefined();
  });
});

function withLayers(layers: readonly number[]): SubjectScores {
  return { ...subject, analyses: layers.map((layer) => ({ ...brainScore, layer })) };
}
