import { OptionError } from "../errors.ts";

/** A region of the toy cortex and what is planted in it. */
export interface PhantomRegion {
  /** Letters and digits alone. */
  readonly name: string;
  /** Where its middle lies on the sphere: lateral, anterior, superior; any length. */
  readonly centre: readonly [number, number, number];
  /** Angle from the middle to the rim, radians. */
  readonly radius: number;
  /** Red, green, blue in 0..255. */
  readonly colour: readonly [number, number, number];
  /** What its responses hold: nothing of the story, the words heard, or these and the words to come. */
  readonly content: "noise" | "heard" | "heard-and-forecast";
  /** Planted forecast distance in words; only with "heard-and-forecast". */
  readonly distance?: number | undefined;
  /** Planted depth as a share of the model's layers, 0..1: layer `round(depth * nLayers)`. Not with "noise". */
  readonly depth?: number | undefined;
  /** Standard deviation of all that is planted, over that of the noise. Not with "noise". */
  readonly signalToNoise?: number | undefined;
}

/**
 * The default regions. Names are borrowed from the language network so that figures read familiarly; places and effects
 * are invented, and so are no anatomical atlas and no claim about brains.
 */
export const phantomRegions: readonly PhantomRegion[] = [
  region("Heschl", [0.9, -0.05, 0.3], 0.24, [240, 190, 60], { content: "heard", depth: 2 / 6 }),
  region("Premotor", [0.65, 0.2, 0.85], 0.3, [150, 150, 150], { content: "heard", depth: 4 / 6 }),
  region("aSTS", [0.8, 0.55, -0.35], 0.3, [235, 120, 70], { content: "heard-and-forecast", distance: 4, depth: 3 / 6 }),
  region("pSTS", [0.9, -0.5, -0.1], 0.3, [215, 75, 95], { content: "heard-and-forecast", distance: 6, depth: 4 / 6 }),
  region("Angular", [0.65, -0.75, 0.45], 0.32, [160, 60, 140], {
    content: "heard-and-forecast",
    distance: 8,
    depth: 4 / 6,
  }),
  region("IFG", [0.7, 0.75, 0.2], 0.28, [75, 70, 165], { content: "heard-and-forecast", distance: 10, depth: 4 / 6 }),
  region("Precuneus", [-0.75, -0.5, 0.5], 0.34, [50, 125, 170], {
    content: "heard-and-forecast",
    distance: 8,
    depth: 2 / 6,
  }),
  region("Occipital", [0.2, -1, -0.15], 0.34, [95, 140, 95], { content: "noise" }),
];

function region(
  name: string,
  centre: PhantomRegion["centre"],
  radius: number,
  colour: PhantomRegion["colour"],
  planted: Pick<PhantomRegion, "content" | "distance" | "depth">,
): PhantomRegion {
  return { name, centre, radius, colour, ...planted, ...(planted.content === "noise" ? {} : { signalToNoise: 0.9 }) };
}

/**
 * Holds a list of regions against what {@link PhantomRegion} says.
 *
 * @throws OptionError at the first region that cannot be planted
 */
export function checkRegions(regions: readonly PhantomRegion[]): void {
  const fail = (name: string, must: string, got: unknown) => {
    throw new OptionError(`simulateDataset: ${must}, got ${String(got)} (region "${name}").`);
  };
  if (regions.length === 0) throw new OptionError("simulateDataset: regions must be one or more, got none.");
  const names = new Set<string>();
  for (const { name, content, distance, depth, signalToNoise, radius } of regions) {
    if (!/^[A-Za-z0-9]+$/.test(name)) fail(name, "a region's name must be letters and digits", `"${name}"`);
    if (names.has(name)) fail(name, "regions must have different names", "this one twice");
    names.add(name);
    if (!(radius > 0)) fail(name, "a region's radius must be above 0 radians", radius);
    if (content === "noise") {
      const planted = distance ?? depth ?? signalToNoise;
      if (planted !== undefined)
        fail(name, 'a region of content "noise" must have no distance, depth or signalToNoise', planted);
      continue;
    }
    if (!(depth !== undefined && depth >= 0 && depth <= 1))
      fail(name, "depth must be a share of the layers, 0..1", depth);
    if (!(signalToNoise !== undefined && signalToNoise > 0)) fail(name, "signalToNoise must be above 0", signalToNoise);
    if (content === "heard" && distance !== undefined)
      fail(name, 'a region of content "heard" must have no distance', distance);
    if (content === "heard-and-forecast" && !Number.isInteger(distance)) {
      fail(name, "distance must be a whole number of words", distance);
    }
  }
}

/**
 * The region of each vertex: the one whose middle is nearest, in units of its radius, among those that reach it.
 *
 * @param directions - [nVertices x 3], unit directions: lateral, anterior, superior
 * @returns [nVertices], index of the region, -1 outside all
 */
export function assignRegions(directions: Float64Array, regions: readonly PhantomRegion[]): Int32Array {
  const middles = regions.map(({ centre }) => centre.map((value) => value / Math.hypot(...centre)));
  return Int32Array.from({ length: directions.length / 3 }, (_, v) => {
    let nearest = 1;
    let found = -1;
    regions.forEach(({ radius }, r) => {
      const cosine = middles[r]!.reduce((sum, value, axis) => sum + value * directions[3 * v + axis]!, 0);
      const reach = Math.acos(Math.min(1, Math.max(-1, cosine))) / radius;
      if (reach <= nearest) {
        nearest = reach;
        found = r;
      }
    });
    return found;
  });
}
