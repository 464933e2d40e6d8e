import { stimFileBase, storyOfStimFile } from "../bids/stim-file.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import type { Source } from "../sources/source.ts";
import { readTranscript } from "./transcript.ts";
import type { Transcript } from "./word.ts";

/** Where {@link loadTranscript} looks. */
export interface LoadTranscriptOptions {
  /** The audio file as `events.tsv` names it: one story may have several (`milkywayvodka_audio.wav`, ...). */
  readonly stimFile?: string | undefined;
  /** The transcript itself, relative to the source; nothing else is looked at then. */
  readonly path?: string | undefined;
  /** As in `readTranscript`. */
  readonly tier?: string | undefined;
}

/**
 * A story's transcript, from the data set's `stimuli/` folder.
 *
 * Looked for under the audio file's base name, under that without `_audio`, and under the story's name, in this order;
 * the first name with a transcript counts. For each name: `stimuli/<name>.TextGrid`, `stimuli/<name>_words.tsv`,
 * `stimuli/<name>.tsv`, `stimuli/gentle/<name>/align.csv`.
 *
 * @param source - the data set's root folder
 * @param story - the story's name, which the transcript then carries
 * @throws NotFoundError where there is none, with the paths looked at
 * @throws OptionError where one name has several transcripts
 * @throws FormatError where the file cannot be read as its extension says
 */
export async function loadTranscript(
  source: Source,
  story: string,
  options: LoadTranscriptOptions = {},
): Promise<Transcript> {
  const path = options.path ?? (await findTranscript(source, story, options.stimFile));
  return readTranscript(await source.read(path), { path, story, tier: options.tier });
}

/**
 * The path of a story's transcript, where {@link loadTranscript} looks for it.
 *
 * @throws NotFoundError, OptionError as {@link loadTranscript}
 */
export async function findTranscript(source: Source, story: string, stimFile: string | undefined): Promise<string> {
  const names = [
    ...new Set(stimFile === undefined ? [story] : [stimFileBase(stimFile), storyOfStimFile(stimFile), story]),
  ];
  const looked: string[] = [];
  for (const name of names) {
    const paths = [
      `stimuli/${name}.TextGrid`,
      `stimuli/${name}_words.tsv`,
      `stimuli/${name}.tsv`,
      `stimuli/gentle/${name}/align.csv`,
    ];
    looked.push(...paths);
    const there: string[] = [];
    for (const path of paths) if (await source.has(path)) there.push(path);
    if (there.length > 1) {
      throw new OptionError(
        `loadTranscript: one transcript must fit the story "${story}", got ${there.length} (${there.join(", ")}). Say which with the option path.`,
      );
    }
    if (there[0] !== undefined) return there[0];
  }
  const known = await listTranscripts(source);
  throw new NotFoundError(
    `${source.location}: a transcript of the story "${story}" must exist, got none of ${looked.join(", ")}. ` +
      `Add one of these, or give its path. Transcripts there: ${nearestNames(story, known)}`,
  );
}

/** Names of the transcripts in a data set's `stimuli/`, as {@link loadTranscript} finds them; sorted within each place. */
export async function listTranscripts(source: Source): Promise<string[]> {
  const inGentle = (await source.list("stimuli/gentle")).filter((entry) => entry.kind === "folder");
  const tables = (await source.list("stimuli")).filter((entry) => /\.(TextGrid|tsv)$/.test(entry.name));
  return [
    ...inGentle.map((entry) => entry.name),
    ...tables.map((entry) => entry.name.replace(/(_words)?\.[^.]*$/, "")),
  ];
}
