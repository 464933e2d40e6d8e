import { afterAll, beforeAll, expect, test } from "vitest";
import { checkStudy } from "../../src/study/check-study.ts";
import { checkOptions } from "../../src/study/options.ts";
import { createTinyStudy, type TinyStudy, tinyOptions } from "./tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
}, 120_000);
afterAll(() => study.remove());

test("check says what score refuses: other options than those of participants whose results are there (agreement)", async () => {
  await study.run({ participants: "01" });
  const folders = { dataset: study.at("data"), output: study.at("out"), model: study.at("model") };
  const errorsOf = async (more: object) => {
    const options = checkOptions({ ...folders, ...tinyOptions, participants: "02", ...more });
    const { issues } = await checkStudy(options);
    return issues.filter(({ severity }) => severity === "error");
  };
  expect(await errorsOf({})).toEqual([]);
  const [error, ...more] = await errorsOf({ components: "2" });
  expect([error!.code, more]).toEqual(["output", []]);
  await expect(study.run({ participants: "02", components: "2" })).rejects.toThrow(error!.message);
}, 120_000);
