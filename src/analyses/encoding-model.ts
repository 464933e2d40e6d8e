/** Where one vector a word comes from, [nWords x nUnits]. */
export type Vectors =
  /** A layer of the language model, or of one of the same architecture with random weights. */
  | { readonly source: "layer"; readonly layer: number; readonly weights: "own" | "random" }
  /** Random numbers with the means and deviations of other vectors. */
  | { readonly source: "random"; readonly like: Vectors; readonly seed: number };

/** Columns of a design that are standardised, reduced and delayed on their own. */
export type Band =
  /** Vectors of the present word, summed up to volumes. */
  | { readonly kind: "words"; readonly vectors: Vectors }
  /** Vectors of `width` words, the last of them `distance` words ahead of the present one. */
  | { readonly kind: "window"; readonly vectors: Vectors; readonly distance: number; readonly width: number }
  /** Words a volume. It has one column and is not reduced. */
  | { readonly kind: "word-rate" }
  /**
   * The mean response of the other participants who heard the same stories, all targets side by side. It is of the volume that it
   * predicts, so it has no delays. A design of it is one participant's own.
   */
  | { readonly kind: "others" };

/** Bands side by side, which predict responses together. Plain data: equal encoding models have equal JSON. */
export interface EncodingModel {
  readonly bands: readonly Band[];
}

/** The same for equal encoding models, different for different ones. */
export function modelName(model: EncodingModel): string {
  return JSON.stringify(model);
}

/** Vectors of a layer of the language model. */
export function layerVectors(layer: number, weights: "own" | "random" = "own"): Vectors {
  return { source: "layer", layer, weights };
}

/** Random vectors in the place of others. */
export function randomVectorsLike(like: Vectors, seed: number): Vectors {
  return { source: "random", like, seed };
}

/** The present word's vectors. */
export function wordsOf(vectors: Vectors): EncodingModel {
  return { bands: [{ kind: "words", vectors }] };
}

/** An encoding model with a window beside its bands. */
export function withWindow({ bands }: EncodingModel, vectors: Vectors, distance: number, width: number): EncodingModel {
  return { bands: [...bands, { kind: "window", vectors, distance, width }] };
}

/** The rate of words alone. */
export const wordRateModel: EncodingModel = { bands: [{ kind: "word-rate" }] };

/** Whether designs of an encoding model are made of other participants' responses: one design a participant. */
export function usesOthers({ bands }: EncodingModel): boolean {
  return bands.some(({ kind }) => kind === "others");
}

/** The vectors that an encoding model is made of, those included that random ones are like. */
export function sourcesOf({ bands }: EncodingModel): readonly (Vectors & { readonly source: "layer" })[] {
  return bands.flatMap((band) => {
    if (!("vectors" in band)) return [];
    let { vectors } = band;
    while (vectors.source === "random") vectors = vectors.like;
    return [vectors];
  });
}
