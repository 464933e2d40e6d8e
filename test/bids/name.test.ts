import { describe, expect, it } from "vitest";
import { entitiesWithin } from "../../src/bids/identity.ts";
import { formatBidsName, parseBidsName } from "../../src/bids/name.ts";

describe("parseBidsName", () => {
  // By hand, from names in use: Narratives, fMRIPrep, the BIDS specification.
  const names: readonly (readonly [string, Record<string, string>, string, string])[] = [
    ["sub-18/func/sub-18_task-alice_events.tsv", { sub: "18", task: "alice" }, "events", ".tsv"],
    [
      "sub-001_task-pieman_run-1_space-fsaverage6_hemi-L_desc-clean.func.gii",
      { sub: "001", task: "pieman", run: "1", space: "fsaverage6", hemi: "L", desc: "clean" },
      "",
      ".func.gii",
    ],
    ["sub-01_ses-2_task-x_bold.nii.gz", { sub: "01", ses: "2", task: "x" }, "bold", ".nii.gz"],
    ["task-rest_bold.json", { task: "rest" }, "bold", ".json"],
    ["bold.json", {}, "bold", ".json"],
  ];
  it.each(names)("takes %s apart (by hand)", (path, entities, suffix, extension) => {
    expect(parseBidsName(path)).toEqual({ entities, suffix, extension });
  });

  it.each([
    ["dataset_description.json", "a part that is no pair"],
    ["README", "no extension"],
    [".bidsignore", "nothing before the dot"],
    ["sub-01_sub-02_bold.json", "a key twice"],
    ["sub-_bold.json", "an empty label"],
    ["sub-01_bold-.json", "an empty last label"],
    ["sub-01__bold.json", "an empty part"],
    ["sub-01_.json", "an empty suffix"],
    ["", "nothing"],
  ])("refuses %j: %s", (path) => {
    expect(parseBidsName(path)).toBeUndefined();
  });
});

describe("formatBidsName", () => {
  it("puts entities in the order of the specification, unknown ones before desc (by hand)", () => {
    const entities = {
      desc: "clean",
      layer: "8",
      space: "fsaverage6",
      hemi: "L",
      run: "1",
      task: "pieman",
      sub: "001",
    };
    expect(formatBidsName({ entities, suffix: "bold", extension: ".func.gii" })).toBe(
      "sub-001_task-pieman_run-1_hemi-L_space-fsaverage6_layer-8_desc-clean_bold.func.gii",
    );
  });

  it("undoes parseBidsName where the order is the specification's (identity)", () => {
    for (const name of ["sub-18_task-alice_atlas-brennan6mm_timeseries.tsv", "sub-1_ses-2_run-3_desc-x.func.gii"]) {
      expect(formatBidsName(parseBidsName(name)!)).toBe(name);
    }
  });
});

describe("entitiesWithin", () => {
  it("asks that every entity is there with its label (by hand)", () => {
    expect(entitiesWithin({}, { sub: "1" })).toBe(true);
    expect(entitiesWithin({ sub: "1" }, { sub: "1", task: "x" })).toBe(true);
    expect(entitiesWithin({ sub: "2" }, { sub: "1", task: "x" })).toBe(false);
    expect(entitiesWithin({ ses: "2" }, { sub: "1" })).toBe(false);
  });
});
