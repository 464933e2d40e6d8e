import { describe, expect, it } from "vitest";
import { prepareBrainScore } from "../../src/encoding/brain-score.ts";
import { openPrepared } from "../../src/encoding/prepared.ts";
import {
  designPath,
  hasDesign,
  loadDesign,
  loadShares,
  loadSingleDesign,
  writeDesign,
  writeShares,
} from "../../src/engine/design-file.ts";
import { FormatError, NotFoundError } from "../../src/errors.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { normalMatrix } from "../encoding/simulate.ts";

const cases = [
  ["leave-one-out", {}],
  ["inner folds", { choice: "inner-folds", nInnerFolds: 3 }],
  ["more columns than volumes", { components: "none", nDelays: 6 }],
  ["no intercept, other penalties", { intercept: false, alphas: [1, 10, 100] }],
] as const;

const prepare = async (more: object) => {
  const options = { storyLengths: [40, 30], components: 4, nDelays: 3, ...more };
  return openPrepared(await prepareBrainScore(normalMatrix(70, 12, "features"), options), "test");
};

describe("designs that are kept", () => {
  it.each(cases)("%s: come back bit for bit (identity)", async (_, more) => {
    const { folds, ridge } = await prepare(more);
    const store = memoryStore();
    for (const { fold, design } of folds) {
      const path = designPath("key", fold.index);
      await writeDesign(store, path, "key", design, ridge);
      expect(await loadDesign(store, path, "key")).toEqual(await design.exact());
      // Nothing is used that lacks its shares.
      expect(await hasDesign(store, path, ridge)).toBe(false);
      await writeShares(store, path, "key", [0.5]);
      expect(await hasDesign(store, path, ridge)).toBe(true);
    }
    expect((await store.list("key")).map(({ name }) => name)).toEqual(
      [1, 2, 3, 4, 5].flatMap((fold) =>
        ["design", "design-single", "design-variance"].map((end) => `fold-${fold}.${end}`),
      ),
    );
  });

  it.each(cases)("%s: in single precision they are those in memory, bit for bit (identity)", async (_, more) => {
    const { folds, ridge } = await prepare(more);
    const store = memoryStore();
    const { fold, design } = folds[1]!;
    const path = designPath("key", fold.index);
    await writeDesign(store, path, "key", design, ridge);
    const { exact, ...loaded } = await loadSingleDesign(store, path, "key");
    const { exact: made, ...expected } = design;
    expect(loaded).toEqual(expected);
    expect(await exact()).toEqual(await made());
  });

  it("shares of variance come back bit for bit (identity)", async () => {
    const store = memoryStore();
    const path = designPath("key", 0);
    await expect(loadShares(store, path, "key")).rejects.toThrow(NotFoundError);
    const shares = [0.1 + 0.2, undefined, 1];
    await writeShares(store, path, "key", shares);
    expect(await loadShares(store, path, "key")).toEqual(shares);
    await expect(loadShares(store, path, "other")).rejects.toThrow(FormatError);
  });

  it("a file in the place of another fold's is refused (contract)", async () => {
    const { folds, ridge } = await prepare({});
    const store = memoryStore();
    for (const [fold, { design }] of folds.entries())
      await writeDesign(store, designPath("key", fold), "key", design, ridge);
    const [from, to] = [designPath("key", 2), designPath("key", 3)];
    for (const end of ["", "-single"]) await store.write(`${to}${end}`, await store.read(`${from}${end}`));
    await expect(loadDesign(store, to, "key")).rejects.toThrow("got that of another key (key fold-3.design)");
    await expect(loadSingleDesign(store, to, "key")).rejects.toThrow(FormatError);
  });

  it("for double precision nothing is kept in single, and what was kept for it does not do for single (contract)", async () => {
    const { folds, ridge } = await prepare({ precision: "float64" });
    const store = memoryStore();
    const path = designPath("key", 0);
    await writeDesign(store, path, "key", folds[0]!.design, ridge);
    await writeShares(store, path, "key", [0.5]);
    expect(await hasDesign(store, path, ridge)).toBe(true);
    expect(await hasDesign(store, path, { ...ridge, precision: "float32" })).toBe(false);
    await expect(loadSingleDesign(store, path, "key")).rejects.toThrow(NotFoundError);
  });
});
