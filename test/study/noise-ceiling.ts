import { Matrix, sliceColumns, sliceRows } from "../../src/array/matrix.ts";
import { scoreBrainScore } from "../../src/encoding/brain-score.ts";
import { joinFolds, type PreparedFold, prepareFold } from "../../src/encoding/prepared.ts";
import { fitColumnBlocks } from "../../src/features/column-blocks.ts";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { type OthersSettings, othersResponses } from "../../src/study/others-responses.ts";
import { sharedStories } from "../../src/study/shared-stories.ts";

/** Responses of one participant to one story. */
export interface StoryBold {
  readonly participant: string;
  readonly story: string;
  readonly bold: Matrix;
}

/** Participants with their stories, as plans have them: of a second a volume, the audio from the first volume on. */
export function listenersOf(responses: readonly StoryBold[]) {
  return [...new Set(responses.map(({ participant }) => participant))].map((participant) => ({
    participant,
    responseKey: participant,
    stories: responses
      .filter((one) => one.participant === participant)
      .map(({ story, bold }) => ({ files: { story }, nVolumes: bold.nRows, audioStart: 0, repetitionTime: 1 })),
  }));
}

/** The first targets of responses alone. */
export function firstTargets(responses: readonly StoryBold[], nTargets: number): readonly StoryBold[] {
  return responses.map(({ participant, story, bold }) => ({
    participant,
    story,
    bold: sliceColumns(bold, 0, nTargets),
  }));
}

/** How others' responses are read from memory. */
export function othersIn(responses: readonly StoryBold[], more: Partial<OthersSettings> = {}): OthersSettings {
  const nTargets = responses[0]!.bold.nColumns;
  return {
    load: async ({ participant, index }) => responses.filter((one) => one.participant === participant)[index]!.bold,
    nTargets,
    nAtOnce: nTargets,
    store: memoryStore(),
    ...more,
  };
}

/** The noise ceiling of a participant, step by step as a study computes it. */
export async function ceilingOf(
  participant: string,
  responses: readonly StoryBold[],
  options: { readonly components: number; readonly nFolds: number },
) {
  const listeners = listenersOf(responses);
  const shared = sharedStories(listeners.find((one) => one.participant === participant)!, listeners);
  const own = responses.filter((one) => one.participant === participant);
  const parts = shared.map(({ of, nVolumes }) => sliceRows(own[of.index]!.bold, 0, nVolumes));
  const storyLengths = parts.map(({ nRows }) => nRows);
  const encoding = {
    components: options.components,
    nFolds: options.nFolds,
    storyLengths,
    nDelays: 1,
    edge: "zero",
    device: { threads: 1 },
  } as const;
  const folds = contiguousFolds(
    storyLengths.reduce((sum, n) => sum + n, 0),
    options.nFolds,
  );
  const bands = await fitColumnBlocks(
    othersResponses(shared, othersIn(responses)),
    folds.map(({ train }) => train),
    encoding,
  );
  const prepared: PreparedFold[] = [];
  for (const [f, { columns, keptVariance }] of bands.entries())
    prepared.push(await prepareFold({ columns, keptVariance: [keptVariance] }, folds[f]!, encoding));
  const nTargets = own[0]!.bold.nColumns;
  const bold = Matrix.zeros(
    parts.reduce((sum, { nRows }) => sum + nRows, 0),
    nTargets,
  );
  let row = 0;
  for (const part of parts) {
    bold.data.set(part.data, row * nTargets);
    row += part.nRows;
  }
  const { score } = await scoreBrainScore(joinFolds(prepared, encoding), bold);
  return { score, kept: bands.map(({ keptVariance }) => keptVariance) };
}
