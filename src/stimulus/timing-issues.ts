import { findSilences, findUntimed, median, speechRates } from "./timing.ts";
import { transcriptLimits as limits } from "./transcript-limits.ts";
import type { TranscriptIssue, TranscriptRow } from "./transcript-row.ts";

const noun = (n: number, name: string) => `${n} ${name}${n === 1 ? "" : "s"}`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
/** Seconds as text, to the hundredth; below a tenth, to the tenth of a millisecond. */
const formatLength = (value: number) => {
  const unit = Math.abs(value) < 0.1 ? 1e4 : 100;
  return `${Math.round(value * unit) / unit} s`;
};
/** Seconds of rounding that a limit allows: aligners write 0.01 s as 0.009999, and 0.58 - 0.56 is less than 0.02. */
const ROUNDING = 1e-4;

/** An issue where times cannot be seconds of audio: the median time between words, or of a word, is beyond all speech. */
export function unitIssue(rows: readonly TranscriptRow[]): TranscriptIssue | undefined {
  const known = rows.filter(({ onset }) => !Number.isNaN(onset)).map(({ onset }) => onset);
  const step = median(known.slice(1).map((onset, n) => onset - known[n]!));
  const duration = median(rows.map(({ onset, offset }) => offset - onset).filter((value) => !Number.isNaN(value)));
  const found = { severity: "error", code: "unit" } as const;
  if (step > limits.stepAtMost || duration > limits.stepAtMost) {
    const what = step > limits.stepAtMost ? ["from word to word", step] : ["a word", duration];
    const message = `times must be seconds, got a median of ${what[1]} ${what[0] === "a word" ? "for a word" : what[0]}`;
    return { ...found, message, remedy: "Are they milliseconds? Divide them by 1000" };
  }
  if (known.length >= limits.fewWords && step > 0 && step < limits.stepAtLeast) {
    const message = `times must be seconds, got a median of ${step} from word to word`;
    return { ...found, message, remedy: "Are they minutes? Multiply them by 60" };
  }
  return undefined;
}

/** Words without times of their own: how many, and the longest stretch of them. */
export function untimedIssues(rows: readonly TranscriptRow[], onsets: ArrayLike<number>): TranscriptIssue[] {
  const nKnown = rows.filter(({ onset }) => !Number.isNaN(onset)).length;
  const nUntimed = rows.length - nKnown;
  if (nUntimed === 0) return [];
  if (nKnown < 2) {
    const message = `at least two words must have a time, got ${nKnown} of ${rows.length}`;
    return [{ severity: "error", code: "no-times", message, remedy: "Align the transcript with the audio" }];
  }
  const stretches = findUntimed(
    rows.map((row) => ({ ...row, isSpread: false })),
    onsets,
  );
  const longest = stretches.reduce((most, stretch) => (stretch.nWords > most.nWords ? stretch : most));
  const widest = stretches.reduce((most, stretch) => (length(stretch) > length(most) ? stretch : most));
  const share = nUntimed / rows.length;
  const isWide = length(widest) > limits.stretchWithoutTime;
  const told = isWide ? widest : longest;
  const issues: TranscriptIssue[] = [
    {
      severity: isWide || share > limits.shareWithoutTime ? "warning" : "note",
      code: "without-time",
      word: told.word,
      time: told.start,
      message: `every word should have a time, got ${nUntimed} of ${rows.length} without (${percent(share)}), at most ${longest.nWords} in a row (${told.nWords} within ${formatLength(length(told))} from word ${told.word + 1} on)`,
      remedy: "They take times between their neighbours'; align the longest stretches by hand",
    },
  ];
  for (const stretch of stretches) {
    const { nWords, word, start } = stretch;
    if (nWords < limits.squeezedWords || length(stretch) >= nWords * limits.squeezedStep) continue;
    issues.push({
      severity: "warning",
      code: "squeezed-words",
      word,
      time: start,
      message: `words without a time should have enough time between their neighbours, got ${formatLength(length(stretch))} for ${nWords} (from word ${word + 1} on)`,
      remedy: "Look whether they are said at all",
    });
  }
  return issues;
}

const length = ({ start, end }: { readonly start: number; readonly end: number }) => end - start;

