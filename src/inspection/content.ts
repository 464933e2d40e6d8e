import type { Matrix } from "../array/matrix.ts";
import type { DatasetIssue } from "../errors.ts";

/** Looks at the numbers of one run after the other. */
export interface ContentCheck {
  /**
   * Takes in a run's responses; nothing of them is kept but counts.
   *
   * @param path - the run's first file
   * @param bold - [nVolumes x nTargets]
   */
  add(path: string, bold: Matrix): void;
  /** What stands against the runs taken in. */
  issues(): readonly DatasetIssue[];
}

interface RunContent {
  readonly path: string;
  readonly nTargets: number;
  readonly nConstant: number;
  readonly nNotFinite: number;
}

/**
 * Counts targets without variance and targets with values that are not finite, run by run. Those that are so in every run,
 * as the medial wall of a surface is, are told once; those of single runs one by one.
 */
export function checkContent(): ContentCheck {
  const runs: RunContent[] = [];
  /** Runs in which each target is empty, by number of targets. */
  const emptyIn = new Map<number, Uint32Array>();
  return {
    add(path, bold) {
      const { nColumns } = bold;
      const { isConstant, isNotFinite } = emptyTargets(bold);
      const counts = emptyIn.get(nColumns) ?? new Uint32Array(nColumns);
      emptyIn.set(nColumns, counts);
      for (let v = 0; v < nColumns; v++) counts[v]! += isConstant[v]! | isNotFinite[v]!;
      const count = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
      runs.push({ path, nTargets: nColumns, nConstant: count(isConstant), nNotFinite: count(isNotFinite) });
    },
    issues() {
      return [...emptyIn].flatMap(([nTargets, counts]) => {
        const own = runs.filter((run) => run.nTargets === nTargets);
        const nEverywhere = counts.reduce((sum, n) => sum + (n === own.length ? 1 : 0), 0);
        return issuesOf(own, own.length > 1 ? nEverywhere : 0);
      });
    },
  };
}

function issuesOf(runs: readonly RunContent[], nEverywhere: number): readonly DatasetIssue[] {
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
  for (const { path, nTargets, nConstant, nNotFinite } of runs) {
    if (nConstant + nNotFinite >= nTargets) {
      issues.push({
        severity: "error",
        code: "nothing-recorded",
        path,
        message: `responses must vary, got ${nTargets} targets that are all constant or not finite. Fetch or preprocess the run again, or exclude it.`,
      });
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

function emptyTargets({ data, nRows, nColumns }: Matrix): {
  readonly isConstant: Uint8Array;
  readonly isNotFinite: Uint8Array;
} {
  const isConstant = new Uint8Array(nColumns).fill(1);
  const isNotFinite = new Uint8Array(nColumns);
  for (let t = 0; t < nRows; t++) {
    for (let v = 0; v < nColumns; v++) {
      const value = data[t * nColumns + v]!;
      if (!Number.isFinite(value)) isNotFinite[v] = 1;
      else if (value !== data[v]!) isConstant[v] = 0;
    }
  }
  // A target is one of the two.
  for (let v = 0; v < nColumns; v++) if (isNotFinite[v]) isConstant[v] = 0;
  return { isConstant, isNotFinite };
}
