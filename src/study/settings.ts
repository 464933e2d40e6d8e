import type { EncodingOptions } from "../encoding/prepared.ts";
import type { StudyOptions } from "./options.ts";

/**
 * The options that designs depend on, beside what they are made of. What makes designs is given these and no others, and keys
 * are their hash: an option that is not among them cannot change a number.
 */
export type DesignSettings = Pick<
  StudyOptions,
  | "downsample"
  | "filing"
  | "delays"
  | "firstDelay"
  | "edge"
  | "components"
  | "reduction"
  | "folds"
  | "gap"
  | "alphas"
  | "alphaChoice"
  | "innerFolds"
  | "precision"
  | "provider"
>;

/** The options that scores depend on, beside designs and responses. */
export type ScoreSettings = Pick<StudyOptions, "average">;

/** The {@link DesignSettings} among the options of a study, and nothing else. */
export function designSettings(options: StudyOptions): DesignSettings {
  const { downsample, filing, delays, firstDelay, edge, components, reduction } = options;
  const { folds, gap, alphas, alphaChoice, innerFolds, precision, provider } = options;
  return {
    downsample,
    filing,
    delays,
    firstDelay,
    edge,
    components,
    reduction,
    folds,
    gap,
    alphas,
    alphaChoice,
    innerFolds,
    precision,
    provider,
  };
}

/** The {@link ScoreSettings} among the options of a study, and nothing else. */
export function scoreSettings({ average }: StudyOptions): ScoreSettings {
  return { average };
}

/**
 * The options of `encoding/`, but for the stories.
 *
 * @param threads - of the processor; they change no number
 */
export function encodingSettings(
  settings: DesignSettings,
  threads: number | undefined,
): Omit<EncodingOptions, "storyLengths"> {
  const { components, reduction, delays, firstDelay, edge, folds, gap, precision, alphas } = settings;
  return {
    components,
    reduction,
    nDelays: delays,
    firstDelay,
    edge,
    nFolds: folds,
    gap,
    alphas,
    choice: settings.alphaChoice,
    nInnerFolds: settings.innerFolds,
    precision,
    device: { provider: settings.provider, threads },
  };
}
