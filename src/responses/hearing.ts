import { numericColumn, type Table, textColumn } from "../formats/tsv.ts";
import { audioStarts } from "./audio-start.ts";

/** One audio file heard within a run. */
export interface Hearing {
  readonly stimFile: string;
  /** Seconds from the first volume of the run. */
  readonly audioStart: number;
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
  if (starts.length === 1) return [{ stimFile: starts[0]![0], audioStart: starts[0]![1] }];
  const onsets = numericColumn(events, "onset");
  const files = textColumn(events, "stim_file").map((file) => file.trim());
  return starts.map(([stimFile, audioStart]) => {
    const others = [...onsets].filter((onset, row) => files[row] !== stimFile && onset > audioStart);
    const end = others.length > 0 ? Math.min(...others) : undefined;
    return { stimFile, audioStart, window: { start: audioStart, end } };
  });
}
