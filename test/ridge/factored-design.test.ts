import { describe, expect, it } from "vitest";
import type { Matrix } from "../../src/array/matrix.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { changeBeyond, singularRange } from "../../src/ridge/factored-design.ts";
import { ridgeCv } from "../../src/ridge/ridge.ts";
import { normalMatrix } from "../encoding/simulate.ts";

describe("changeBeyond", () => {
  it("is what is missing of the least direction's coefficient and of the greatest's (by hand)", () => {
    const range = singularRange(Float64Array.of(3, 0, 1, 2));
    expect(range).toEqual({ least: 1, greatest: 3 });
    // .25 / (1 + .25); 9 / (9 + 91).
    expect(changeBeyond({ singularRange: range, alphas: [91, 0.25, 2] })).toEqual([0.2, 0.09]);
  });

  it("is none of a design without directions (by hand)", () => {
    expect(changeBeyond({ singularRange: singularRange(Float64Array.of(0)), alphas: [1, 2] })).toEqual([0, 0]);
  });

  it("bounds how far coefficients are from their limits (identity)", async () => {
    const x = normalMatrix(40, 6, "design");
    for (let i = 0; i < 40; i++) x.data[i * 6] = x.data[i * 6]! * 20;
    const y = normalMatrix(40, 5, "targets");
    const fitAt = async (alpha: number) => {
      const { coefficients } = await ridgeCv(x, y, { alphas: [alpha], precision: "float64" });
      return coefficients;
    };
    const [below, above] = changeBeyond(await factorDesign(x, undefined, { alphas: [3, 2000] }));
    expect(below).toBeLessThan(0.5);
    expect(above).toBeGreaterThan(0.5);
    const distance = (a: Matrix, b: Matrix, factor: number, target: number) => {
      let [apart, length] = [0, 0];
      for (let at = target; at < a.data.length; at += a.nColumns) {
        apart += (factor * a.data[at]! - b.data[at]!) ** 2;
        length += b.data[at]! ** 2;
      }
      return Math.sqrt(apart / length);
    };
    // Least squares, and alpha b at a penalty that dwarfs everything.
    const [none, huge] = [await fitAt(1e-9), await fitAt(1e12)];
    const [lowest, highest] = [await fitAt(3), await fitAt(2000)];
    for (let t = 0; t < 5; t++) {
      expect(distance(lowest, none, 1, t)).toBeLessThanOrEqual(below + 1e-9);
      expect(distance(highest, huge, 2000 / 1e12, t)).toBeLessThanOrEqual(above + 1e-6);
      expect(distance(highest, huge, 2000 / 1e12, t)).toBeGreaterThan(0);
    }
  });
});
