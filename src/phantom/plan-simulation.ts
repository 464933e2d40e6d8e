import type { OnProgress } from "../array/progress.ts";
import { createRandom } from "../array/random.ts";
import { OptionError } from "../errors.ts";
import type { LanguageModel } from "../language-model/language-model.ts";
import { wordActivations } from "../language-model/word-activations.ts";
import { createHemisphere, type Hemisphere } from "./cortex.ts";
import { meshNeighbours } from "./icosphere.ts";
import { assignRegions, type PhantomRegion } from "./phantom-regions.ts";
import type { StoryActivations } from "./planted-features.ts";
import { type PhantomStory, type SpokenWord, speakStory, wordTexts } from "./story.ts";
import type { RegionTruth } from "./truth.ts";

/** A hemisphere with the regions on it. */
export interface RegionedHemisphere extends Hemisphere {
  /** [nVertices], index of the region, -1 outside all. */
  readonly regionOfVertex: Int32Array;
  /** For each vertex, those it shares an edge with. */
  readonly neighbours: readonly (readonly number[])[];
}

/** A story with its words in time and the length of its run. */
export interface SpokenStory {
  readonly story: PhantomStory;
  readonly words: readonly SpokenWord[];
  readonly nVolumes: number;
}

/** Seconds of scan after the last word: the response to it has passed its peak. */
const TAIL = 12;
/** Standard deviation over participants, in seconds, of how late the haemodynamic response is. */
const LATENCY_SPREAD = 0.25;

/**
 * L and R of the toy cortex with every region placed.
 *
 * @throws OptionError where the mesh has no vertex for a region, or `nVertices` is not `10 f^2 + 2`
 */
export function planHemispheres(
  regions: readonly PhantomRegion[],
  nVertices: number,
  seed: number | string,
): readonly RegionedHemisphere[] {
  return (["L", "R"] as const).map((hemi) => {
    const hemisphere = createHemisphere(hemi, { nVertices, seed });
    const regionOfVertex = assignRegions(hemisphere.directions, regions);
    const empty = regions.find((_, r) => !regionOfVertex.includes(r));
    if (empty) {
      throw new OptionError(
        `simulateDataset: every region must hold a vertex, got none of ${nVertices} (region "${empty.name}"). Use more vertices or a larger radius.`,
      );
    }
    return { ...hemisphere, regionOfVertex, neighbours: meshNeighbours(hemisphere.folded) };
  });
}

/** The stories in time; a run ends 12 s after its last word, at a whole volume. */
export function planStories(
  stories: readonly PhantomStory[],
  repetitionTime: number,
  seed: number | string,
): readonly SpokenStory[] {
  return stories.map((story) => {
    const words = speakStory(story, seed);
    const last = words.at(-1)!;
    const end = story.audioStart + last.onset + last.duration + TAIL;
    return { story, words, nVolumes: Math.ceil(end / repetitionTime) };
  });
}

/**
 * What is planted in the regions of one hemisphere.
 *
 * @param share - multiplies every signal-to-noise ratio
 */
export function planRegions(
  { hemi, regionOfVertex }: RegionedHemisphere,
  regions: readonly PhantomRegion[],
  nLayers: number,
  share: number,
): readonly RegionTruth[] {
  return regions.map(({ name, content, depth, distance, signalToNoise }, r) => ({
    name,
    hemi,
    nVertices: regionOfVertex.reduce((count, region) => count + (region === r ? 1 : 0), 0),
    content,
    layer: depth === undefined ? null : Math.round(depth * nLayers),
    distance: distance ?? null,
    signalToNoise: share * (signalToNoise ?? 0),
  }));
}

/** `sub-01`, `sub-02`, ... with the lateness of each one's haemodynamic response. */
export function planParticipants(nSubjects: number, seed: number | string) {
  const width = Math.max(2, String(nSubjects).length);
  return Array.from({ length: nSubjects }, (_, index) => {
    const participant = `sub-${String(index + 1).padStart(width, "0")}`;
    const latency = LATENCY_SPREAD * createRandom(`latency of ${participant}, seed ${seed}`).normal();
    return { participant, latency: Math.round(latency * 1000) / 1000 };
  });
}

/** The model's activations for every word of every story at these layers, as an analysis of the written files has them. */
export async function readStories(
  model: LanguageModel,
  stories: readonly SpokenStory[],
  layers: readonly number[],
  onProgress: OnProgress | undefined,
): Promise<readonly StoryActivations[]> {
  const heard: StoryActivations[] = [];
  for (const { story, words, nVolumes } of stories) {
    const activations =
      layers.length === 0
        ? new Map<number, never>()
        : (await wordActivations(model, wordTexts(words), { layers, onProgress })).activations;
    heard.push({ onsets: Float64Array.from(words, (word) => story.audioStart + word.onset), nVolumes, activations });
  }
  return heard;
}
