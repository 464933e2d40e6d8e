import type { DatasetIssue } from "../errors.ts";
import type { Transcript, Word } from "../stimulus/word.ts";
import type { Stretch } from "./stretches.ts";

/** Seconds by which a word may lie outside of its stretch: events are written in whole seconds or volumes. */
const STRETCH_TOLERANCE = 1;

/** Seconds from which a message says that all words are shifted. A choice: three times {@link STRETCH_TOLERANCE}, two volumes of 1.5 s. */
const SHIFT = 3;

/**
 * Warnings on the words of a transcript, compared with the events of a run that plays its audio. Words may be heard while no
 * story is (during music, say). Or all words are shifted, since the transcript counts from another moment than the events.
 *
 * @param stretches - of the audio file that the transcript is of
 * @param events - path of the events, for the message
 */
export function checkWordsInStory(
  transcript: Transcript,
  stretches: readonly Stretch[],
  events: string,
): readonly DatasetIssue[] {
  const { words, path } = transcript;
  const types = words.map(({ onset }) => typeAt(stretches, onset));
  const counts = new Map<string, number>();
  for (const type of types) if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1);
  const [story] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (story === undefined) {
    return [
      {
        severity: "warning",
        code: "words-outside-story",
        path,
        message: `words must be heard while the events of ${events} play the audio, got all ${words.length} outside. Are both in seconds, and of the same audio?`,
      },
    ];
  }
  const outside = words.flatMap((word, n) => (types[n] === story ? [] : [{ word, n, type: types[n] }]));
  if (outside.length === 0) return [];
  const told = stretches
    .filter(({ type }) => type === story)
    .map(({ start, end }) => `${formatEnd(start)} to ${formatEnd(end)} s`);
  const first = outside[0]!;
  const during = first.type === undefined ? "" : `, during ${first.type}`;
  return [
    {
      severity: "warning",
      code: "words-outside-story",
      path,
      message:
        `words must be heard while the events have a ${story === "" ? "stretch of the audio" : story} (${told.join(", ")} of the audio, ${events}), ` +
        `got ${outside.length} of ${words.length} outside (word ${first.n + 1}, "${first.word.text}", at ${formatEnd(first.word.onset)} s${during}). ` +
        (shiftOf(words, stretches, story) ?? "Correct their times, or the events."),
    },
  ];
}

function typeAt(stretches: readonly Stretch[], onset: number): string | undefined {
  const within = (tolerance: number) =>
    stretches.find(({ start, end }) => onset >= start - tolerance && onset < end + tolerance);
  return (within(0) ?? within(STRETCH_TOLERANCE))?.type;
}

/** A sentence that says by how much all words are shifted; undefined where the first is not late by about as much as the last. */
function shiftOf(words: readonly Word[], stretches: readonly Stretch[], story: string): string | undefined {
  const own = stretches.filter(({ type }) => type === story);
  const atStart = words[0]!.onset - own[0]!.start;
  const last = words.at(-1)!;
  const atEnd = last.onset + last.duration - own.at(-1)!.end;
  const shift = (atStart + atEnd) / 2;
  if (Math.abs(shift) < SHIFT || Math.abs(atStart - atEnd) > Math.max(2, Math.abs(shift) / 3)) return undefined;
  return (
    `The first word begins ${formatEnd(atStart)} s after the start and the last ends ${formatEnd(atEnd)} s after the end: all words look shifted by about ${formatEnd(shift)} s. ` +
    "Find out whether the audio file begins before the event does, and correct one of them."
  );
}

const formatEnd = (seconds: number) => (Number.isFinite(seconds) ? String(Number(seconds.toFixed(2))) : "the end");
