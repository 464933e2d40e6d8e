import { checkArgument } from "../array/arguments.ts";
import { normalStimFile, stimFileBase } from "../bids/stim-file.ts";
import { FormatError, shorten } from "../errors.ts";
import { numericColumn, type Table, textColumn } from "../formats/tsv.ts";

/** Most letters of a name: those of the longest path of Linux (PATH_MAX). */
const longestStimFile = 4096;

/**
 * When each audio file of a run starts, in seconds from the first volume: the earliest onset among the rows of
 * `events.tsv` that name it in `stim_file`. Music at the head of an audio file counts, since word times are seconds of
 * that file. Onsets may be negative: the audio may start before the first volume that remains.
 *
 * @param events - columns `onset` and `stim_file`; rows whose `stim_file` is blank or "n/a" are ignored
 * @returns `stim_file` to seconds, in the order of the table, names as `normalStimFile` has them; empty where no row
 * names a file
 * @throws NotFoundError where a column is missing
 * @throws FormatError where an onset is no number, or a row that names a file has none; where a name is no file's
 */
export function audioStarts(events: Table): ReadonlyMap<string, number> {
  checkArgument("audioStarts: events", events, "an object", { columns: "a list of texts", rows: "a list" });
  const onsets = numericColumn(events, "onset");
  const starts = new Map<string, number>();
  textColumn(events, "stim_file").forEach((text, row) => {
    const stimFile = normalStimFile(text);
    if (stimFile === "" || stimFile === "n/a") return;
    // Transcripts are looked for by this name.
    if (/^\.*$/.test(stimFileBase(stimFile)) || /\p{Cc}/u.test(stimFile) || stimFile.length > longestStimFile) {
      throw new FormatError(
        events.path,
        `stim_file must be the name of an audio file, got ${JSON.stringify(shorten(stimFile))} (row ${row + 1}). Write the audio's file name there`,
      );
    }
    const onset = onsets[row]!;
    if (!Number.isFinite(onset)) {
      throw new FormatError(
        events.path,
        `a row that names a stim_file must have an onset, got "${events.rows[row]?.[events.columns.indexOf("onset")]}" (row ${row + 1}, ${stimFile}). Write its onset in seconds`,
      );
    }
    starts.set(stimFile, Math.min(onset, starts.get(stimFile) ?? onset));
  });
  return starts;
}
