import { type DatasetIssue, listSome } from "../errors.ts";
import type { ResponseFiles } from "../responses/find.ts";
import type { WholeRun } from "../responses/load-response.ts";
import { describeEmpty, nothingRecorded, seriesContent } from "../responses/series-content.ts";
import { namesAlike, seriesDigest } from "../responses/series-digest.ts";
import type { Target } from "../responses/target.ts";

/** Looks at the numbers of one run after the other. */
export interface ContentCheck {
  /**
   * Takes in a run's responses; only counts and digests of them are held.
   *
   * @param run - with the volumes that are looked at
   * @param firstVolume - the first of them, among those of the files
   */
  add(files: ResponseFiles, run: Pick<WholeRun, "bold" | "nTargets" | "space" | "targets">, firstVolume: number): void;
  /** The issues of the runs taken in. */
  issues(): readonly DatasetIssue[];
}

interface RunContent {
  readonly path: string;
  readonly nTargets: number;
  readonly nVolumes: number;
  readonly nConstant: number;
  readonly nNotFinite: number;
  /** Why nothing can be scored, or undefined. */
  readonly nothing: string | undefined;
  /** Which volumes hold nothing, or undefined. */
  readonly empty: string | undefined;
  /** Each file with the digest of its numbers. */
  readonly digests: readonly { readonly name: string; readonly digest: string }[];
  readonly twins: TwinTargets;
  /** Names of columns that count volumes or seconds: their numbers go up by equal steps. */
  readonly counting: readonly string[];
}

interface TwinTargets {
  readonly areRegions: boolean;
  readonly n: number;
  /** The first of them, in words. */
  readonly shown: readonly string[];
}

/**
 * Counts targets without variance, targets with values that are not finite and volumes that hold nothing, run by run, and
 * finds files and targets that hold the same numbers. Targets that are empty in every run, as the medial wall of a surface
 * is, are told once; those of single runs one by one.
 */
export function checkContent(): ContentCheck {
  const runs: RunContent[] = [];
  /** Runs in which each target is empty, by number of targets. */
  const emptyIn = new Map<number, Uint32Array>();
  return {
    add({ files }, run, firstVolume) {
      const [path] = files as [string];
      const { bold, nTargets } = run;
      const { nRows, nColumns } = bold;
      const content = seriesContent(bold, firstVolume);
      const { isConstant, isNotFinite } = content;
      const counts = emptyIn.get(nColumns) ?? new Uint32Array(nColumns);
      emptyIn.set(nColumns, counts);
      for (let v = 0; v < nColumns; v++) counts[v]! += isConstant[v]! | isNotFinite[v]!;
      const count = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
      const { files: digests, twins, nTwins } = seriesDigest(bold, nTargets);
      runs.push({
        path,
        nTargets: nColumns,
        nVolumes: nRows,
        nConstant: count(isConstant),
        nNotFinite: count(isNotFinite),
        nothing: nothingRecorded(content, path.endsWith(".tsv")),
        empty: describeEmpty(content.volumes),
        digests: digests.map((digest, i) => ({ name: files[i]!, digest })),
        twins: {
          areRegions: run.space.kind === "region",
          n: nTwins,
          shown: twins.map(([a, b]) => `${targetName(run.targets[a]!)} and ${targetName(run.targets[b]!)}`),
        },
        counting: run.space.kind === "region" ? countingTargets(bold).map((v) => targetName(run.targets[v]!)) : [],
      });
    },
    issues() {
      const ofTargets = [...emptyIn].flatMap(([nTargets, counts]) => {
        const own = runs.filter((run) => run.nTargets === nTargets);
        const nEverywhere = counts.reduce((sum, n) => sum + (n === own.length ? 1 : 0), 0);
        return contentIssues(own, own.length > 1 ? nEverywhere : 0);
      });
      return [
        ...ofTargets,
        ...runs.flatMap(ofVolumes),
        ...identicalFiles(runs),
        ...runs.flatMap(ofTwins),
        ...runs.flatMap(ofCounting),
      ];
    },
  };
}

