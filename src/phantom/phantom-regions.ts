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
 * are invented: they are no anatomical atlas and no claim about brains. Distances are those that an analysis can find within
 * a word from eight participants, see `createSignalMaker`.
 */
export const phantomRegions: readonly PhantomRegion[] = [
  region("Heschl", [0.9, -0.05, 0.3], 0.24, [240, 190, 60], { content: "heard", depth: 2 / 6 }),
  region("Premotor", [0.65, 0.2, 0.85], 0.3, [150, 150, 150], { content: "heard", depth: 4 / 6 }),
  region("aSTS", [0.8, 0.55, -0.35], 0.3, [235, 120, 70], {
    content: "heard-and-forecast",
    distance: 10,
    depth: 4 / 6,
  }),
  region("pSTS", [0.9, -0.5, -0.1], 0.3, [215, 75, 95], { content: "heard-and-forecast", distance: 8, depth: 4 / 6 }),
  region("Angular", [0.65, -0.75, 0.45], 0.32, [160, 60, 140], {
    content: "heard-and-forecast",
    distance: 10,
    depth: 4 / 6,
  }),
  region("IFG", [0.7, 0.75, 0.2], 0.28, [75, 70, 165], { content: "heard-and-forecast", distance: 12, depth: 4 / 6 }),
  region("Precuneus", [-0.75, -0.5, 0.5], 0.34, [50, 125, 170], {
    content: "heard-and-forecast",
    distance: 12,
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
