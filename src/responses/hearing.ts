import { normalStimFile } from "../bids/stim-file.ts";
import { numericColumn, type Table, textColumn } from "../formats/tsv.ts";
import { audioStarts } from "./audio-start.ts";

/** One audio file heard within a run. */
export interface Hearing {
  readonly stimFile: string;
  /** Seconds from the first volume of the run. */
  readonly audioStart: number;
  /** Onsets of the rows that name the file, in seconds from `audioStart`, ascending: music at 0, the story after it. */
  readonly rows: readonly number[];
  /**
   * Seconds from the first volume of the run: the part that belongs to this audio file where the run plays several.
   * From its start to the next event with another file or none; `end` is undefined where nothing follows.
   */
  readonly window?: { readonly start: number; readonly end: number | undefined } | undefined;
}

/**
 * The audio files heard in a run, by their start. A run with one audio file belongs to it whole; a run with several (the
 * Narratives task "schema" has two, between films) is cut.
 *
 * @throws NotFoundError as `audioStarts`
 * @throws FormatError as `audioStarts`
 */
export function hearings(events: Table): readonly Hearing[] {
  const starts = [...audioStarts(events)].sort((a, b) => a[1] - b[1]);
  const onsets = numericColumn(events, "onset");
  const files = textColumn(events, "stim_file").map(normalStimFile);
  return starts.map(([stimFile, audioStart]) => {
    const own = [...onsets].filter((_, row) => files[row] === stimFile);
    const rows = own.map((onset) => onset - audioStart).sort((a, b) => a - b);
    if (starts.length === 1) return { stimFile, audioStart, rows };
    const others = [...onsets].filter((onset, row) => files[row] !== stimFile && onset > audioStart);
    const end = others.length > 0 ? Math.min(...others) : undefined;
    return { stimFile, audioStart, rows, window: { start: audioStart, end } };
  });
}

/** Seconds within which two runs' events count as the same: rounding to whole seconds moves an onset by half a second. */
const SAME_ONSET = 0.5;

type Onsets = readonly number[];

const isLike = (a: Onsets, b: Onsets) =>
  a.length === b.length && a.every((onset, i) => Math.abs(onset - b[i]!) <= SAME_ONSET);
const countLike = (rows: Onsets, all: readonly Onsets[]) => all.filter((other) => isLike(rows, other)).length;

/** Events as most runs that play an audio file have them. */
export interface UsualEvents {
  readonly rows: Onsets;
  /** Of all runs with this audio file. */
  readonly all: readonly Onsets[];
  /** How many of those are like `rows`. */
  readonly n: number;
}

/**
 * The events that most runs with one audio file have; the first of equally common ones.
 *
 * @param all - of each run, as in {@link Hearing}; one at least
 */
export function usualEvents(all: readonly Onsets[]): UsualEvents {
  let best: UsualEvents | undefined;
  // Most runs have the same onsets to the digit: these are counted once.
  for (const rows of new Map(all.map((own) => [own.join(), own])).values()) {
    const n = countLike(rows, all);
    if (best === undefined || n > best.n) best = { rows, all, n };
  }
  return best!;
}

/**
 * Tells where a run's events are unlike those of the other runs that play the same audio file: its story begins at
 * another time after the start of the audio. Then one of the two times is wrong, and with it the time of every word.
 *
 * @param rows - of the run, as in {@link Hearing}
 * @returns a sentence, or undefined where the run is like most
 */
export function oddEvents(rows: Onsets, usual: UsualEvents): string | undefined {
  if (isLike(rows, usual.rows) || countLike(rows, usual.all) >= usual.n) return undefined;
  const format = (onsets: Onsets) => onsets.map((onset) => `${Number(onset.toFixed(2))} s`).join(", ");
  return (
    `events must lie as in other runs of the same audio (${format(usual.rows)} after its start, ${usual.n} of ${usual.all.length} runs), ` +
    `got ${format(rows)}. The audio's start is doubtful: check the run, or exclude it.`
  );
}
