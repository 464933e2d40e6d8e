import { describe, expect, it } from "vitest";
import { prepareEncoding } from "../../src/encoding/brain-score.ts";
import { designPath, loadDesign, writeDesign } from "../../src/engine/design-file.ts";
import { memoryStore } from "../../src/sources/memory.ts";
import { normalMatrix } from "../encoding/simulate.ts";

describe("designs that are kept", () => {
  it.each([
    ["leave-one-out", {}],
    ["inner folds", { choice: "inner-folds", nInnerFolds: 3 }],
    ["more columns than volumes", { components: "none", nDelays: 6 }],
    ["no intercept, other penalties", { intercept: false, alphas: [1, 10, 100] }],
  ] as const)("%s: come back bit for bit (identity)", async (_, more) => {
    const options = { storyLengths: [40, 30], components: 4, nDelays: 3, ...more } as const;
    const { folds } = await prepareEncoding(normalMatrix(70, 12, "features"), options);
    const store = memoryStore();
    for (const { fold, design } of folds) {
      const path = designPath("folder", 3, fold.index);
      await writeDesign(store, path, "key", design);
      expect(await loadDesign(store, path, "key")).toEqual(design);
    }
    expect((await store.list("folder")).map(({ name }) => name)).toEqual(
      [1, 2, 3, 4, 5].map((fold) => `model-3_fold-${fold}.design`),
    );
  });
});
