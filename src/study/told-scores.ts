import type { Contrast, PlannedPeak } from "../analyses/analysis.ts";
import { type EncodingModel, modelName, usesOthers } from "../analyses/encoding-model.ts";
import { isPeak, modelsOf, type PlannedScore } from "../analyses/registry.ts";
import { joinRows, Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { type MissingScores, mergeMissing } from "../encoding/missing.ts";
import { placeOfLargest } from "../encoding/place-of-largest.ts";
import type { KeptVariance, ScoreKey, SubjectAnalysis } from "../report/result.ts";
import { addAudits, NO_AUDIT } from "../ridge/audit.ts";
import type { Source } from "../sources/source.ts";
import type { Scored, ScoredFacts } from "./assemble-result.ts";
import type { ParticipantInputs } from "./inputs.ts";
import { locateMissing } from "./locate-missing.ts";
import type { StudyPlan } from "./plan.ts";
import { type KeptScores, openScores } from "./score-cache.ts";
import { othersByStory, partsOf, type SharedStory } from "./shared-stories.ts";

/**
 * The scores of all participants, from the cache. Scores are loaded when they are asked for. Every file is read once before, to see that
 * nothing in it was changed.
 *
 * @returns in the order of the participants
 * @throws NotFoundError, FormatError as {@link openScores}
 */
export async function openScored(
  participants: readonly ParticipantInputs[],
  { scores, groups, nSteps, nFolds }: StudyPlan,
  store: Source,
  onProgress: OnProgress,
): Promise<Scored[]> {
  const kept = new Map(participants.map(({ participant }) => [participant, new Map<string, KeptScores>()]));
  const steps = new Map<string, ScoredFacts[]>(participants.map(({ participant }) => [participant, []]));
  const heardBy = new Map(participants.map((inputs) => [inputs.participant, inputs]));
  const shared = new Map<string, readonly SharedStory[]>();
  let done = 0;
  for (const { family, shared: ofOne, steps: own } of groups) {
    for (const { participant, keys } of own) {
      if (ofOne) shared.set(participant, ofOne);
      onProgress({ label: "collecting scores", done, total: nSteps });
      const opened: KeptScores[] = [];
      for (const [i, key] of keys.entries()) {
        opened.push(await openScores(store, key));
        kept.get(participant)!.set(modelName(family.members[i]!.model), opened.at(-1)!);
      }
      const joined = joinFacts(opened);
      const { stories } = heardBy.get(participant)!;
      const missing = locateMissing(joined.missing, ofOne ? partsOf(stories, ofOne) : stories, nFolds);
      steps.get(participant)!.push({ ...joined, missing });
      done++;
    }
  }
  onProgress({ label: "collecting scores", done, total: nSteps });
  const bases = baseReader();
  const isCompared = modelsOf(scores).some(({ model }) => usesOthers(model));
  return participants.map((inputs): Scored => {
    const scoresOf: ScoresOf = (model) => kept.get(inputs.participant)!.get(modelName(model));
    const none = missingScores(inputs.targets.length, nFolds);
    return {
      inputs,
      analyses: toldScores(scores, (model) => scoresOf(model) ?? none, bases),
      keptVariance: toldVariance(scores, scoresOf),
      facts: joinFacts(steps.get(inputs.participant)!),
      others: isCompared ? othersByStory(inputs, shared.get(inputs.participant) ?? []) : undefined,
    };
  });
}

/** Facts of scores, whose missing folds are located or not yet. */
type FactsWith<Missing> = Omit<ScoredFacts, "missing"> & { readonly missing: readonly Missing[] };

/**
 * Counts over several encoding models, or several sets of them: the most targets that any could not score, and why; the mean
 * shares of alphas at the ends, over those that have a score above zero.
 */
export function joinFacts<Missing extends MissingScores>(parts: readonly FactsWith<Missing>[]): FactsWith<Missing> {
  return {
    // Of no encoding model where the participant's stories were heard by nobody else.
    nNotScored: Math.max(0, ...parts.map((part) => part.nNotScored)),
    missing: mergeMissing(parts.map((part) => part.missing)),
    alphaAtLowest: meanOfKnown(parts.map((part) => part.alphaAtLowest)),
    alphaAtHighest: meanOfKnown(parts.map((part) => part.alphaAtHighest)),
    audit: parts.map((part) => part.audit).reduce(addAudits, NO_AUDIT),
    date:
      parts
        .map((part) => part.date)
        .sort()
        .at(-1) ?? "n/a",
  };
}

function meanOfKnown(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Finds a participant's scores by an encoding model; undefined where it has no design for them. */
type ScoresOf = (model: EncodingModel) => KeptScores | undefined;

/** Scores that are read when they are asked for. */
export type LoadableScores = Pick<KeptScores, "loadMean" | "loadFolds">;

/** Scores of a participant whom an encoding model has no design for: NaN. */
export function missingScores(nTargets: number, nFolds: number): LoadableScores {
  const nothing = (length: number) => new Float64Array(length).fill(Number.NaN);
  return {
    loadMean: () => Promise.resolve(nothing(nTargets)),
    loadFolds: () => Promise.resolve(Matrix.of(nothing(nFolds * nTargets), nFolds, nTargets)),
  };
}

/** Finds a participant's scores by an encoding model, {@link missingScores} where there are none. */
type LoadableOf = (model: EncodingModel) => LoadableScores;

/** The name of a planned score. */
export function keyOf({ analysis, layer, distance }: PlannedScore): ScoreKey {
  return { analysis, layer, distance };
}

/**
 * Reads scores from which no others are taken off, and holds what it read last, so that it is read once where distance after
 * distance is compared with the same. It holds one mean and the folds of one encoding model.
 */
interface BaseReader {
  readonly loadMean: (scores: LoadableScores) => Promise<Float64Array>;
  readonly loadFolds: (scores: LoadableScores) => Promise<Matrix<Float64Array>>;
}

/** A {@link BaseReader} that holds nothing yet. */
export function baseReader(): BaseReader {
  return { loadMean: holdLast((scores) => scores.loadMean()), loadFolds: holdLast((scores) => scores.loadFolds()) };
}

function holdLast<T>(load: (scores: LoadableScores) => Promise<T>): (scores: LoadableScores) => Promise<T> {
  let last: { readonly scores: LoadableScores; readonly loaded: T } | undefined;
  return async (scores) => {
    if (last?.scores === scores) return last.loaded;
    // Let go before others are read.
    last = undefined;
    const loaded = await load(scores);
    last = { scores, loaded };
    return loaded;
  };
}

/**
 * A participant's scores as they are reported: differences and peaks, computed when they are asked for, in single precision.
 *
 * @param bases - reads what others are compared with; of several participants one after the other, the same
 */
export function toldScores(
  scores: readonly PlannedScore[],
  scoresOf: LoadableOf,
  bases: BaseReader,
): SubjectAnalysis[] {
  return scores.map((score): SubjectAnalysis => {
    if (isPeak(score)) {
      return {
        ...keyOf(score),
        loadMean: () => loadPeak(score, scoresOf, bases),
        loadFolds: () => Promise.resolve(undefined),
      };
    }
    return {
      ...keyOf(score),
      loadMean: async () => Float32Array.from(await differenceOf(score, scoresOf, bases)),
      async loadFolds() {
        const of = scoresOf(score.of);
        const base = await bases.loadFolds(score.minus ? scoresOf(score.minus) : of);
        const data = score.minus ? subtracted((await of.loadFolds()).data, base.data) : base.data;
        return Matrix.of(Float32Array.from(data), base.nRows, base.nColumns);
      },
    };
  });
}

/** How much variance components keep of what each score's model adds to the design. */
export function toldVariance(scores: readonly PlannedScore[], scoresOf: ScoresOf): KeptVariance[] {
  return scores.flatMap((score) => (isPeak(score) ? [] : variancesOf(score, scoresOf)));
}

function variancesOf(score: Contrast, scoresOf: ScoresOf): KeptVariance[] {
  const folds = scoresOf(score.of)?.keptVariance;
  const { analysis, layer, distance } = keyOf(score);
  return folds === undefined ? [] : [{ analysis, layer, distance, folds }];
}

async function differenceOf({ of, minus }: Contrast, scoresOf: LoadableOf, bases: BaseReader): Promise<Float64Array> {
  const base = await bases.loadMean(scoresOf(minus ?? of));
  return minus ? subtracted(await scoresOf(of).loadMean(), base) : base;
}

function subtracted(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

async function loadPeak({ of, places }: PlannedPeak, scoresOf: LoadableOf, bases: BaseReader): Promise<Float32Array> {
  const rows: Matrix[] = [];
  for (const contrast of of) {
    const row = await differenceOf(contrast, scoresOf, bases);
    rows.push(Matrix.of(row, 1, row.length));
  }
  return Float32Array.from(placeOfLargest(places, joinRows(rows)));
}
