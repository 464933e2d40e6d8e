import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { countEmpty, describeEmpty, nothingRecorded, seriesContent } from "../../src/responses/series-content.ts";
import { namesAlike, seriesDigest } from "../../src/responses/series-digest.ts";

const nothing = { notFinite: [], zero: [], constant: [], repeated: [] };
const rows = (...values: readonly (readonly number[])[]) => Matrix.fromRows(values);
/** Numbers of which no two are equal, [nVolumes x nTargets]. */
const random = (nVolumes: number, nTargets: number, seed = "a") => {
  const stream = createRandom(seed);
  const next = () => stream.uniform();
  return Matrix.of(
    Float64Array.from({ length: nVolumes * nTargets }, () => next()),
    nVolumes,
    nTargets,
  );
};

describe("seriesContent (by hand)", () => {
  it.each<[string, Matrix, object]>([
    ["zeros in every target that varies", rows([1, 2, 9], [0, 0, 9], [3, 5, 9], [0, 0, 9]), { zero: [1, 3] }],
    ["one value in all targets that vary", rows([1, 2, 9], [7, 7, 9], [3, 5, 9]), { constant: [1] }],
    ["the volume before", rows([1, 2], [1, 2], [3, 5], [1, 2]), { repeated: [1] }],
    ["no finite value", rows([1, 2], [Number.NaN, Number.NaN], [3, Number.NaN]), { notFinite: [1] }],
    ["a single zero of a single target is chance", rows([1], [0], [2], [0], [3]), {}],
    ["three of them are none", rows([1], [0], [2], [0], [3], [0]), { zero: [1, 3, 5] }],
    ["a single target has no value in common with others", rows([1], [2], [2], [3]), {}],
    ["nothing varies", rows([0, 5], [0, 5]), {}],
  ])("%s", (_, bold, found) => {
    expect(seriesContent(bold).volumes).toEqual({ ...nothing, ...found });
    expect(seriesContent(Matrix.of(Float32Array.from(bold.data), bold.nRows, bold.nColumns)).volumes).toEqual({
      ...nothing,
      ...found,
    });
  });

  it("finds a volume that is repeated anywhere where there are many targets", () => {
    const bold = random(20, 100);
    bold.data.copyWithin(17 * 100, 3 * 100, 4 * 100);
    expect(seriesContent(bold, 5).volumes).toEqual({ ...nothing, repeated: [22] });
    // Equal in the first 64 targets alone.
    bold.data[18 * 100 - 1]! += 1;
    expect(seriesContent(bold).volumes).toEqual(nothing);
  });

  it("counts targets as constant or as not finite", () => {
    const { isConstant, isNotFinite } = seriesContent(
      rows([1, 5, Number.NaN, Number.POSITIVE_INFINITY], [2, 5, 1, Number.POSITIVE_INFINITY]),
    );
    expect([[...isConstant], [...isNotFinite]]).toEqual([
      [0, 1, 0, 0],
      [0, 0, 1, 1],
    ]);
  });

  it("says what it found", () => {
    const { volumes } = seriesContent(rows([1, 2], [0, 0], [0, 0], [5, 5], [3, 4], [3, 4]));
    expect(describeEmpty(volumes)).toBe(
      "2 volumes are 0 in every target (1, 2); volume 3 is of one value in all targets; volume 5 is the same as another before, number for number",
    );
    expect(countEmpty(volumes)).toBe(4);
    expect(describeEmpty(seriesContent(rows([1, 2], [2, 3])).volumes)).toBeUndefined();
  });

  it("says why nothing can be scored, and in which volumes", () => {
    const gap = [Number.NaN, Number.NaN];
    const last =
      "Have censored volumes interpolated, or drop them at an end with `trimStart` or `trimEnd`, or exclude the run";
    expect(nothingRecorded(seriesContent(rows([1, 2], gap, [3, 4], gap)), true)).toBe(
      `responses must be finite, got n/a in all 2 targets in volumes 1 (line 3), 3 (line 5), counted from 0. ${last}`,
    );
    expect(nothingRecorded(seriesContent(rows([1, 2], gap, [3, 4])), false)).toBe(
      `responses must be finite, got NaN in all 2 targets in volume 1, counted from 0. ${last}`,
    );
    expect(nothingRecorded(seriesContent(rows([1, 2], [1, 2])), true)).toMatch(/^responses must vary, got 2 targets/);
    expect(nothingRecorded(seriesContent(rows([1, 2], [1, 3])), true)).toBeUndefined();
  });
});

describe("seriesDigest (by hand)", () => {
  it("is equal for files with the same numbers, whatever lies beside them, and for no others", () => {
    const one = random(10, 3);
    const other = random(10, 3, "b");
    const beside = Matrix.of(
      Float64Array.from({ length: 60 }, (_, i) => {
        const [t, v] = [Math.floor(i / 6), i % 6];
        return v < 3 ? other.data[t * 3 + v]! : one.data[t * 3 + v - 3]!;
      }),
      10,
      6,
    );
    const [digest] = seriesDigest(one, [3]).files;
    expect(seriesDigest(beside, [3, 3]).files[1]).toBe(digest);
    expect(seriesDigest(beside, [3, 3]).files[0]).toBe(seriesDigest(other, [3]).files[0]);
    for (const place of [0, 7, 29]) {
      const changed = Matrix.of(one.data.slice(), 10, 3);
      changed.data[place]! += 1e-15;
      expect(seriesDigest(changed, [3]).files[0]).not.toBe(digest);
    }
    // The same numbers in another order of targets, or of volumes.
    expect(seriesDigest(Matrix.of(one.data.slice(), 3, 10), [10]).files[0]).not.toBe(digest);
    expect(seriesDigest(Matrix.of(one.data.toReversed(), 10, 3), [3]).files[0]).not.toBe(digest);
  });

  it("finds targets that are equal, but for constant ones", () => {
    const bold = rows([1, 0, 1, 4, 0], [2, 0, 2, 5, 0], [3, 0, 3, 5, 0]);
    expect(seriesDigest(bold, [5])).toMatchObject({ twins: [[0, 2]], nTwins: 1 });
    expect(seriesDigest(rows([0, 5], [0, 5]), [1, 1]).files).toEqual(["", ""]);
  });

  it("has no two equal among 20,000 targets whose values differ in single digits (recovery)", () => {
    const nTargets = 20_000;
    const stream = createRandom("digits");
    const next = () => stream.uniform();
    const data = Float32Array.from({ length: 4 * nTargets }, () => Math.floor(next() * 10));
    const bold = Matrix.of(data, 4, nTargets);
    const distinct = new Set(
      Array.from({ length: nTargets }, (_, v) => [0, 1, 2, 3].map((t) => data[t * nTargets + v]).join()),
    );
    const constant = [...distinct].filter((text) => new Set(text.split(",")).size === 1).length;
    const nConstant = Array.from({ length: nTargets }, (_, v) => v).filter((v) =>
      [1, 2, 3].every((t) => data[t * nTargets + v] === data[v]),
    ).length;
    expect(seriesDigest(bold, [nTargets]).nTwins).toBe(nTargets - nConstant - (distinct.size - constant));
  });

  it("groups names by digest", () => {
    const item = (name: string, digest: string) => ({ name, digest });
    const items = [item("a", "1"), item("b", "2"), item("c", "1"), item("a", "1"), item("d", ""), item("e", "")];
    expect(namesAlike(items)).toEqual([["a", "c"]]);
    expect(namesAlike([item("a", "1"), item("a", "1")])).toEqual([]);
  });
});