function contentIssues(runs: readonly RunContent[], nEverywhere: number): readonly DatasetIssue[] {
  const issues: DatasetIssue[] = [];
  const [first] = runs;
  if (nEverywhere > 0 && first && nEverywhere < first.nTargets) {
    issues.push({
      severity: "note",
      code: "empty-everywhere",
      path: first.path,
      message: `${nEverywhere} of ${first.nTargets} targets are constant or not finite in all ${runs.length} runs: a medial wall, or what lies outside of the mask. They get no score.`,
    });
  }
  for (const { path, nTargets, nConstant, nNotFinite, nothing } of runs) {
    if (nothing !== undefined) {
      issues.push({ severity: "error", code: "nothing-recorded", path, message: `${nothing}.` });
      continue;
    }
    const nOwn = nConstant + nNotFinite - nEverywhere;
    if (nOwn <= 0) continue;
    issues.push({
      severity: "warning",
      code: "empty-targets",
      path,
      message: `responses must vary and be finite, got ${nConstant} targets of ${nTargets} that are constant and ${nNotFinite} with values that are not finite${nEverywhere > 0 ? ` (${nEverywhere} of them in all runs)` : ""}. They get no score: look at the run, or exclude it.`,
    });
  }
  return issues;
}

function ofVolumes({ path, nVolumes, nothing, empty }: RunContent): readonly DatasetIssue[] {
  if (empty === undefined || nothing !== undefined) return [];
  const message = `each of the ${nVolumes} volumes must hold responses, got otherwise: ${empty}. Programs write such volumes in place of censored ones, and they are scored like all others. Have them interpolated, or exclude the run.`;
  return [{ severity: "warning", code: "volumes-empty", path, message }];
}

/** Files that hold the same numbers: a copy under another name, as a loop makes it that always reads the first. */
function identicalFiles(runs: readonly RunContent[]): readonly DatasetIssue[] {
  return namesAlike(runs.flatMap(({ digests }) => digests)).map(([path, ...others]) => {
    const message = `files must hold numbers of their own, got the same in ${listSome(others)}. Was one copied under another name? Make it anew, or exclude the copies.`;
    return { severity: "warning", code: "responses-identical", path: path!, message };
  });
}

function ofTwins({ path, nTargets, digests, twins }: RunContent): readonly DatasetIssue[] {
  const { areRegions, n, shown } = twins;
  // Files that are copies have copies of all targets: these are not told again.
  if (n === 0 || namesAlike(digests).length > 0) return [];
  // Vertices and voxels are repeated where a coarser grid was resampled to a finer one.
  const message = `${n} of ${nTargets} targets have the same numbers as another (${listSome(shown, 3)})${areRegions ? ": a column twice, or regions of one set of voxels? Leave one of them out" : ", as where a coarser grid was resampled to a finer one"}.`;
  return [{ severity: areRegions ? "warning" : "note", code: "targets-identical", path, message }];
}

/**
 * Volumes from which a column with equal steps is taken for a counter. A measured value meets the line to rounding with a chance of
 * about 2e-4 at most: eight volumes between the first and the last do not by chance.
 */
const FEWEST_STEPS = 10;

/** Columns whose numbers go up or down by the same step from volume to volume, but for rounding: row numbers, times. */
function countingTargets({ data, nRows, nColumns }: WholeRun["bold"]): readonly number[] {
  if (nRows < FEWEST_STEPS) return [];
  return Array.from({ length: nColumns }, (_, v) => v).filter((v) => {
    const [first, last] = [data[v]!, data[(nRows - 1) * nColumns + v]!];
    const step = (last - first) / (nRows - 1);
    const rounding = 2 ** -22 * Math.max(Math.abs(first), Math.abs(last));
    // Single precision has too few digits for such a step: it cannot be told whether steps are equal.
    if (!(Math.abs(step) > 1e3 * rounding)) return false;
    for (let t = 0; t < nRows; t++)
      if (!(Math.abs(data[t * nColumns + v]! - first - t * step) <= rounding)) return false;
    return true;
  });
}

function ofCounting({ path, counting }: RunContent): readonly DatasetIssue[] {
  if (counting.length === 0) return [];
  const message = `columns must be regions, got ${listSome(
    counting.map((name) => `"${name}"`),
    3,
  )}, whose numbers go by one step from volume to volume. Row numbers or times are scored like all others: take them out of the table.`;
  return [{ severity: "warning", code: "targets-counting", path, message }];
}

const targetName = ({ name, hemi }: Target) => (hemi === "n/a" ? name : `${name} (${hemi})`);
