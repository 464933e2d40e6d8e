/** What was planted in one region of one hemisphere. */
export interface RegionTruth {
  readonly name: string;
  readonly hemi: "L" | "R";
  readonly nVertices: number;
  readonly content: "noise" | "heard" | "heard-and-forecast";
  /** Layer of the language model; null where nothing is planted. */
  readonly layer: number | null;
  /** Planted forecast distance in words; null where no forecast is planted. */
  readonly distance: number | null;
  /** Standard deviation of all that is planted over that of the region's noise; 0 where nothing is. */
  readonly signalToNoise: number;
}

/** One story of a synthetic data set. */
export interface StoryTruth {
  readonly name: string;
  readonly nWords: number;
  readonly nVolumes: number;
  /** Seconds from the first volume to the start of the audio. */
  readonly audioStart: number;
}

/** The known answer of a synthetic data set; `phantom.json` holds it. */
export interface PhantomTruth {
  readonly seed: number | string;
  /** The language model whose activations were planted. */
  readonly model: { readonly name: string; readonly fingerprint: string; readonly nLayers: number };
  /** Seconds. */
  readonly repetitionTime: number;
  readonly stories: readonly StoryTruth[];
  /** All of L, then all of R. */
  readonly regions: readonly RegionTruth[];
  readonly participants: readonly {
    /** `"sub-01"`. */
    readonly participant: string;
    /** Seconds by which the participant's haemodynamic response is later than the canonical one. */
    readonly latency: number;
  }[];
  /** Standard deviation of the forecast part over that of the part that is heard. */
  readonly forecastGain: number;
  /** Noise of the regions, and of single vertices on top of it. */
  readonly noise: {
    readonly autocorrelation: number;
    readonly whiteShare: number;
    /** Standard deviation of a vertex's own noise over that of its region's. */
    readonly vertexNoise: number;
  };
  /** Where the toy cortex lies, relative to the data set. */
  readonly surfaces: Readonly<Record<"L" | "R", SurfacePaths>>;
}

/** Files of one hemisphere of the toy cortex. */
export interface SurfacePaths {
  /** Region of each vertex: a label GIFTI. */
  readonly labels: string;
  readonly folded: string;
  readonly inflated: string;
  /** Depth of the folds: a shape GIFTI. */
  readonly sulc: string;
}
