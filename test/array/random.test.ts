import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";

const draw = (seed: number | string, n: number) => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.uniform());
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** xoshiro128** from four words of state, by its published definition, in big integers that cannot overflow. */
function plainXoshiro(words: readonly bigint[]): () => bigint {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  let [s0, s1, s2, s3] = words as [bigint, bigint, bigint, bigint];
  return () => {
    const result = (rotate((s1 * 5n) & mask, 7n) * 9n) & mask;
    const t = (s1 << 9n) & mask;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11n);
    return result;
  };
}

/** splitmix32: a counter, mixed. */
function plainSplitmix(seed: bigint): () => bigint {
  const mask = 0xffffffffn;
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9n) & mask;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & mask;
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & mask;
    return z ^ (z >> 16n);
  };
}

describe("createRandom", () => {
  it("agreement: the stream is xoshiro128** as defined, 27 and 26 bits a number", () => {
    for (const seed of [0, 1, 2, 123_456_789, 2 ** 32 - 1]) {
      const mix = plainSplitmix(BigInt(seed));
      const next = plainXoshiro([mix(), mix(), mix(), mix()]);
      const expected = Array.from({ length: 200 }, () => {
        const high = next() >> 5n;
        return Number((high << 26n) | (next() >> 6n)) / 2 ** 53;
      });
      expect(draw(seed, 200)).toEqual(expected);
    }
  });

  it("identity: one seed gives one stream, others give others", () => {
    expect(draw("pieman", 50)).toEqual(draw("pieman", 50));
    const first = [0, 1, 2, 3, "0", "1", "pieman", "piemam", ""].map((seed) => draw(seed, 1)[0]);
    expect(new Set(first).size).toBe(first.length);
  });

  it("by hand: uniform numbers lie in [0, 1) with mean 1/2 and variance 1/12, one after the other unrelated", () => {
    const n = 100_000;
    const values = draw(7, n);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    // Five standard errors of each mean: the seed is fixed, and a sound stream passes with all but one seed in a million.
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    const squares = values.map((value) => (value - 1 / 2) ** 2);
    expect(Math.abs(mean(squares) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    const products = values.slice(1).map((value, i) => (value - 1 / 2) * (values[i]! - 1 / 2));
    expect(Math.abs(mean(products))).toBeLessThan((5 / 12) * Math.sqrt(1 / n));
  });

  it("by hand: normal numbers have the moments 0, 1, 0, 3 and pairs are unrelated", () => {
    const n = 100_000;
    const random = createRandom(8);
    const values = Array.from({ length: n }, () => random.normal());
    // Five standard errors: the k-th power of a standard normal has variance 1, 2, 15, 96.
    for (const [power, moment, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(mean(values.map((value) => value ** power)) - moment)).toBeLessThan(5 * Math.sqrt(variance / n));
    }
    // The method makes numbers in pairs.
    const products = Array.from({ length: n / 2 }, (_, i) => values[2 * i]! * values[2 * i + 1]!);
    expect(Math.abs(mean(products))).toBeLessThan(5 * Math.sqrt(2 / n));
  });

  it("by hand: whole numbers are equally frequent", () => {
    const n = 60_000;
    const random = createRandom("dice");
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) counts[random.integer(6)]!++;
    // Five standard errors of a count: sqrt(n p (1 - p)).
    for (const count of counts) expect(Math.abs(count - n / 6)).toBeLessThan(5 * Math.sqrt((n * 5) / 36));
    expect(createRandom(1).integer(1)).toBe(0);
  });
});
