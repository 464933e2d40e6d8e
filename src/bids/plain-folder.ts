import { emptyRecord, ownValue } from "../array/records.ts";
import { NotFoundError, OptionError } from "../errors.ts";
import { writeTsv } from "../formats/tsv.ts";
import { memoryStore } from "../sources/memory-store.ts";
import { filesList } from "../sources/output-files.ts";
import { splitPath } from "../sources/path.ts";
import { routedSource } from "../sources/routed.ts";
import { type Entry, listFiles, type Source } from "../sources/source.ts";
import { ownResults } from "./data-or-results.ts";
import { entitiesKey, hemisphereOf, normalText } from "./identity.ts";
import { formatBidsName } from "./name.ts";

/** What the user says of a folder of responses that is no BIDS data set. */
export interface PlainFolder {
  /**
   * How its files are named, from the folder on: `"{participant}/{story}_{hemi}.func.gii"`. `{participant}` and `{story}`
   * stand for letters and digits, `{hemi}` for L, R, lh, rh, left or right, `{run}` for digits; the ending fits in upper case too.
   */
  readonly pattern: string;
  /** Seconds between volumes, of all files. */
  readonly repetitionTime: number;
  /** Seconds from the first volume to the start of the audio, in all files (default 0). */
  readonly audioStart?: number | undefined;
  /** What space vertices or voxels are of. */
  readonly space?: string | undefined;
}

const placeholders: Readonly<Record<string, string>> = {
  participant: "[\\p{L}\\p{M}\\p{N}]+",
  story: "[\\p{L}\\p{M}\\p{N}]+",
  hemi: "[LlRr][Hh]?|[Ll]eft|[Rr]ight|LEFT|RIGHT",
  run: "[0-9]+",
};

/** The end of a response's name in BIDS, by the end of its own name. */
const endings: readonly (readonly [string, { readonly suffix: string; readonly extension: string }])[] = [
  [".ptseries.nii", { suffix: "timeseries", extension: ".ptseries.nii" }],
  [".dtseries.nii", { suffix: "bold", extension: ".dtseries.nii" }],
  [".nii.gz", { suffix: "bold", extension: ".nii.gz" }],
  [".nii", { suffix: "bold", extension: ".nii" }],
  [".gii", { suffix: "bold", extension: ".func.gii" }],
  [".gii.gz", { suffix: "bold", extension: ".func.gii" }],
  [".tsv", { suffix: "timeseries", extension: ".tsv" }],
];

/** A folder seen as a data set. */
export interface PlainDataset {
  readonly source: Source;
  /** Paths of files that end as responses do and do not fit the pattern. */
  readonly leftOut: readonly string[];
}

/**
 * A folder of responses as a BIDS data set: every file that fits the pattern is seen under the name that BIDS gives it, with
 * events, repetition time and a description that say what the folder's owner says. What lies in `stimuli/` is seen as it is.
 *
 * @throws OptionError where the pattern has no `{participant}` or `{story}`, an unknown placeholder, or an ending that is
 * no response's; where two files would be one, or surfaces do not say their hemisphere
 * @throws NotFoundError where no file fits
 */
