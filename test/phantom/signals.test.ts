import { beforeAll, describe, expect, it } from "vitest";
import { joinColumns, sliceColumns } from "../../src/array/matrix.ts";
import { centreColumns, columnMeans } from "../../src/linear-algebra/centre.ts";
import { whitenColumns } from "../../src/phantom/directions.ts";
import { sampleHrf } from "../../src/phantom/hrf.ts";
import { fitLayerComponents } from "../../src/phantom/planted-features.ts";
import { convolveStories } from "../../src/phantom/series.ts";
import { createSignalMaker, type Planted, type SignalMaker } from "../../src/phantom/signals.ts";
import { randomStory } from "./tiny.ts";

const repetitionTime = 1;
const heard: Planted = { layer: 1, distance: undefined };
const forecast: Planted = { layer: 1, distance: 8 };
const gain = 2;

const stories = ["first", "second"].map((name) => randomStory(300, name, { repetitionTime, layer: 1 }));
let maker: SignalMaker;
const make = (options: { seed?: number; forecastGain?: number } = {}) =>
  createSignalMaker(stories, [heard, forecast], { seed: 0, repetitionTime, forecastGain: gain, ...options });
beforeAll(async () => {
  maker = await make();
});

const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
const correlation = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, t) => sum + value * b[t]!, 0) /
  Math.sqrt(mean(a.map((v) => v * v)) * mean(b.map((v) => v * v))) /
  a.length;

/** The share of a signal's variance that the n leading components explain after the response, of words and of a window. */
async function shareInLeading(
  signal: Float64Array,
  n: number,
  windows: readonly number[],
  latency = 0,
): Promise<number> {
  const components = await fitLayerComponents(stories, 1, { repetitionTime });
  const parts = [undefined, ...windows].map((distance) => {
    const leading = sliceColumns(components(distance), 0, n);
    return convolveStories(
      leading,
      sampleHrf(repetitionTime, { latency }),
      stories.map((story) => story.nVolumes),
    );
  });
  const joined = joinColumns(parts);
  const basis = await whitenColumns(centreColumns(joined, columnMeans(joined), "test"));
  let explained = 0;
  for (let j = 0; j < basis.nColumns; j++) {
    let along = 0;
    for (let t = 0; t < basis.nRows; t++) along += signal[t]! * basis.data[t * basis.nColumns + j]!;
    explained += along * along;
  }
  return explained / signal.length;
}

describe("createSignalMaker", () => {
  it.each([
    ["heard", heard],
    ["heard and forecast", forecast],
  ])("%s: mean 0 and variance 1 over all stories", (_, planted) => {
    const signal = maker.signal(planted, "A", "sub-01", 0.3);
    expect(signal).toHaveLength(stories.reduce((sum, { nVolumes }) => sum + nVolumes, 0));
    expect(mean(signal)).toBeCloseTo(0, 10);
    expect(mean(signal.map((value) => value * value))).toBeCloseTo(1, 10);
  });

  it("the same for the same names and seed, another for another region, participant or seed", async () => {
    const signal = maker.signal(forecast, "A", "sub-01", 0);
    expect((await make()).signal(forecast, "A", "sub-01", 0)).toEqual(signal);
    expect(maker.signal(forecast, "B", "sub-01", 0)).not.toEqual(signal);
    expect(maker.signal(forecast, "A", "sub-02", 0)).not.toEqual(signal);
    expect((await make({ seed: 1 })).signal(forecast, "A", "sub-01", 0)).not.toEqual(signal);
  });

  it("participants share most of a region: a direction of their own counts half as much as the common one", () => {
    const subjects = Array.from({ length: 12 }, (_, s) => maker.signal(heard, "A", `sub-${s}`, 0));
    const pairs = subjects.flatMap((a, i) => subjects.slice(i + 1).map((b) => correlation(a, b)));
    // Common 1 and own 0.5 in two dimensions: correlations of 1 / (1 + 0.25) = 0.8 in the mean.
    expect(mean(Float64Array.from(pairs))).toBeGreaterThan(0.6);
    expect(mean(Float64Array.from(pairs))).toBeLessThan(0.98);
  });

  it("what is heard lies in the 12 leading components of the words, after the participant's response (identity)", async () => {
    const signal = maker.signal(heard, "A", "sub-01", 0.4);
    expect(await shareInLeading(signal, 12, [], 0.4)).toBeCloseTo(1, 8);
    expect(await shareInLeading(signal, 6, [], 0.4)).toBeLessThan(0.999);
  });

  it("a forecast adds the window at its distance, and no other (identity)", async () => {
    const signal = maker.signal(forecast, "A", "sub-01", 0);
    expect(await shareInLeading(signal, 12, [8])).toBeCloseTo(1, 8);
    expect(await shareInLeading(signal, 12, [])).toBeLessThan(0.9);
    expect(await shareInLeading(signal, 12, [12])).toBeLessThan(0.999);
  });

  it("without forecastGain nothing of the window is left", async () => {
    const none = await make({ forecastGain: 0 });
    const alone = none.signal(heard, "A", "sub-01", 0);
    none.signal(forecast, "A", "sub-01", 0).forEach((value, t) => {
      expect(value).toBeCloseTo(alone[t]!, 10);
    });
  });

  it("a late response makes a late signal: it fits best with its own latency", async () => {
    const late = maker.signal(heard, "A", "sub-01", 1);
    const shares = [];
    for (const latency of [0, 1, 2]) shares.push(await shareInLeading(late, 12, [], latency));
    expect(shares[1]).toBeGreaterThan(shares[0]!);
    expect(shares[1]).toBeGreaterThan(shares[2]!);
  });
});
