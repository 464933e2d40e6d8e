import { analysisDescriptions, peakNamed, shareNamed, unmaskedName } from "../analyses/registry.ts";
import { plainJson } from "../array/plain-json.ts";
import { ownValue } from "../array/records.ts";
import { OptionError } from "../errors.ts";
import { writeTsv } from "../formats/tsv.ts";
import type { TargetSpace } from "../responses/target.ts";
import type { OutputFile } from "../sources/output-files.ts";
import { describeKept } from "./kept-variance.ts";
import { loadFolds, loadMean } from "./load-scores.ts";
import { averageRegions } from "./regions.ts";
import type { KeptVariance, ScoreKey, SubjectScores, TargetRegion } from "./result.ts";
import { type MapFile, mapPaths, scoreLabel, scoreMaps, subjectFolder } from "./score-maps.ts";
import { checkSubject, isSameKey } from "./select.ts";
import { listShareKeys, withOwnShares } from "./shares.ts";

/** Columns of a subject's table of scores, in order. */
export const scoreColumns = [
  "participant_id",
  "target",
  "hemi",
  "analysis",
  "layer",
  "distance",
  "fold",
  "value",
  "n_volumes",
] as const;

/** `scores.json`: what the columns of every subject's `*_scores.tsv` mean; it lies at the root and holds for all. */
export function scoresDescription(): OutputFile {
  const columns: Record<(typeof scoreColumns)[number], object> = {
    participant_id: { Description: "Participant, as in participants.tsv of the source data set." },
    target: { Description: "Region that the score belongs to." },
    hemi: {
      Description: "Hemisphere of the region; n/a where the region's file does not say.",
      Levels: { L: "left", R: "right" },
    },
    analysis: { Description: "What was computed.", Levels: analysisDescriptions },
    layer: {
      Description: "Layer of the language model, 0 = embedding output; n/a where the analysis has none or spans all.",
    },
    distance: {
      Description:
        "Words from the current word to the last word of the forecast window; negative: the past. n/a where the analysis has none or spans all.",
      Units: "words",
    },
    fold: { Description: 'Number of the outer fold from 1, or "mean" for the average over the folds.' },
    value: {
      Description:
        "The score; n/a where the target could not be scored. Units depend on the analysis: correlations are without unit.",
    },
    n_volumes: { Description: "Volumes of all of the participant's stories together, over which the folds are laid." },
  };
  return { path: "scores.json", bytes: formatJson(columns) };
}

/** Settings of {@link subjectFiles}. */
export interface SubjectFilesOptions {
  /** Regions of an atlas, where the scores belong to vertices or voxels: their means go into the table. */
  readonly regions?: readonly TargetRegion[] | undefined;
}

/**
 * The files of one subject, in `sub-X/func/`: `sub-X_scores.tsv` with one row a region, analysis, layer, distance and fold, and its
 * JSON; where vertices or voxels were scored also one map an analysis, layer and distance (and hemisphere), each with its JSON. Maps hold
 * the average over the folds; the table holds every fold. The scores of one analysis are in memory at a time.
 *
 * @param sidecar - goes whole into every JSON: options, versions, hashes of inputs
 * @throws OptionError, ShapeError where the scores cannot be written: see {@link checkSubject}, {@link loadMean}
 */
export async function subjectFiles(
  scores: SubjectScores,
  sidecar: Readonly<Record<string, unknown>>,
  options: SubjectFilesOptions = {},
): Promise<OutputFile[]> {
  checkSubject(scores);
  const { participant, space, stories, nVolumes, quality, keptVariance = [], missing = [] } = scores;
  const { tablePath, tableSidecarPath } = subjectTable(participant);
  const about = {
    Participant: participant,
    Stories: stories,
    NVolumes: nVolumes,
    Space: describeSpace(space),
    Quality: quality,
    Missing: missing.map(({ fold, part, reason, nTargets, volumes, stories: touched }) => ({
      Fold: fold,
      Part: part,
      Reason: reason,
      NTargets: nTargets,
      Volumes: volumes,
      Stories: touched,
    })),
  };
  const regions = options.regions ?? [];
  const tabled = withOwnShares(
    space.kind === "region"
      ? scores
      : averageRegions({ ...scores, analyses: regions.length > 0 ? scores.analyses : [] }, regions),
  );
  const files: OutputFile[] = [
    { path: tablePath, bytes: writeTsv(scoreColumns, await scoreRows(tabled)) },
    {
      path: tableSidecarPath,
      bytes: formatJson(mergeSidecar({ ...about, KeptVariance: keptVariance.map(variance) }, sidecar)),
    },
  ];
  if (space.kind === "region") return files;
  for (const own of withOwnShares(scores).analyses) {
    const { layer, distance } = own;
    const analysis = nameInFiles(own);
    const label = scoreLabel({ analysis, layer, distance });
    const ofMap = keptVariance.find((one) => isSameKey(one, own));
    const kept = ofMap && describeShares(ofMap);
    const values = await loadMean(scores, own);
    for (const map of scoreMaps(participant, space, label, [{ name: label, values }])) {
      files.push(
        map.file,
        mapSidecar(
          map,
          { ...about, Analysis: analysis, Layer: layer, Distance: distance, ...(kept ? { KeptVariance: kept } : {}) },
          sidecar,
        ),
      );
    }
  }
  return files;
}

