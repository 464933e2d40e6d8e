import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ceilingOf, firstTargets, type StoryBold } from "./noise-ceiling.ts";

interface Fixture {
  readonly nTargets: number;
  readonly nComponents: number;
  readonly nFolds: number;
  readonly responses: readonly {
    readonly participant: string;
    readonly story: string;
    readonly nVolumes: number;
    readonly bold: string;
  }[];
  readonly expected: readonly {
    readonly participant: string;
    readonly nTargets: number;
    readonly ceiling: readonly (number | null)[];
    readonly kept: readonly number[];
  }[];
}

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/noise_ceiling.json"), "utf8")) as Fixture;
const responses = fixture.responses.map(({ participant, story, nVolumes, bold }): StoryBold => {
  const bytes = Buffer.from(bold, "base64");
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { participant, story, bold: Matrix.of(data, nVolumes, fixture.nTargets) };
});

describe("oracle: numpy and scikit-learn", () => {
  test.each(fixture.expected)(
    "$participant, $nTargets targets: means of others, a target that one lacks, a run that is longer, a story of two only",
    async ({ participant, nTargets, ceiling, kept }) => {
      const found = await ceilingOf(participant, firstTargets(responses, nTargets), {
        components: fixture.nComponents,
        nFolds: fixture.nFolds,
      });
      expect(ceiling.length).toBe(nTargets);
      // Predictions are in single precision.
      for (const [t, r] of ceiling.entries()) {
        if (r === null) expect(found.score[t]).toBeNaN();
        else expect(found.score[t]).toBeCloseTo(r, 5);
      }
      // Eigenvalues are found to 1e-11 of their own size.
      for (const [f, share] of kept.entries()) expect(Math.abs(found.kept[f]! / share - 1)).toBeLessThan(1e-10);
      expect(kept).toHaveLength(fixture.nFolds);
    },
  );
});

describe("phantom of known reliability", () => {
  // Of n participants with reliability p the mean of the others has reliability (n - 1) p / (1 + (n - 2) p), by Spearman and Brown; its
  // correlation with a participant's responses is the root of the product of both.
  test.each([
    [2, 0.5],
    [5, 0.5],
    [5, 0.2],
    [12, 0.8],
  ])("recovery: %i participants of reliability %d", async (n, reliability) => {
    const [nVolumes, nTargets] = [1500, 12];
    const random = createRandom(`noise ceiling ${n} ${reliability}`);
    const signal = Float64Array.from({ length: nVolumes * nTargets }, () => random.normal());
    const people = Array.from({ length: n }, (_, p): StoryBold => {
      const data = Float32Array.from(
        signal,
        (value) => Math.sqrt(reliability) * value + Math.sqrt(1 - reliability) * random.normal(),
      );
      return { participant: `sub-${p}`, story: "one", bold: Matrix.of(data, nVolumes, nTargets) };
    });
    const { score } = await ceilingOf("sub-1", people, { components: 20, nFolds: 5 });
    const mean = score.reduce((sum, r) => sum + r, 0) / nTargets;
    const ofMean = ((n - 1) * reliability) / (1 + (n - 2) * reliability);
    // The standard error of a mean over 12 targets of 1,500 volumes is .0075; twelve predictors where one is enough cost
    // some .01.
    expect(Math.abs(mean - Math.sqrt(reliability * ofMean))).toBeLessThan(0.03);
  });

  test("identity: responses that nobody shares have a ceiling of 0", async () => {
    const random = createRandom("nobody");
    const people = ["a", "b", "c"].map((participant): StoryBold => {
      const data = Float32Array.from({ length: 1000 * 8 }, () => random.normal());
      return { participant, story: "one", bold: Matrix.of(data, 1000, 8) };
    });
    const { score } = await ceilingOf("b", people, { components: 20, nFolds: 5 });
    // The standard error of a mean over 8 targets of 1,000 volumes is .011.
    expect(Math.abs(score.reduce((sum, r) => sum + r, 0) / 8)).toBeLessThan(0.04);
  });
});
