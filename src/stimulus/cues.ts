import type { SubtitleCue, SubtitleSpan } from "../formats/subtitle.ts";
import { isBlank } from "../formats/text.ts";
import type { WhisperSegment, WhisperWord } from "../formats/whisper.ts";
import type { TranscriptRow } from "./transcript-row.ts";

/** Seconds between two cues of which the second goes on from the first: subtitles count in milliseconds. */
const JOINED = 0.001;

/**
 * The words of a stretch of speech of which the file says only start and end: the first begins with it, the others
 * are spread evenly over it and marked so. A single word has the times of the stretch.
 *
 * @param start - seconds of audio
 * @param end - seconds of audio
 */
export function spreadWords(text: string, start: number, end: number): TranscriptRow[] {
  const words = splitWords(text);
  const at = (n: number) => (n === words.length ? end : start + ((end - start) * n) / words.length);
  return words.map((word, n) => ({ text: word, onset: at(n), offset: at(n + 1), isSpread: n > 0 }));
}

/**
 * The words of subtitles. Where a file has time stamps within its text, a word has the time of the stamp before it and
 * lasts until the next, and lines without stamps that repeat the lines shown before them, as rolling captions do, are
 * taken once. Several words without a stamp between them are spread evenly ({@link spreadWords}).
 */
export function subtitleRows(cues: readonly SubtitleCue[]): TranscriptRow[] {
  const isRolling = cues.some(({ lines }) => lines.some(hasStamp));
  const rows: TranscriptRow[] = [];
  let before: { readonly end: number; readonly shown: readonly string[] } = { end: Number.NaN, shown: [] };
  for (const { start, end, lines } of cues) {
    const spoken = lines.filter((line) => textOfLine(line) !== "");
    const shown = spoken.map(textOfLine);
    const isContinued = isRolling && start - before.end <= JOINED;
    const nRepeated = isContinued ? countRepeated(before.shown, shown, spoken) : 0;
    const fresh = spoken.slice(nRepeated);
    const said = fresh.some(hasStamp)
      ? fresh.flatMap((line) => stampedRows(line, start, end))
      : spreadWords(fresh.map(textOfLine).join(" "), start, end);
    for (const row of said) rows.push(row);
    before = { end, shown };
  }
  return rows;
}

/**
 * The words of Whisper's segments. Where any segment has words, those of a segment that has none (WhisperX could not
 * align it) are kept without times; else each segment's words are spread evenly over it ({@link spreadWords}). Where
 * half of the words or more begin with spaces, one that does not goes on the word before: " mother", "-in", "-law".
 */
export function whisperRows(segments: readonly WhisperSegment[]): TranscriptRow[] {
  const words = segments.flatMap((segment) => segment.words ?? []).filter(hasLetters);
  if (words.length === 0) return segments.flatMap(({ text, start, end }) => spreadWords(text, start, end));
  // Japanese has a space here and there, between phrases.
  const isSpaced = 2 * words.filter(({ text }) => text.startsWith(" ")).length >= words.length;
  return segments.flatMap((segment) => {
    if (segment.words === undefined || segment.words.length === 0) {
      return splitWords(segment.text).map((text) => ({
        text,
        onset: Number.NaN,
        offset: Number.NaN,
        isSpread: false,
      }));
    }
    return (isSpaced ? joinPieces(segment.words) : segment.words).filter(hasLetters).map(({ text, onset, offset }) => ({
      text: text.trim(),
      onset,
      offset,
      isSpread: false,
    }));
  });
}

function joinPieces(words: readonly WhisperWord[]): WhisperWord[] {
  const joined: WhisperWord[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (last === undefined || word.text.startsWith(" ") || last.text.endsWith(" ")) joined.push(word);
    else joined[joined.length - 1] = { ...last, text: last.text + word.text, offset: word.offset };
  }
  return joined;
}

const hasLetters = ({ text }: WhisperWord) => !isBlank(text);
const splitWords = (text: string) => text.split(/\s+/u).filter((word) => !isBlank(word));
const textOfLine = (line: readonly SubtitleSpan[]) => splitWords(line.map(({ text }) => text).join("")).join(" ");
const hasStamp = (line: readonly SubtitleSpan[]) => line.some(({ onset }) => !Number.isNaN(onset));

/** The most lines with which a cue begins, without stamps, that are those with which the one before ended. */
function countRepeated(
  before: readonly string[],
  shown: readonly string[],
  spoken: readonly (readonly SubtitleSpan[])[],
): number {
  const firstStamped = spoken.findIndex(hasStamp);
  let most = Math.min(before.length, firstStamped < 0 ? shown.length : firstStamped);
  while (most > 0 && before.slice(-most).some((text, i) => text !== shown[i])) most--;
  return most;
}

/** The words of a line: those between one stamp and the next share its time; pieces without a space between are one word. */
function stampedRows(line: readonly SubtitleSpan[], start: number, end: number): TranscriptRow[] {
  const stretches: { text: string; readonly onset: number; until: number }[] = [{ text: "", onset: start, until: end }];
  for (const { text, onset } of line) {
    const last = stretches.at(-1)!;
    const goesOn = last.text !== "" && /\S$/u.test(last.text) && /^\S/u.test(text);
    if (Number.isNaN(onset) || goesOn) {
      last.text += text;
      continue;
    }
    if (splitWords(last.text).length > 0) last.until = onset;
    else stretches.pop();
    stretches.push({ text, onset, until: end });
  }
  return stretches.flatMap(({ text, onset, until }) => spreadWords(text, onset, until));
}
