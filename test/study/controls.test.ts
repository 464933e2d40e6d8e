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
  const { brain, brainControls, forecast } = await studyFindings(run.result);
  expect(brain!.layer).toBe(1);
  expect(brainControls.map(({ name, scores, beyond }) => [name, scores.layer, beyond?.layer])).toEqual([
    ["word rate", "n/a", 1],
    ["random weights", 1, 1],
  ]);
  expect(forecast).toMatchObject({ layer: 1, tabled: 8 });
  expect(forecast!.beyondRandom).toBeDefined();
  expect(forecast!.control.filter((scores) => scores !== undefined)).toHaveLength(1);
});

test("figures, lead and table have them", async () => {
  const page = await htmlReport(run.result);
  expect(page).toContain("control: random weights");
  expect(page).toContain("control: random window");
  expect(page).toMatch(/The controls give\u00a0?.*\(word rate\) and .*\(random weights\) there\./);
  expect(page).toContain("R − random weights");
  expect(page).toContain("F − random window");
});