export async function plainFolderSource(source: Source, folder: PlainFolder): Promise<PlainDataset> {
  const { repetitionTime, audioStart = 0, space } = folder;
  const pattern = normalText(folder.pattern).replace(/^(\.\/)+/, "");
  if (space !== undefined && !/^[A-Za-z0-9]+$/.test(space))
    throw new OptionError(`must be letters and digits, as in BIDS names, got "${space}".`, { where: "`space`" });
  const fits = compilePattern(pattern);
  const endingOf = (text: string) => endings.find(([ending]) => text.toLowerCase().endsWith(ending));
  const naming = endingOf(pattern)?.[1];
  if (!naming) {
    const known = endings.map(([ending]) => ending).join(", ");
    throw new OptionError(`must end as responses do (${known}), got "${pattern}".`, { where: "`pattern`" });
  }
  if (naming.extension === ".func.gii" && !pattern.includes("{hemi}"))
    throw new OptionError(`surfaces must say their hemisphere with {hemi}, got "${pattern}".`, { where: "`pattern`" });
  /** Path in BIDS to path in the folder. */
  const real = new Map<string, string>();
  /** A response by what its name means, to its path in the folder. */
  const known = new Map<string, string>();
  const leftOut: string[] = [];
  const made = emptyRecord<string>();
  made["dataset_description.json"] = JSON.stringify({ Name: source.location, BIDSVersion: "1.10.0" });
  made[`${naming.suffix}.json`] = JSON.stringify({ RepetitionTime: repetitionTime });
  const isOwn = (path: string) => !path.startsWith("stimuli/") && !path.split("/").some((part) => part.startsWith("."));
  const files = await listFiles(source);
  const results = new Set<string>();
  for (const list of files) {
    if (!list.endsWith(`/${filesList}`)) continue;
    const folder = list.slice(0, -filesList.length - 1);
    const names = new Set((await source.list(folder)).map(({ name }) => name));
    for (const path of await ownResults(source, folder, names)) results.add(path);
  }
  const all = files.filter((path) => isOwn(path) && !results.has(path));
  for (const path of all) {
    const found = fits.exec(normalText(path))?.groups;
    if (!found) {
      if (endingOf(path)) leftOut.push(path);
      continue;
    }
    const run = { sub: found["participant"]!, task: found["story"]!, ...(found["run"] ? { run: found["run"] } : {}) };
    const entities = entitiesInName(run, found["hemi"], naming, folder);
    const other = known.get(entitiesKey(entities));
    if (other !== undefined)
      throw new OptionError(`every file must be one response, got "${path}" and "${other}" for one.`, {
        where: "`pattern`",
      });
    known.set(entitiesKey(entities), path);
    real.set(`sub-${run.sub}/func/${formatBidsName({ entities, ...naming })}`, path);
    const events = formatBidsName({ entities: run, suffix: "events", extension: ".tsv" });
    made[`sub-${run.sub}/func/${events}`] = writeTsv(
      ["onset", "duration", "stim_file"],
      [[audioStart, Number.NaN, `${run.task}.wav`]],
    );
  }
  if (real.size === 0) {
    throw new NotFoundError(
      `files must fit the pattern "${pattern}", got ${all.length > 0 ? `none of ${all.length} (first: ${all[0]})` : "no file"}. Correct \`pattern\`.`,
      { where: source.location },
    );
  }
  return { source: seenAs(source, real, memoryStore(made, source.location)), leftOut };
}

function compilePattern(pattern: string): RegExp {
  const seen = new Set<string>();
  const ending = /(?:\.[A-Za-z]+)+$/.exec(pattern)?.index ?? pattern.length;
  const text = pattern.replace(/\{(\w+)\}|[^{]+|\{/g, (part, name: string | undefined, at: number) => {
    if (name === undefined) {
      return part.replace(/[A-Za-z]|[.*+?^${}()|[\]\\]/g, (character, i: number) => {
        if (!/[A-Za-z]/.test(character)) return `\\${character}`;
        return at + i < ending ? character : `[${character.toLowerCase()}${character.toUpperCase()}]`;
      });
    }
    const stands = ownValue(placeholders, name);
    if (stands === undefined || seen.has(name)) {
      const known = Object.keys(placeholders).map((known) => `{${known}}`);
      throw new OptionError(`placeholders must be ${known.join(", ")}, each once, got "{${name}}".`, {
        where: "`pattern`",
      });
    }
    seen.add(name);
    return `(?<${name}>${stands})`;
  });
  for (const name of ["participant", "story"]) {
    if (!seen.has(name)) throw new OptionError(`must hold {${name}}, got "${pattern}".`, { where: "`pattern`" });
  }
  return new RegExp(`^${text}$`, "u");
}

function entitiesInName(
  run: Readonly<Record<string, string>>,
  hemi: string | undefined,
  naming: { readonly suffix: string; readonly extension: string },
  { space }: PlainFolder,
): Record<string, string> {
  const side = hemi === undefined ? {} : { hemi: hemisphereOf(hemi)! };
  const isImage = naming.suffix === "bold";
  // A volume without space and description would count as raw.
  const place = isImage ? { ...(space ? { space } : {}), desc: "plain" } : {};
  return { ...run, ...side, ...place };
}

/** The folder's files under other names, with those that were made. */
function seenAs(source: Source, real: ReadonlyMap<string, string>, made: Source): Source {
  const side = (path: string): readonly [Source, string] => {
    const own = real.get(path);
    if (own !== undefined) return [source, own];
    return path.startsWith("stimuli/") ? [source, path] : [made, path];
  };
  return routedSource(source.location, side, async (folder) => {
    if (folder === "stimuli" || folder.startsWith("stimuli/")) return source.list(folder);
    const entries = new Map((await made.list(folder)).map((entry) => [entry.name, entry]));
    for (const [path, own] of real) {
      const place = splitPath(path);
      if (place.folder === folder) entries.set(place.name, { ...(await entryOf(source, own)), name: place.name });
    }
    const stimuli = folder === "" ? (await source.list("")).filter(({ name }) => name === "stimuli") : [];
    return [...entries.values(), ...stimuli].sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

async function entryOf(source: Source, path: string): Promise<Entry> {
  const { folder, name } = splitPath(path);
  return (await source.list(folder)).find((entry) => entry.name === name)!;
}
