import { readFileSync } from "node:fs";
import { join } from "node:path";
import { joinRows, Matrix } from "../../src/array/matrix.ts";
import type { EncodingOptions } from "../../src/encoding/prepared.ts";
import { wordsToVolumes } from "../../src/stimulus/volumes.ts";

interface Numbers {
  readonly shape: readonly [number, number];
  readonly float32: string;
}

/** Scores of one model by scikit-learn. */
export interface ReferenceScore {
  readonly foldScores: readonly (readonly number[])[];
  /** Of the penalties whose leave-one-out errors are the least, or within 1e-5 of it, the lowest and the highest. */
  readonly log10LowestAlpha: readonly (readonly number[])[];
  readonly log10HighestAlpha: readonly (readonly number[])[];
  readonly concatenated: readonly number[];
  /** Share of variance that components keep, by fold and band; null where a band is not reduced. */
  readonly keptVariance: readonly (readonly (number | null)[])[];
}

interface Fixture {
  readonly repetitionTime: number;
  readonly width: number;
  readonly storyLengths: readonly number[];
  readonly stories: readonly { readonly onsets: readonly number[]; readonly activations: Numbers }[];
  readonly bold: Numbers;
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly options: Omit<EncodingOptions, "storyLengths">;
        readonly features: ReferenceScore;
        readonly joint: Readonly<Record<string, ReferenceScore>>;
      }
    >
  >;
}

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/pipeline.json"), "utf8")) as Fixture;

function decode({ shape, float32 }: Numbers): Matrix<Float32Array> {
  const bytes = Uint8Array.from(Buffer.from(float32, "base64"));
  return Matrix.of(new Float32Array(bytes.buffer), shape[0], shape[1]);
}

/** The simulated study of fixtures/pipeline.json. */
export const pipeline = {
  width: fixture.width,
  storyLengths: fixture.storyLengths,
  repetitionTime: fixture.repetitionTime,
  stories: fixture.stories.map(({ onsets, activations }) => ({ onsets, activations: decode(activations) })),
  bold: decode(fixture.bold),
  cases: fixture.cases,
} as const;

/** Sums over the volumes of what `transform` makes of each story's activations; stories joined. */
export function pipelineVolumes(transform: (activations: Matrix<Float32Array>, story: number) => Matrix): Matrix {
  return joinRows(
    pipeline.stories.map(({ onsets, activations }, story) =>
      wordsToVolumes(transform(activations, story), onsets, {
        nVolumes: pipeline.storyLengths[story]!,
        repetitionTime: pipeline.repetitionTime,
      }),
    ),
  );
}
