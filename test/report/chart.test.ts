import { describe, expect, test } from "vitest";
import { ticksWithin } from "../../src/report/chart.ts";
import { breakableLabel, shortLabel } from "../../src/report/regions.ts";

describe("ticksWithin", () => {
  test.each([
    [[0, 1], 5, [0, 0.5, 1]],
    [[-0.012, 0.031], 5, [-0.01, 0, 0.01, 0.02, 0.03]],
    [[-4.4, 16.4], 5, [0, 5, 10, 15]],
    [[0.1, 0.3], 3, [0.1, 0.2, 0.3]],
    [[-5e-5, 4e-4], 5, [0, 0.0001, 0.0002, 0.0003, 0.0004]],
    [[0, 2000], 5, [0, 500, 1000, 1500, 2000]],
  ] as const)("by hand: %j with at most %d ticks", (domain, most, values) => {
    const { values: ticks, format, labelWidth } = ticksWithin(domain, { most });
    expect(ticks).toEqual(values);
    // Labels say what the ticks are, and no letter is wider than 8 pixels.
    for (const tick of ticks) {
      expect(Number(format(tick).replace("−", "-"))).toBe(tick);
      expect(8 * format(tick).length).toBeLessThanOrEqual(labelWidth);
    }
  });

  test("identity: labels fit side by side, whatever the domain", () => {
    for (let power = -7; power < 4; power++) {
      for (const high of [1, 1.7, 2.3, 4.9, 7.1]) {
        const { values, labelWidth } = ticksWithin([-0.3 * 10 ** power, high * 10 ** power], { width: 200 });
        expect(values.length).toBeGreaterThan(0);
        if (values.length > 1) expect(values.length * labelWidth).toBeLessThan(200);
      }
    }
  });
});

describe("names of regions, by hand", () => {
  test("a long one loses its end, and keeps its hemisphere", () => {
    expect(shortLabel("G_temp_sup-Lateral (L)", 14)).toBe("G_temp_su… (L)");
    expect(shortLabel("Left Superior Temporal Gyrus", 14)).toBe("Left Superior…");
    expect(shortLabel("pSTS (L)", 14)).toBe("pSTS (L)");
  });

  test("lines break after signs, and nowhere else", () => {
    expect(breakableLabel("S_oc-temp (L)").markup).toBe("S_<wbr>oc-<wbr>temp\u00a0(L)");
    expect(breakableLabel("Premotor (R)").markup).toBe("Premotor\u00a0(R)");
    expect(breakableLabel("<b>_&x").markup).toBe("&#60;b&#62;_&#38;<wbr>x");
  });
});
