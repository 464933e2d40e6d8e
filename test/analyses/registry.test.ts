import { describe, expect, test } from "vitest";
import type { Analysis } from "../../src/analyses/analysis.ts";
import {
  type AnalysisName,
  analyses,
  analysisDescriptions,
  analysisNames,
  groupDescriptions,
  isPeak,
  modelsOf,
  peaks,
  planScores,
  unmaskedName,
} from "../../src/analyses/registry.ts";

const scope = { layers: [4, 8], mainLayer: 8, distances: [0, 8], width: 7, seed: 3 };
const ask = (names: readonly AnalysisName[]) => names.map((name) => ({ name, settings: {} }));
const told = (names: readonly AnalysisName[], more: Partial<typeof scope> = {}) =>
  planScores(ask(names), { ...scope, ...more }).map(
    ({ analysis, layer, distance }) => `${analysis} ${layer} ${distance}`,
  );

describe("the scores that analyses ask for", () => {
  test("by hand: layer by layer, each with its peak over distances; then controls; then the peak over layers", () => {
    expect(told(["brainScore", "forecastScore", "brainScoreWordRate", "forecastScoreRandomWindow"])).toEqual([
      "brainScore 4 n/a",
      "forecastScore 4 0",
      "forecastScore 4 8",
      "forecastDistance 4 n/a",
      "brainScore 8 n/a",
      "forecastScore 8 0",
      "forecastScore 8 8",
      "forecastDistance 8 n/a",
      "brainScoreWordRate n/a n/a",
      "forecastScoreRandomWindow 8 8",
      "forecastDepth n/a 8",
    ]);
  });

  test("by hand: a peak needs two places: none over one distance, or where distance 8 was not asked for", () => {
    expect(told(["forecastScore"], { distances: [8] }).filter((name) => name.includes("Distance"))).toEqual([]);
    expect(told(["forecastScore"], { distances: [0, 4] }).filter((name) => name.includes("Depth"))).toEqual([]);
    expect(told(["forecastScore"], { layers: [4] }).filter((name) => name.includes("Depth"))).toEqual([]);
  });

  test("by hand: without windows there are brain scores alone, and no random window", () => {
    const names = ["brainScore", "forecastScore", "forecastScoreRandomWindow"] as const;
    expect(told(names, { distances: [] })).toEqual(["brainScore 4 n/a", "brainScore 8 n/a"]);
  });

  test("identity: each encoding model is scored once, however many contrasts take it away", () => {
    const scores = planScores(ask(["brainScore", "forecastScore", "forecastScoreRandomWindow"]), scope);
    // Words of two layers, each with two windows; the main one's with random windows.
    expect(modelsOf(scores).length).toBe(2 * 3 + 1);
  });

  test("contract: the registry has every analysis under its own name, of letters and digits", () => {
    for (const [name, analysis] of Object.entries(analyses)) expect([name, analysis.name]).toEqual([name, name]);
    for (const { name } of [...Object.values(analyses), ...peaks]) expect(name).toMatch(/^[A-Za-z0-9]+$/);
    const scores = planScores(ask(analysisNames), scope);
    const names = new Set(scores.filter((score) => !isPeak(score)).map(({ analysis }) => analysis));
    expect([...names].sort()).toEqual(Object.keys(analyses).sort());
  });
});

describe("what the registry says of analyses", () => {
  const all: readonly Analysis[] = Object.values(analyses);

  test("contract: every name that files hold is described, in one sentence", () => {
    const named = [
      ...Object.keys(analyses),
      ...peaks.flatMap(({ name }) => [name, unmaskedName(name)]),
      ...all.flatMap(({ gains, shares = [] }) => [...gains, ...shares].map(({ name }) => name)),
      ...all.flatMap(({ shares = [] }) => shares.map(({ name }) => unmaskedName(name))),
    ];
    const described = { ...analysisDescriptions, ...groupDescriptions };
    expect(Object.keys(described).sort()).toEqual([...named].sort());
    for (const [name, text] of Object.entries(described))
      expect([name, text]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  test("contract: what is taken away in the group is an analysis of the registry", () => {
    for (const { gains, shares = [] } of all) {
      for (const { over } of [...gains, ...shares]) expect(Object.keys(analyses)).toContain(over);
    }
    for (const { of } of peaks) expect(Object.keys(analyses)).toContain(of);
  });

  test("contract: what stands beside another analysis, stands beside one with a section of its own", () => {
    for (const { beside } of all)
      if (beside)
        expect(all.find(({ name }) => name === beside.analysis)).toMatchObject({ sentence: expect.any(Function) });
    for (const { name, beside } of all.filter(({ sentence }) => !sentence))
      expect([name, beside?.as]).toEqual([name, "control"]);
  });

  test("contract: a gain over another analysis says what it is larger than", () => {
    for (const { name, distances, than } of all.flatMap(({ gains }) => gains))
      expect([name, than === undefined]).toEqual([name, distances !== undefined]);
  });

  test("contract: what tells a peak from one of noise is its analysis, or a gain of it", () => {
    for (const { of, tests } of peaks) {
      const known = [of, ...all.find(({ name }) => name === of)!.gains.map(({ name }) => name)];
      expect(known).toEqual(expect.arrayContaining([...tests]));
      expect(tests).not.toEqual([]);
    }
  });

  test("contract: what is shown goes into the middle of a sentence", () => {
    for (const { label, what, missing } of [...all, ...peaks].map(({ shown }) => shown))
      for (const text of [label, what, missing]) expect(text).toMatch(/^[a-z].*[^.]$/);
  });
});
