import { leadingLayer } from "../report/select.ts";
import type { StudyOptions } from "./options.ts";

/** What a plan needs to know of one participant. */
export interface PlannedParticipant {
  readonly participant: string;
  /** Equal for participants who heard the same stories with the same timing, so that designs can be shared. */
  readonly stimulusKey: string;
  /** Changes whenever a response does. */
  readonly responseKey: string;
}

/** What is scored in one step: a layer of the model, or a control. */
export type FeatureSet =
  | { readonly kind: "layer"; readonly layer: number }
  | { readonly kind: "word-rate" }
  | { readonly kind: "random-weights"; readonly layer: number }
  | { readonly kind: "random-window"; readonly layer: number; readonly distance: number };

/** One participant's scores of one feature set: the unit that is kept when a run is interrupted. */
export interface Step {
  readonly participant: string;
  /** Names the step's result: the same key, the same numbers. */
  readonly key: string;
}

/** Steps that share their designs. */
export interface StepGroup {
  /** Names the designs: the same key, the same numbers. */
  readonly key: string;
  readonly featureSet: FeatureSet;
  readonly stimulusKey: string;
  readonly steps: readonly Step[];
}

/** The layers of a model that are scored, and how deep it is where that is known. */
export interface ScoredLayers {
  readonly layers: readonly number[];
  readonly nLayers?: number | undefined;
}

/** Every step of a study, in the order in which they are done. */
export interface StudyPlan {
  readonly featureSets: readonly FeatureSet[];
  readonly groups: readonly StepGroup[];
  readonly nSteps: number;
}

/** Raised when the same inputs come to give other numbers, or more of them, or files are written otherwise. */
export const numbersVersion = 9;

/**
 * The steps of a study: for each layer and control, for each set of participants who heard the same stories, the
 * participants. Pure: the same arguments, the same plan.
 *
 * @param model - its layers to score; controls are made with the main one, which the report shows
 * @param fingerprints - what identifies the model's activations, and those of the model with random weights
 * @param hash - SHA-256 of a text
 */
export function planStudy(
  participants: readonly PlannedParticipant[],
  model: ScoredLayers,
  options: StudyOptions,
  fingerprints: { readonly model: string; readonly randomWeights: string },
  hash: (text: string) => string,
): StudyPlan {
  const featureSets = featureSetsOf(model, options);
  const stimuli = [...new Set(participants.map((p) => p.stimulusKey))];
  const groups = stimuli.flatMap((stimulusKey) =>
    featureSets.map((featureSet): StepGroup => {
      const members = participants.filter((p) => p.stimulusKey === stimulusKey);
      const steps = members.map(({ participant, responseKey }) => {
        const parts = [
          numbersVersion,
          featureSet,
          stimulusKey,
          responseKey,
          relevant(featureSet, options, fingerprints),
        ];
        return { participant, key: hash(JSON.stringify(parts)) };
      });
      const { average: _, ...design } = options;
      const key = hash(
        JSON.stringify([numbersVersion, featureSet, stimulusKey, relevant(featureSet, design, fingerprints)]),
      );
      return { key, featureSet, stimulusKey, steps };
    }),
  );
  return { featureSets, groups, nSteps: groups.reduce((sum, group) => sum + group.steps.length, 0) };
}

/** The distance at which random vectors take the window's place: 8, the paper's, or the nearest that is asked for. */
export function controlDistance(distances: readonly number[]): number | undefined {
  return distances.toSorted((a, b) => Math.abs(a - 8) - Math.abs(b - 8))[0];
}

/** The feature sets of a study: the layers, then the controls. */
export function featureSetsOf({ layers, nLayers }: ScoredLayers, { controls, distances }: StudyOptions): FeatureSet[] {
  const featureSets: FeatureSet[] = layers.map((layer) => ({ kind: "layer", layer }));
  const layer = leadingLayer(layers, nLayers);
  const distance = controlDistance(distances);
  for (const kind of new Set(controls)) {
    if (kind === "word-rate") featureSets.push({ kind });
    else if (kind === "random-weights" && layer !== undefined) featureSets.push({ kind, layer });
    else if (layer !== undefined && distance !== undefined)
      featureSets.push({ kind: "random-window", layer, distance });
  }
  return featureSets;
}

/** The options that a feature set's numbers depend on, and no others: a change elsewhere keeps what is computed. */
function relevant(
  featureSet: FeatureSet,
  options: Omit<StudyOptions, "average"> & { readonly average?: StudyOptions["average"] },
  fingerprints: { readonly model: string; readonly randomWeights: string },
): unknown {
  const { downsample, filing, delays, firstDelay, edge, components, reduction } = options;
  const { folds, gap, alphas, alphaChoice, innerFolds, average, precision, provider } = options;
  const common = [
    { downsample, filing, delays, firstDelay, edge, components, reduction },
    { folds, gap, alphas, alphaChoice, innerFolds, average, precision, provider },
  ];
  switch (featureSet.kind) {
    case "layer":
      return [common, fingerprints.model, options.distances, options.width];
    case "word-rate":
      return [common];
    case "random-weights":
      return [common, fingerprints.randomWeights];
    case "random-window":
      return [common, fingerprints.model, options.width, options.seed];
    default:
      return featureSet satisfies never;
  }
}
