import { groupBy } from "../array/records.ts";
import type { DatasetIssue } from "../errors.ts";
import type { RunFacts } from "./inspection.ts";

/** The value that most items have, the first of equally common ones, and how many have it. */
function mostCommon<Item, Found>(
  items: readonly Item[],
  keyOf: (item: Item) => Found,
): { readonly value: Found; readonly n: number } {
  const counts = new Map<Found, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  const [value, n] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { value, n };
}

/**
 * Where runs do not agree with one another: repetition times of the runs of one task and of one participant (whose stories
 * are joined), numbers of volumes of the runs that play the same audio, numbers of targets.
 *
 * @param facts - one entry a run and story; a run with several stories is told of once
 */
export function checkAgreement(facts: readonly RunFacts[]): readonly DatasetIssue[] {
  const runs = [...groupBy(facts, ({ files }) => files.run).values()].map((stories) => stories[0]!);
  return [...checkRepetitionTimes(runs), ...checkSameVolumes(runs), ...checkTargets(runs)];
}

function checkRepetitionTimes(facts: readonly RunFacts[]): readonly DatasetIssue[] {
  const issues: DatasetIssue[] = [];
  for (const [task, runs] of groupBy(facts, ({ files }) => files.task)) {
    const { value, n } = mostCommon(runs, ({ files }) => files.repetitionTime);
    for (const { files } of runs) {
      if (files.repetitionTime === value) continue;
      issues.push({
        severity: "warning",
        code: "repetition-time-differs",
        path: files.files[0]!,
        message: `the repetition time must be that of other runs of task ${task} (${value} s, ${n} of ${runs.length} runs), got ${files.repetitionTime} s. Check the sidecar against the scanner's protocol: every word's volume depends on it.`,
      });
    }
  }
  for (const [participant, runs] of groupBy(facts, ({ files }) => files.participant)) {
    const times = [...new Set(runs.map(({ files }) => files.repetitionTime))];
    if (times.length < 2) continue;
    issues.push({
      severity: "error",
      code: "repetition-times-of-participant",
      path: runs[0]!.files.files[0]!,
      message: `the runs of a participant must have one repetition time to be joined, got ${times.map((time) => `${time} s`).join(" and ")} (${participant}). Score them apart with \`stories\`.`,
    });
  }
  return issues;
}

function checkSameVolumes(facts: readonly RunFacts[]): readonly DatasetIssue[] {
  const issues: DatasetIssue[] = [];
  const read = facts.filter((run) => run.nVolumes !== undefined);
  for (const [stimFile, runs] of groupBy(read, ({ files }) => files.stimFile)) {
    if (runs.length < 3) continue;
    const { value, n } = mostCommon(runs, ({ nVolumes }) => nVolumes);
    // Where runs differ among themselves, none of them is the odd one.
    if (2 * n <= runs.length) continue;
    for (const { files, nVolumes } of runs) {
      if (nVolumes === value) continue;
      issues.push({
        severity: "warning",
        code: "volumes-differ",
        path: files.files[0]!,
        message: `the run must have as many volumes as others with ${stimFile} (${value}, ${n} of ${runs.length} runs), got ${nVolumes}. Was the scan stopped early, or are volumes missing at its start?`,
      });
    }
  }
  return issues;
}

function checkTargets(facts: readonly RunFacts[]): readonly DatasetIssue[] {
  const read = facts.filter((run) => run.nVolumes !== undefined);
  if (read.length === 0) return [];
  const shapeOf = ({ files, nTargets }: RunFacts) =>
    files.hemispheres.map((hemi, i) => `${hemi === "n/a" ? "" : `${hemi} `}${nTargets[i]}`).join(", ");
  const { value, n } = mostCommon(read, shapeOf);
  const alike = read.filter((run) => shapeOf(run) === value);
  const { value: places, n: nAlike } = mostCommon(alike, (run) => run.places);
  return read.flatMap((run): DatasetIssue[] => {
    const differs = shapeOf(run) !== value;
    if (!differs && run.places === places) return [];
    const got = differs
      ? `${value}, ${n} of ${read.length} runs), got ${shapeOf(run)}`
      : `as ${nAlike} of ${read.length} runs have), got as many in another order or grid, or of other names`;
    return [
      {
        severity: "error",
        code: "targets-differ",
        path: run.files.files[0]!,
        message: `all runs must have the same vertices, voxels or regions (${got}. Choose one space, or exclude the run.`,
      },
    ];
  });
}