/**
 * What an analysis is called in a subject's files. Where a peak is more than noise and a share means something, the group says:
 * those of one subject are of all targets, and called so.
 */
export function nameInFiles(own: ScoreKey): string {
  return peakNamed(own.analysis) || shareNamed(own.analysis) ? unmaskedName(own.analysis) : own.analysis;
}

/**
 * Where a subject's table of scores and its JSON lie.
 *
 * @param participant - `"sub-01"`
 */
export function subjectTable(participant: string): { readonly tablePath: string; readonly tableSidecarPath: string } {
  const base = `${subjectFolder(participant)}/${participant}_scores`;
  return { tablePath: `${base}.tsv`, tableSidecarPath: `${base}.json` };
}

/** The paths of {@link subjectFiles}, without the files: they can be listed before anything is computed. */
export function subjectPaths(participant: string, space: TargetSpace, keys: readonly ScoreKey[]): string[] {
  const { tablePath, tableSidecarPath } = subjectTable(participant);
  if (space.kind === "region") return [tablePath, tableSidecarPath];
  const maps = [...keys, ...listShareKeys(keys)].flatMap((key) =>
    mapPaths(participant, space, scoreLabel({ ...key, analysis: nameInFiles(key) })),
  );
  return [tablePath, tableSidecarPath, ...maps.flatMap(({ path, sidecarPath }) => [path, sidecarPath])];
}

/** A space in few words; the maps say which voxels or grayordinates they are. */
function describeSpace(space: TargetSpace): object {
  switch (space.kind) {
    case "region":
      return space;
    case "surface":
      return space;
    case "volume": {
      const { voxels, ...grid } = space;
      return { ...grid, nVoxels: voxels.length };
    }
    case "grayordinate": {
      const { kind, space: name, grayordinates } = space;
      return { kind, space: name, structures: grayordinates.models.map(({ structure }) => structure) };
    }
    default:
      return space satisfies never;
  }
}

async function scoreRows(subject: SubjectScores): Promise<(string | number)[][]> {
  const { participant, targets, analyses, nVolumes } = subject;
  const rows: (string | number)[][] = [];
  for (const own of analyses) {
    const { layer, distance } = own;
    const analysis = nameInFiles(own);
    const mean = await loadMean(subject, own);
    const folds = await loadFolds(subject, own);
    targets.forEach(({ name, hemi }, target) => {
      const row = (fold: number | "mean", value: number) =>
        rows.push([participant, name, hemi, analysis, layer, distance, fold, value, nVolumes]);
      row("mean", mean[target]!);
      for (let fold = 0; fold < (folds?.nRows ?? 0); fold++)
        row(fold + 1, folds!.data[fold * folds!.nColumns + target]!);
    });
  }
  return rows;
}

function variance(one: KeptVariance): object {
  return { Analysis: one.analysis, Layer: one.layer, Distance: one.distance, ...describeShares(one) };
}

function describeShares(one: KeptVariance): object {
  const { mean, lowest, highest, folds } = describeKept(one.folds);
  return { Mean: mean, Lowest: lowest, Highest: highest, Folds: folds };
}

function mapSidecar(
  map: MapFile,
  about: { readonly Analysis: string } & Readonly<Record<string, unknown>>,
  sidecar: Readonly<Record<string, unknown>>,
): OutputFile {
  const description = ownValue(analysisDescriptions, about.Analysis);
  const own = {
    ...(description ? { Description: description } : {}),
    ...about,
    ...(map.hemi === undefined ? {} : { Hemisphere: map.hemi }),
    NNotScored: map.nNotScored,
  };
  return { path: map.sidecarPath, bytes: formatJson(mergeSidecar(own, sidecar)) };
}

function mergeSidecar(own: Readonly<Record<string, unknown>>, sidecar: Readonly<Record<string, unknown>>): object {
  const both = Object.keys(sidecar).find((key) => Object.hasOwn(own, key));
  if (both !== undefined) {
    throw new OptionError(`sidecar must not hold keys that the file sets itself, got "${both}". Rename it.`);
  }
  return { ...own, ...sidecar };
}

/** JSON with two spaces of indentation and a line's end; typed arrays as arrays, numbers that are not finite as null. */
export function formatJson(value: unknown): string {
  return `${plainJson(value, 2)}\n`;
}
