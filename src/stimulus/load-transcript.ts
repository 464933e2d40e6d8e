import { checkArgument } from "../array/arguments.ts";
import { normalText } from "../bids/identity.ts";
import { stimFileBase, storyOfStimFile } from "../bids/stim-file.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import type { Source } from "../sources/source.ts";
import { readTranscript, type TranscriptOptions } from "./transcript.ts";
import { isTranscript, transcriptExtension, transcriptExtensions } from "./transcript-formats.ts";
import type { Transcript } from "./word.ts";

/** Where {@link loadTranscript} looks, and how `readTranscript` reads what it finds. */
export interface LoadTranscriptOptions extends Pick<TranscriptOptions, "tier" | "cues" | "noiseLabels"> {
  /** The audio file as `events.tsv` names it: one story may have several (`milkywayvodka_audio.wav`, ...). */
  readonly stimFile?: string | undefined;
  /** The transcript itself, relative to the source; nothing else is looked at then. */
  readonly path?: string | undefined;
}

/** The paths that a transcript of that name may have. */
const pathsOf = (name: string) => [
  ...transcriptExtensions.flatMap((extension) => [`stimuli/${name}_words${extension}`, `stimuli/${name}${extension}`]),
  `stimuli/gentle/${name}/align.csv`,
  `stimuli/gentle/${name}/align.json`,
];

/**
 * A story's transcript, from the data set's `stimuli/` folder.
 *
 * Looked for under the audio file's base name, under that without `_audio`, and under the story's name, in this order;
 * the first name with a transcript counts. For each name: `stimuli/<name>` and `stimuli/<name>_words` with the
 * extensions that {@link readTranscript} knows (in any case), `stimuli/gentle/<name>/align.csv` and `align.json`.
 *
 * A `.json` beside another file of its name is the table's sidecar, or the same alignment once more, and is not looked
 * at: of Gentle's two files, `align.csv` is taken. One that holds no transcript is passed over.
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
  checkArgument("loadTranscript: source", source, "an object", { read: "a function", list: "a function" });
  checkArgument("loadTranscript: story", story, "a text");
  checkArgument("loadTranscript: options", options, "an object");
  const { tier, cues, noiseLabels, stimFile } = options;
  const path = options.path ?? (await findTranscript(source, story, stimFile));
  return readTranscript(await source.read(path), { path, story, tier, cues, noiseLabels });
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
  const stored = await storedPaths(source, names);
  for (const name of names) {
    const there = await transcriptsAmong(
      source,
      pathsOf(name).flatMap((path) => stored.get(pathKey(path)) ?? []),
    );
    if (there.length > 1) {
      throw new OptionError(
        `loadTranscript: one transcript must fit the story "${story}", got ${there.length} (${there.join(", ")}). Say which: path (\`transcript\`), or move the others away.`,
      );
    }
    if (there[0] !== undefined) return there[0];
  }
  const known = await listTranscripts(source);
  throw new NotFoundError(
    `a transcript of the story "${story}" must exist, got none by the name ${names.join(", ")}: ` +
      `stimuli/<name> or stimuli/<name>_words (${transcriptExtensions.join(", ")}), stimuli/gentle/<name>/align (.csv, .json). ` +
      `Add one of these, or give its path. ${known.length === 0 ? "The data set has no transcripts." : `Transcripts there: ${nearestNames(story, known)}`}`,
    { where: source.location, issueCode: "transcript-missing" },
  );
}

/** The same text for paths that mean the same: letters composed, extension in lower case. */
const pathKey = (path: string) => normalText(path).replace(/\.[^./]*$/, (extension) => extension.toLowerCase());

/** The files that {@link pathsOf} may mean, by what their paths mean: several where these are written in several ways. */
async function storedPaths(source: Source, names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = ["stimuli"];
  for (const { name, kind } of await source.list("stimuli/gentle"))
    if (kind === "folder" && names.some((wanted) => normalText(wanted) === normalText(name)))
      folders.push(`stimuli/gentle/${name}`);
  const stored = new Map<string, readonly string[]>();
  for (const folder of folders) {
    for (const { name, kind } of await source.list(folder)) {
      if (kind !== "file") continue;
      const path = `${folder}/${name}`;
      stored.set(pathKey(path), [...(stored.get(pathKey(path)) ?? []), path]);
    }
  }
  return stored;
}

/** Those of the files that are transcripts. */
async function transcriptsAmong(source: Source, files: readonly string[]): Promise<string[]> {
  const isJson = (path: string) => transcriptExtension(path) === ".json";
  const base = (path: string) => normalText(path).replace(/\.[^.]*$/, "");
  const others = new Set(files.filter((path) => !isJson(path)).map(base));
  const found: string[] = [];
  for (const path of files) {
    if (!isJson(path)) found.push(path);
    else if (!others.has(base(path)) && isTranscript(await source.read(path), path)) found.push(path);
  }
  return found;
}

/** Names of the transcripts in a data set's `stimuli/`, as {@link loadTranscript} finds them; sorted within each place. */
export async function listTranscripts(source: Source): Promise<string[]> {
  const inGentle = (await source.list("stimuli/gentle")).filter((entry) => entry.kind === "folder");
  const files = (await source.list("stimuli"))
    .map((entry) => entry.name)
    .filter((name) => transcriptExtension(name) !== undefined);
  const found = await transcriptsAmong(
    source,
    files.map((name) => `stimuli/${name}`),
  );
  const names = found.map((path) => path.slice("stimuli/".length).replace(/(_words)?\.[^.]*$/, ""));
  return [...new Set([...inGentle.map((entry) => entry.name), ...names])];
}

/**
 * The story that a transcript tells, by its path: the file's name without its extension and `_words`; of Gentle's
 * `align.csv` and `align.json`, the name of their folder.
 *
 * @param path - with "/" or "\\" between folders
 */
export function storyOfTranscript(path: string): string {
  const [name, folder] = path.split(/[/\\]/).reverse() as [string, string | undefined];
  return /^align\.(?:csv|json)$/i.test(name) && folder ? folder : name.replace(/(_words)?\.[^.]*$/, "");
}
