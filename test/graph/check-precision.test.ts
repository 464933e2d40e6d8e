import { afterEach, describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import {
  isSinglePrecision,
  N_SUMMANDS,
  N_VECTORS,
  productRounding,
  trialMatrices,
} from "../../src/graph/check-precision.ts";
import { setRuntimeEnvironment } from "../../src/graph/environment.ts";
import { multiply } from "../../src/graph/multiply.ts";

const { a, b } = trialMatrices();

/** The product, with its arguments rounded and added up one after the other in single precision. */
function product(round: (value: number) => number): Float32Array {
  const out = new Float32Array(N_VECTORS * N_VECTORS);
  for (let i = 0; i < N_VECTORS; i++) {
    for (let j = 0; j < N_VECTORS; j++) {
      let sum = 0;
      for (let k = 0; k < N_SUMMANDS; k++) {
        sum = Math.fround(sum + Math.fround(round(a[i * N_SUMMANDS + k]!) * round(b[k * N_VECTORS + j]!)));
      }
      out[i * N_VECTORS + j] = sum;
    }
  }
  return out;
}

/** A number with so many bits after the first. */
function withBits(value: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits);
  return Math.round(value / unit) * unit;
}

describe("whether a provider multiplies in single precision", () => {
  it("does where each product and sum is rounded to single, in sequence (by hand) and as the CPU does", async () => {
    expect(productRounding(product((value) => value))).toBeLessThan(4);
    const { data } = await multiply(Matrix.of(a, N_VECTORS, N_SUMMANDS), Matrix.of(b, N_SUMMANDS, N_VECTORS));
    expect(isSinglePrecision(data)).toBe(true);
  });

  it.each([
    ["TensorFloat-32 and half precision", 10],
    ["bfloat16", 7],
    ["fourteen bits", 14],
  ])("does not where arguments are rounded as in %s (by hand)", (_, bits) => {
    expect(isSinglePrecision(product((value) => withBits(value, bits)))).toBe(false);
  });

  it("does not where a number is NaN or infinite", () => {
    const broken = product((value) => value);
    broken[17] = Number.NaN;
    expect(isSinglePrecision(broken)).toBe(false);
    broken[17] = Number.POSITIVE_INFINITY;
    expect(isSinglePrecision(broken)).toBe(false);
  });
});

describe("what the runtime reads from the environment", () => {
  const name = "NVIDIA_TF32_OVERRIDE";
  const before = process.env[name];
  afterEach(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });

  it("keeps products on graphics processors in single precision, unless it is set", () => {
    delete process.env[name];
    setRuntimeEnvironment();
    expect(process.env[name]).toBe("0");
    process.env[name] = "1";
    setRuntimeEnvironment();
    expect(process.env[name]).toBe("1");
  });
});
