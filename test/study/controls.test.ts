import { afterAll, beforeAll, expect, test } from "vitest";
import { studyFindings } from "../../src/report/findings.ts";
import { htmlReport } from "../../src/report/html.ts";
import { listLayers } from "../../src/report/select.ts";
import type { StudyRun } from "../../src/study/run.ts";
import { createTinyStudy, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
let run: StudyRun;
beforeAll(async () => {
  study = await createTinyStudy();
  run = await study.run({ layer: "0,1,2", controls: "word-rate,random-weights,random-window" });
});
afterAll(() => study.remove());

test("by hand: of layers 0, 1 and 2 of a model of 2 the one nearest to two thirds of 2 is shown, and has all three controls", async () => {
  const { subjects } = run.result;
  expect(listLayers(subjects, "brainScore")).toEqual([0, 1, 2]);
  expect(listLayers(subjects, "brainScoreRandomWeights")).toEqual([1]);
  expect(listLayers(subjects, "forecastScoreRandomWindow")).toEqual([1]);
  const [brain, forecast] = (await studyFindings(run.result)).scores;
  expect(brain).toMatchObject({ analysis: { name: "brainScore" }, layer: 1 });
  expect(brain!.beside.map(({ analysis, at }) => [analysis.shown.label, at!.layer])).toEqual([
    ["word rate", "n/a"],
    ["random weights", 1],
  ]);
  expect(brain!.gains.map(({ over, scores }) => [over.shown.label, scores.layer])).toEqual([
    ["word rate", 1],
    ["random weights", 1],
  ]);
  expect(forecast).toMatchObject({ analysis: { name: "forecastScore" }, layer: 1, at: { distance: 8 } });
  expect(forecast!.gains.map(({ over }) => over.shown.label)).toEqual(["random window"]);
  expect(forecast!.beside.map(({ curve }) => curve.filter((scores) => scores !== undefined).length)).toEqual([1]);
});

test("figures, lead and table have them", async () => {
  const page = await htmlReport(run.result);
  expect(page).toContain("control: random weights");
  expect(page).toContain("control: random window");
  expect(page).toMatch(/The controls give\u00a0?.*\(word rate\) and .*\(random weights\) there\./);
  expect(page).toContain("R − random weights");
  expect(page).toContain("F − random window");
});