/** Words whose own times are odd: too long, too short, overlapping the word before, or beginning together with it. */
export function wordIssues(rows: readonly TranscriptRow[]): TranscriptIssue[] {
  const issues: TranscriptIssue[] = [];
  let before: { readonly onset: number; readonly offset: number } | undefined;
  rows.forEach(({ text, onset, offset, isSpread }, word) => {
    if (Number.isNaN(onset) || isSpread) return;
    const add = (code: string, message: string, remedy: string) =>
      issues.push({
        severity: "warning",
        code,
        word,
        time: onset,
        message: `${message} (word ${word + 1}, "${text}")`,
        remedy,
      });
    const duration = offset - onset;
    if (duration > limits.longestWord) {
      const message = `a word should last at most ${limits.longestWord} s, got ${formatLength(duration)}`;
      add("long-word", message, "Look whether a pause, or words after it, went into it");
    }
    // Words that end before they begin are told elsewhere.
    if (duration >= 0 && duration < limits.shortestWord - ROUNDING) {
      const message = `a word should last at least ${limits.shortestWord} s, got ${formatLength(duration)}`;
      add("short-word", message, "Look whether it was aligned at all");
    }
    if (before && onset === before.onset) {
      add("same-onset", `words should begin one after the other, got two at ${onset} s`, "Correct the time of one");
    } else if (before && onset > before.onset && before.offset - onset > limits.overlap + ROUNDING) {
      const message = `a word should begin after the end of the one before, got ${formatLength(before.offset - onset)} of overlap`;
      add("overlap", message, "Correct the times of one, unless two people speak");
    }
    before = { onset, offset };
  });
  return issues;
}

/** Silences in which words may be missing, and words at either end that a silence parts from the rest. */
export function silenceIssues(rows: readonly TranscriptRow[]): TranscriptIssue[] {
  const silences = findSilences(rows);
  const issues: TranscriptIssue[] = [];
  if (silences.length > 0) {
    const longest = silences.reduce((most, silence) => (length(silence) > length(most) ? silence : most));
    issues.push({
      severity: "note",
      code: "silence",
      word: longest.word,
      time: longest.start,
      message: `${noun(silences.length, "silence")} longer than ${limits.silence} s, the longest ${formatLength(length(longest))} (after word ${longest.word + 1})`,
      remedy: "Nothing need be done where nobody speaks",
    });
  }
  for (const silence of silences) {
    const { word, start } = silence;
    const place = { severity: "warning", word, time: start } as const;
    const nBefore = word + 1;
    const nBehind = rows.length - nBefore;
    if (rows.length >= limits.fewWords && Math.min(nBefore, nBehind) <= limits.edgeWords) {
      const n = Math.min(nBefore, nBehind);
      const which = `the ${n === nBefore ? "first" : "last"} ${n === 1 ? "word" : `${n} words`}`;
      issues.push({
        ...place,
        code: "edge-words",
        message: `the words at either end should be near the others, got ${formatLength(length(silence))} of silence between ${which} and the rest`,
        remedy: "Look whether they were aligned with music or a title",
      });
    } else if (length(silence) > limits.longSilence) {
      issues.push({
        ...place,
        code: "long-silence",
        message: `speech should not pause for more than ${limits.longSilence} s, got ${formatLength(length(silence))} (after word ${nBefore})`,
        remedy: "Look whether words are missing there",
      });
    }
  }
  return issues;
}

/** Stretches in which words follow each other too fast, and a story that is too fast or too slow as a whole. */
export function rateIssues(rows: readonly TranscriptRow[], onsets: ArrayLike<number>, rate: number): TranscriptIssue[] {
  const issues: TranscriptIssue[] = [];
  if (rows.length >= limits.fewWords && (rate < limits.slowestStory || rate > limits.fastestStory)) {
    issues.push({
      severity: "warning",
      code: "story-rate",
      message: `a story should have ${limits.slowestStory} to ${limits.fastestStory} words a second, got ${rate.toFixed(2)}`,
      remedy: "Look whether words are missing, or times are of another recording",
    });
  }
  const stretches: { start: number; end: number; rate: number }[] = [];
  for (const window of speechRates(onsets).filter((candidate) => candidate.rate > limits.fastest)) {
    const last = stretches.at(-1);
    if (last === undefined || window.start > last.end) stretches.push({ ...window });
    else Object.assign(last, { end: window.end, rate: Math.max(last.rate, window.rate) });
  }
  for (const { start, end, rate: most } of stretches) {
    issues.push({
      severity: "warning",
      code: "fast-speech",
      time: start,
      word: Array.from(onsets).findIndex((onset) => onset >= start),
      message: `people should say at most ${limits.fastest} words a second for ${limits.window} s, got ${most.toFixed(1)} between ${formatLength(start)} and ${formatLength(end)}`,
      remedy: "Look whether words were pushed together there",
    });
  }
  return issues;
}
