import { nearestNames, OptionError } from "../errors.ts";
import type { EafTier } from "../formats/eaf.ts";
import type { TextGridTier } from "../formats/textgrid.ts";
import { isNoise } from "./noise-labels.ts";
import type { TranscriptRow } from "./transcript-row.ts";

/** Names that aligners give to tiers of speech sounds, whose labels look like words. */
const SOUNDS = /^(?:.* - )?(?:phones?|phonemes?|MAU)(?:@.*)?$/i;

/** The rows of a tier. */
interface TierRows {
  /** Its words. */
  readonly rows: readonly TranscriptRow[];
  /** Labels of the stretches that are no words, blank ones among them. */
  readonly noise: readonly string[];
}

/** How the words of a tier are found. */
export interface TierChoice {
  /** Name of the tier. */
  readonly tier?: string | undefined;
  /** As `isNoise` takes them. */
  readonly noiseLabels?: readonly string[] | undefined;
}

/**
 * The words of the interval tier that holds them.
 *
 * @throws OptionError where the tier is not there, or not said and not clear
 */
export function tierRows(tiers: readonly TextGridTier[], path: string, { tier, noiseLabels }: TierChoice): TierRows {
  const spoken = tiers.filter(({ kind }) => kind === "interval");
  const { intervals } = pickTier(spoken, "interval tier", path, tier);
  return {
    rows: intervals
      .filter(({ text }) => !isNoise(text, noiseLabels))
      .map(({ text, start, end }) => ({ text, onset: start, offset: end, isSpread: false })),
    noise: intervals.map(({ text }) => text).filter((text) => isNoise(text, noiseLabels)),
  };
}

/**
 * The tier that was asked for; else the only one, unless it is one of speech sounds; else the one named "word" or
 * "words"; else the one so named for its speaker (`<speaker> - words`, `words@<speaker>`).
 *
 * @param what - what such a tier is called in messages
 * @throws OptionError where the tier is not there, or not said and not clear or by its name one of speech sounds
 */
export function pickTier<Tier extends TextGridTier | EafTier>(
  tiers: readonly Tier[],
  what: string,
  path: string,
  wanted: string | undefined,
): Tier {
  const names = tiers.map((tier) => tier.name);
  const named = (pattern: RegExp) => tiers.filter((tier) => pattern.test(tier.name.trim()));
  let fitting = wanted === undefined ? tiers : tiers.filter((tier) => tier.name === wanted);
  if (wanted === undefined && tiers.length > 1) {
    fitting = named(/^words?$/i);
    const ofSpeakers = named(/^(?:.* - words?|words?@.*)$/i);
    if (fitting.length === 0 && ofSpeakers.length === 1) fitting = ofSpeakers;
  }
  if (wanted === undefined && fitting.length === 1 && SOUNDS.test(fitting[0]!.name.trim())) {
    throw new OptionError(
      `the only ${what} must hold words, got "${fitting[0]!.name}", which is a name for speech sounds. Save the words too, or name the tier with the option tier.`,
      { where: path },
    );
  }
  if (fitting.length === 1) return fitting[0]!;
  if (wanted !== undefined && fitting.length === 0) {
    throw new OptionError(
      `the tier must be one of the file's ${what}s, got "${wanted}". ${nearestNames(wanted, names)}`,
      { where: path },
    );
  }
  const listed = names.map((name) => `"${name}"`).join(", ") || "none";
  throw new OptionError(
    `exactly one ${what} must hold the words, got ${fitting.length} that fit of ${tiers.length} (${listed}). Name it with the option tier.`,
    { where: path },
  );
}
