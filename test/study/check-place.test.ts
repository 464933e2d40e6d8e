import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkPlace } from "../../src/study/check-place.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cortecast-place-"));
  for (const folder of ["data/sub-18/func", "data/stimuli", "data/derivatives/fmriprep/sub-18", "plain/sub-1", "study"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "data/dataset_description.json"), "{}");
  writeFileSync(join(root, "study/dataset_description.json"), "{}");
  mkdirSync(join(root, "study/sourcedata/raw"), { recursive: true });
  writeFileSync(join(root, "study/sourcedata/raw/dataset_description.json"), "{}");
  symlinkSync(join(root, "data/sub-18"), join(root, "linked"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (path: string) => join(root, path);

describe("checkPlace", () => {
  // By hand: what BIDS says lies in each folder.
  test.each([
    ["a participant's folder", "data/sub-18", "sub-18"],
    ["a folder in it that is not there", "data/sub-18/a/b", "sub-18"],
    ["one of a participant that is not there", "data/sub-99", "sub-99"],
    ["a session", "data/ses-1/out", "ses-1"],
    ["stimuli, in other capitals", "data/Stimuli/out", "Stimuli"],
    ["code", "data/code/out", "code"],
    ["phenotype", "data/phenotype", "phenotype"],
    ["sourcedata", "data/sourcedata/out", "sourcedata"],
    ["a participant's folder of a derivative", "data/derivatives/fmriprep/sub-18", "derivatives/fmriprep/sub-18"],
    ["a participant's folder in derivatives/ itself", "data/derivatives/sub-18/out", "derivatives/sub-18"],
    ["a link that leads into one", "linked/out", "sub-18"],
  ])("refuses %s", async (_, path, taken) => {
    const refusal = `<output>: the folder must not lie among the data of a data set, got one in ${taken}/ of ${at("data")} (`;
    await expect(checkPlace(at(path), "<output>")).rejects.toMatchObject({ name: "OptionError" });
    await expect(checkPlace(at(path), "<output>")).rejects.toThrow(refusal);
  });

  test.each([
    ["derivatives/", "data/derivatives/results"],
    ["derivatives/ of a derivative", "data/derivatives/fmriprep/derivatives/results"],
    ["a folder that BIDS does not name", "data/results"],
    ["a folder beside the data set", "data-results/sub-18"],
    ["derivatives/ of a data set in the sourcedata/ of another", "study/sourcedata/raw/derivatives/results"],
  ])("accepts %s", async (_, path) => {
    await expect(checkPlace(at(path), "<output>")).resolves.toBeUndefined();
  });

  test("accepts sourcedata/ for what may be a data set of its own, and nothing else more (by hand)", async () => {
    await expect(checkPlace(at("study/sourcedata/new"), "<folder>", { sourcedata: true })).resolves.toBeUndefined();
    await expect(checkPlace(at("study/sub-1"), "<folder>", { sourcedata: true })).rejects.toThrow("got one in sub-1/");
  });

  test("knows data sets without a description by the options, and refuses them themselves (by hand)", async () => {
    await expect(checkPlace(at("plain/sub-1"), "<output>")).resolves.toBeUndefined();
    const datasets = [at("plain")];
    await expect(checkPlace(at("plain/sub-1"), "<output>", { datasets })).rejects.toThrow("got one in sub-1/ of");
    await expect(checkPlace(at("plain/."), "<output>", { datasets })).rejects.toThrow(
      "<output>: the folder must not be the data set",
    );
    await expect(checkPlace(at("plain/out"), "<output>", { datasets })).resolves.toBeUndefined();
  });
});
