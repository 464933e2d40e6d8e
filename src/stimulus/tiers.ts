import { nearestNames, OptionError } from "../errors.ts";
import type { EafTier } from "../formats/eaf.ts";
import { isBlank } from "../formats/text.ts";
import type { TextGridTier } from "../formats/textgrid.ts";
import type { TranscriptRow } from "./transcript-row.ts";

// What aligners write into intervals in which nobody speaks. "spn" and "<unk>" are not among them: somebody does.
const SILENCES = new Set([
  ...["", "sp", "sil", "pau", "#", "<s>", "</s>", "<sil>", "<eps>", "<p:>", "<p>", "<silence>", "{sl}", "{sp}", "{br}"],
  ...["sentence_start", "sentence_end"],
]);

/** What aligners call the tier of speech sounds, whose labels would pass for words. */
const SOUNDS = /^(?:.* - )?(?:phones?|phonemes?|MAU)(?:@.*)?$/i;

/** Whether a label stands for a stretch in which nobody speaks. */
export function isSilence(label: string): boolean {
  return isBlank(label) || SILENCES.has(label.trim().toLowerCase());
}

/**
 * The words of the interval tier that holds them.
 *
 * @throws OptionError where the tier is not there, or not said and not clear
 */
export function tierRows(tiers: readonly TextGridTier[], path: string, wanted: string | undefined): TranscriptRow[] {
  const spoken = tiers.filter((tier) => tier.kind === "interval");
  return pickTier(spoken, "interval tier", path, wanted)
    .intervals.filter(({ text }) => !isSilence(text))
    .map(({ text, start, end }) => ({ text, onset: start, offset: end, isSpread: false }));
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
      `${path}: the only ${what} must hold words, got "${fitting[0]!.name}", which is a name for speech sounds. Save the words too, or name the tier with the option tier.`,
    );
  }
  if (fitting.length === 1) return fitting[0]!;
  if (wanted !== undefined && fitting.length === 0) {
    throw new OptionError(
      `${path}: the tier must be one of the file's ${what}s, got "${wanted}". ${nearestNames(wanted, names)}`,
    );
  }
  const listed = names.map((name) => `"${name}"`).join(", ") || "none";
  throw new OptionError(
    `${path}: exactly one ${what} must hold the words, got ${fitting.length} that fit of ${tiers.length} (${listed}). Name it with the option tier.`,
  );
}
