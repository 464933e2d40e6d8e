import { FormatError } from "../errors.ts";
import { splitCsv } from "./csv.ts";
import { pathOf } from "./file-bytes.ts";
import { parseNumber } from "./number.ts";
import { isBlank } from "./text.ts";

/** One word of a transcript as the forced aligner Gentle found it in the audio. */
export interface GentleWord {
  /** The word as the transcript has it. */
  readonly text: string;
  /** The word as it was aligned: lower case, `<unk>` where it is not in the aligner's vocabulary, `""` where not found. */
  readonly aligned: string;
  /** Seconds of audio; NaN where the word was not found. */
  readonly onset: number;
  /** Seconds of audio at which the word ends; NaN where it was not found. */
  readonly offset: number;
}

/** Settings of {@link readGentle}. */
export interface ReadGentleOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * The words of Gentle's `align.csv`: four columns without a header (word, aligned word, onset, offset), the last three
 * blank where the aligner did not find the word. UTF-8; cells may be quoted, with quotes inside doubled.
 *
 * @throws FormatError where a row does not have four cells, has no word, one time without the other, a time that is no
 * number or before the start of the audio, or an offset before its onset
 * @see https://github.com/lowerquality/gentle
 */
export function readGentle(bytes: Uint8Array, options: ReadGentleOptions = {}): readonly GentleWord[] {
  const path = pathOf(options, "align.csv");
  return splitCsv(bytes, path).map(({ cells, line, start }) => {
    const fail = (message: string) => new FormatError(path, `${message} in line ${line}`, start);
    const time = (name: string, cell: string) => {
      if (cell === "") return Number.NaN;
      const value = parseNumber(cell);
      if (value !== undefined && value >= 0 && value < Infinity) return value;
      throw fail(`the ${name} must be seconds from 0, or blank, got ${JSON.stringify(cell)}`);
    };
    if (cells.length !== 4)
      throw fail(`a row must have four cells (word, aligned word, onset, offset), got ${cells.length}`);
    const [text, aligned, onsetCell, offsetCell] = cells as [string, string, string, string];
    if (isBlank(text)) throw fail(`a row must begin with a word, got ${JSON.stringify(text)}`);
    const onset = time("onset", onsetCell);
    const offset = time("offset", offsetCell);
    if (Number.isNaN(onset) !== Number.isNaN(offset)) {
      throw fail(`onset and offset must both be there or both be blank, got "${onsetCell}" and "${offsetCell}"`);
    }
    if (offset < onset) throw fail(`the offset must not lie before the onset, ${onset}, got ${offset}`);
    return { text, aligned, onset, offset };
  });
}
