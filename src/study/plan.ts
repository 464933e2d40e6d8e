import type { Scope } from "../analyses/analysis.ts";
import { type EncodingModel, sourcesOf, usesOthers } from "../analyses/encoding-model.ts";
import { familiesOf, type ModelFamily } from "../analyses/families.ts";
import { modelsOf, type PlannedScore, planScores } from "../analyses/registry.ts";
import { leadingLayer } from "../report/select.ts";
import { askedAnalyses } from "./asked-analyses.ts";
import type { StudyOptions } from "./options.ts";
import { type DesignSettings, designSettings, type ScoreSettings, scoreSettings } from "./settings.ts";
import { type Listener, type SharedStory, sharedStories } from "./shared-stories.ts";

/** What a plan needs to know of one participant. */
export interface PlannedParticipant extends Listener {
  /** Equal for participants who heard the same stories with the same timing, so that designs can be shared. */
  readonly stimulusKey: string;
}

/** What a design is made of, and how: its key is the hash of this. */
export interface DesignRequest {
  readonly version: number;
  readonly model: EncodingModel;
  /** What identifies the vectors that the model is made of, in the order of `sourcesOf`. */
  readonly vectors: readonly string[];
  readonly stimulusKey: string;
  /** Stories whose responses of others the model is made of; undefined where it is made of none. */
  readonly shared?: readonly SharedStory[] | undefined;
  readonly settings: DesignSettings;
}

/** What the scores of an encoding model follow from: their key is the hash of this. */
export interface ScoreRequest {
  /** Key of the design. */
  readonly design: string;
  readonly responseKey: string;
  readonly settings: ScoreSettings;
}

/** One participant's scores of a family of encoding models: what is computed, kept and counted as one. */
export interface Step {
  readonly participant: string;
  /** The key of each member's scores: the same key, the same numbers. */
  readonly keys: readonly string[];
}

/** Steps that share their designs. */
export interface StepGroup {
  readonly family: ModelFamily;
  /** The key of each member's design: the same key, the same numbers. */
  readonly designKeys: readonly string[];
  readonly stimulusKey: string;
  /** Where designs are made of others' responses: the stories of the one participant that they are for. */
  readonly shared?: readonly SharedStory[] | undefined;
  readonly steps: readonly Step[];
}

/** The layers of a model that are scored, and its depth where files say it. */
export interface ScoredLayers {
  readonly layers: readonly number[];
  readonly nLayers?: number | undefined;
}

/** Every step of a study, in the order in which they are done. */
export interface StudyPlan {
  /** What is told of each participant. */
  readonly scores: readonly PlannedScore[];
  readonly groups: readonly StepGroup[];
  readonly nSteps: number;
  readonly nFolds: number;
}

/** Raised when the same inputs come to give other numbers, or more of them, or files are written otherwise. */
export const numbersVersion = 12;

/**
 * The steps of a study: for each set of participants who heard the same stories, for each family of encoding models, the
 * participants. Pure: the same arguments, the same plan.
 *
 * @param model - its layers to score; controls are made with the main one, which the report shows
 * @param fingerprints - what identifies the model's activations, and those of the model with random weights
 * @param hash - SHA-256 of a text
 */
export function planSteps(
  participants: readonly PlannedParticipant[],
  model: ScoredLayers,
  options: StudyOptions,
  fingerprints: { readonly own: string; readonly random: string },
  hash: (text: string) => string,
): StudyPlan {
  const scores = plannedScores(model, options);
  const families = familiesOf(modelsOf(scores));
  const settings = designSettings(options);
  const stimuli = [...new Set(participants.map((p) => p.stimulusKey))];
  const stepOf = ({ participant, responseKey }: PlannedParticipant, designKeys: readonly string[]): Step => {
    const keys = designKeys.map((design) => {
      const request: ScoreRequest = { design, responseKey, settings: scoreSettings(options) };
      return hash(JSON.stringify(request));
    });
    return { participant, keys };
  };
  const designKeysOf = ({ members }: ModelFamily, made: Pick<DesignRequest, "stimulusKey" | "shared">) =>
    members.map(({ model: own }) => {
      const vectors = sourcesOf(own).map(({ weights }) => fingerprints[weights]);
      const { stimulusKey, shared } = made;
      const request: DesignRequest = { version: numbersVersion, model: own, vectors, stimulusKey, shared, settings };
      return hash(JSON.stringify(request));
    });
  const groups = stimuli.flatMap((stimulusKey) => {
    const heard = participants.filter((p) => p.stimulusKey === stimulusKey);
    return families.flatMap((family): StepGroup[] => {
      if (!usesOthers(family.base)) {
        const designKeys = designKeysOf(family, { stimulusKey });
        return [{ family, designKeys, stimulusKey, steps: heard.map((one) => stepOf(one, designKeys)) }];
      }
      return heard.flatMap((one) => {
        const shared = sharedStories(one, participants);
        if (shared.length === 0) return [];
        const designKeys = designKeysOf(family, { stimulusKey, shared });
        return [{ family, designKeys, stimulusKey, shared, steps: [stepOf(one, designKeys)] }];
      });
    });
  });
  return { scores, groups, nSteps: groups.reduce((sum, group) => sum + group.steps.length, 0), nFolds: options.folds };
}

/** The scores that a study tells of each participant. */
export function plannedScores(model: ScoredLayers, options: StudyOptions): readonly PlannedScore[] {
  return planScores(askedAnalyses(options), scopeOf(model, options));
}

/** The families of encoding models that a study scores. */
export function plannedFamilies(model: ScoredLayers, options: StudyOptions): readonly ModelFamily[] {
  return familiesOf(modelsOf(plannedScores(model, options)));
}

function scopeOf({ layers, nLayers }: ScoredLayers, { distances, width, seed }: StudyOptions): Scope {
  return { layers, mainLayer: leadingLayer(layers, nLayers), distances, width, seed };
}

/** The layers whose activations a plan needs, of the model or of the one with random weights. */
export function layersOf({ groups }: Pick<StudyPlan, "groups">, weights: "own" | "random"): readonly number[] {
  const sources = groups.flatMap(({ family }) => family.members.flatMap(({ model }) => sourcesOf(model)));
  return [...new Set(sources.filter((source) => source.weights === weights).map(({ layer }) => layer))];
}
