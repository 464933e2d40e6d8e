import { describe, expect, it } from "vitest";
import type { Table } from "../../src/formats/tsv.ts";
import { chooseConfounds } from "../../src/responses/confound-strategies.ts";
import { confoundColumns } from "../../src/responses/confounds.ts";

const axes = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"];
/** A table as fMRIPrep lays it out: each axis followed by its derivative and their squares; values do not matter. */
const columns = [
  "csf",
  "csf_derivative1",
  "white_matter",
  "global_signal",
  "cosine00",
  "cosine01",
  "cosine_x",
  ...axes.flatMap((axis) => [axis, `${axis}_derivative1`, `${axis}_derivative1_power2`, `${axis}_power2`]),
  "motion_outlier00",
  "non_steady_state_outlier00",
];
const tableOf = (names: readonly string[], rows: Table["rows"] = []): Table => ({
  columns: names,
  rows,
  path: "c.tsv",
});
const choose = (names: readonly string[], more: readonly string[] = [], metadata = {}) =>
  chooseConfounds(tableOf([...columns, ...more]), names, metadata);

describe("chooseConfounds (by hand, from fMRIPrep's documentation)", () => {
  it.each([
    ["motion-6", axes],
    ["wm-csf", ["white_matter", "csf"]],
    ["global-signal", ["global_signal"]],
    ["cosine", ["cosine00", "cosine01"]],
    ["motion-outliers", ["motion_outlier00"]],
    ["non-steady-state", ["non_steady_state_outlier00"]],
    ["csf_derivative1", ["csf_derivative1"]],
  ])("%s", (name, expected) => {
    expect(choose([name]).columns).toEqual(expected);
  });

  it("motion-12 and motion-24 take each axis, its derivative, and their squares", () => {
    const twelve = choose(["motion-12"]);
    expect([...twelve.columns].sort()).toEqual(axes.flatMap((axis) => [axis, `${axis}_derivative1`]).sort());
    expect([...twelve.derivatives].sort()).toEqual(axes.map((axis) => `${axis}_derivative1`).sort());
    const all = columns.filter((column) => /^(trans|rot)_/.test(column)).sort();
    expect([...choose(["motion-24"]).columns].sort()).toEqual(all);
    expect(choose(["motion-24"]).derivatives.size).toBe(12);
  });

  it("each column once, in the order asked for; a column that is called like a strategy is the column", () => {
    expect(choose(["csf", "wm-csf"]).columns).toEqual(["csf", "white_matter"]);
    expect(choose(["cosine"], ["cosine"]).columns).toEqual(["cosine"]);
  });

  it("a strategy that finds no column is refused by name, but for outliers where they were looked for", () => {
    const without = (names: readonly string[], name: string) => () => chooseConfounds(tableOf(names), [name]);
    expect(without(["csf", "cosine_x"], "cosine")).toThrow(
      'c.tsv: the strategy "cosine" must find columns in the table, got none. Nearest: "cosine_x". Name the columns that there are, or take slow drift out with `drift: cosine`.',
    );
    expect(without(["motion_outliers", "csf"], "motion-outliers")).toThrow(
      'c.tsv: the strategy "motion-outliers" must find columns in the table, got none. Nearest: "motion_outliers". Name the columns that there are.',
    );
    expect(without(["framewise_displacement"], "motion-outliers")()).toMatchObject({
      columns: [],
      without: ["motion-outliers"],
    });
    expect(without(["global_signal"], "non-steady-state")()).toMatchObject({ without: ["non-steady-state"] });
    expect(without(["csf"], "non-steady-state")).toThrow(/must find columns in the table, got none/);
  });

  it("components of the combined mask, by the JSON or by the columns' names", () => {
    const old = ["a_comp_cor_00", "a_comp_cor_01", "a_comp_cor_02", "a_comp_cor_03"];
    const metadata = {
      a_comp_cor_00: { Mask: "CSF" },
      a_comp_cor_01: { Mask: "combined" },
      a_comp_cor_03: { Mask: "combined" },
    };
    expect(choose(["acompcor-2"], old, metadata).columns).toEqual(["a_comp_cor_01", "a_comp_cor_03"]);
    expect(choose(["acompcor-2"], [...old, "c_comp_cor_00"]).columns).toEqual(old.slice(0, 2));
    expect(() => choose(["acompcor-2"], old)).toThrow(
      "c.tsv: the table's JSON must say of which mask each component a_comp_cor_* is (Mask), got none that does. Put it beside the table, or name the columns",
    );
    expect(() => choose(["acompcor-3"], old, metadata)).toThrow(
      "c.tsv: acompcor-3 must find 3 components of the combined mask, got 2. Take fewer",
    );
    expect(() => choose(["acompcor-0"], old, metadata)).toThrow(
      'confounds: acompcor-<n> must take at least one component, got "acompcor-0".',
    );
  });

  it("refuses what is neither, and a strategy whose columns are not all there", () => {
    expect(() => choose(["motion-25"])).toThrow(/a strategy \(motion-6, .*\), got "motion-25"\. Nearest: "motion-24"/);
    expect(() => chooseConfounds(tableOf(["trans_x"]), ["motion-6"])).toThrow(
      'c.tsv: the columns that "motion-6" stands for must be in the table, got no "trans_y". Name the columns that there are, or take another strategy.',
    );
  });
});

describe("confoundColumns (by hand)", () => {
  const table = tableOf(
    ["rot_x", "rot_x_derivative1"],
    [
      ["1", "n/a"],
      ["3", "2"],
      ["4", "n/a"],
    ],
  );
  const strategy = { columns: ["rot_x_derivative1"], derivatives: new Set(["rot_x_derivative1"]), without: [] };

  it("the first value of a derivative that a strategy brought in is 0, and no other value", () => {
    expect([...confoundColumns(table, strategy, "error", 0, 2).data]).toEqual([0, 2, 0]);
    expect(() => confoundColumns(table, strategy, "median" as "mean")).toThrow(
      'loadResponse: missingConfounds must be "error", "zero" or "mean", got "median".',
    );
    expect(() => confoundColumns(table, strategy)).toThrow(
      /must have a value for every volume, got n\/a for 1 \(first: volume 2\)/,
    );
  });

  it("a derivative that is named by itself is held to have a value", () => {
    expect(() => confoundColumns(table, { ...strategy, derivatives: new Set() }, "error", 0, 2)).toThrow(
      /got n\/a for 1 \(first: volume 0\)/,
    );
  });
});
