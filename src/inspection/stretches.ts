import { normalStimFile } from "../bids/stim-file.ts";
import { numericColumn, type Table, textColumn } from "../formats/tsv.ts";

/** A stretch of one audio file as the events tell it: music, then a story, say. */
export interface Stretch {
  /** The event's `trial_type`; "" where the events have none. */
  readonly type: string;
  /** Seconds of audio. */
  readonly start: number;
  /** Seconds of audio; infinite where the event has no duration. */
  readonly end: number;
}

/**
 * The stretches of one audio file, by their start.
 *
 * @param events - `onset` and `stim_file`, and where there are such columns `duration` and `trial_type`
 * @param stimFile - as `normalStimFile` has it
 * @param audioStart - seconds from the first volume at which the audio file starts
 * @throws NotFoundError where a column is missing
 * @throws FormatError where a time is no number
 */
export function stretchesOf(events: Table, stimFile: string, audioStart: number): readonly Stretch[] {
  const onsets = numericColumn(events, "onset");
  const durations = events.columns.includes("duration") ? numericColumn(events, "duration") : undefined;
  const types = events.columns.includes("trial_type") ? textColumn(events, "trial_type") : undefined;
  return textColumn(events, "stim_file")
    .flatMap((file, row): Stretch[] => {
      if (normalStimFile(file) !== stimFile) return [];
      const start = onsets[row]! - audioStart;
      const duration = durations?.[row] ?? Number.NaN;
      return [{ type: types?.[row] ?? "", start, end: duration > 0 ? start + duration : Number.POSITIVE_INFINITY }];
    })
    .sort((a, b) => a.start - b.start);
}
