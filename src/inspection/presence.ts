import type { BidsDataset } from "../bids/dataset.ts";
import { formatBidsName } from "../bids/name.ts";
import { type DatasetIssue, FormatError, NotFoundError } from "../errors.ts";
import { readTsv, textColumn } from "../formats/tsv.ts";
import { type CandidateRun, runEntitiesOf } from "../responses/candidates.ts";

/**
 * What should be there and is not: responses of runs that the data set has events or an image of, folders of participants
 * that `participants.tsv` lists, rows for folders that there are.
 *
 * @param runs - the runs that have responses, before exclusions
 * @param excluded - runs that are left out on purpose, with the reason
 */
export async function checkPresence(
  dataset: BidsDataset,
  runs: readonly CandidateRun[],
  excluded: ReadonlyMap<string, string>,
): Promise<readonly DatasetIssue[]> {
  const withResponses = new Set(runs.map(({ name }) => name));
  const participants = new Set(runs.map(({ entities }) => entities["sub"]));
  return [
    ...(await checkParticipants(dataset)),
    ...missingResponses(dataset, withResponses, participants),
    ...[...excluded].flatMap(([run, reason]): DatasetIssue[] =>
      withResponses.has(run)
        ? [{ severity: "note", code: "excluded", path: run, message: `left out by ${reason}.` }]
        : [],
    ),
  ];
}

/** Runs that the data set speaks of and that have no responses; participants without any are told once. */
function missingResponses(
  dataset: BidsDataset,
  withResponses: ReadonlySet<string>,
  participants: ReadonlySet<string | undefined>,
): readonly DatasetIssue[] {
  const issues = new Map<string, DatasetIssue>();
  for (const file of dataset.files) {
    const { entities, suffix, extension } = file.name;
    const isRun =
      (suffix === "events" && extension === ".tsv") || (suffix === "bold" && /^\.(json|nii(\.gz)?)$/.test(extension));
    const { sub, task } = entities;
    if (!isRun || sub === undefined || task === undefined || file.root !== "") continue;
    if (!participants.has(sub)) {
      issues.set(`sub-${sub}`, {
        severity: "note",
        code: "participant-without-responses",
        path: `sub-${sub}`,
        message: `the participant must have responses to be scored, got none. Leave it so, or fetch or preprocess its runs.`,
      });
      continue;
    }
    const run = formatBidsName({ entities: runEntitiesOf(entities), suffix: "", extension: "" });
    if (withResponses.has(run)) continue;
    issues.set(run, {
      severity: "warning",
      code: "run-without-responses",
      path: file.path,
      message: `the run must have responses, as others of sub-${sub} do, got none of ${run}. Fetch or preprocess them, or leave the run out knowingly.`,
    });
  }
  return [...issues.values()];
}

async function checkParticipants(dataset: BidsDataset): Promise<readonly DatasetIssue[]> {
  const path = "participants.tsv";
  if (!(await dataset.source.has(path))) return [];
  const folders = new Set(
    dataset.files.flatMap(({ name }) => (name.entities["sub"] === undefined ? [] : [`sub-${name.entities["sub"]}`])),
  );
  let listed: readonly string[];
  try {
    listed = textColumn(readTsv(await dataset.source.read(path), { path }), "participant_id").map((name) =>
      // The prefix is left out in data sets of old.
      folders.has(`sub-${name.trim()}`) ? `sub-${name.trim()}` : name.trim(),
    );
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof NotFoundError)) throw error;
    const message = error.message.replace(`${path}: `, "");
    return [{ severity: "warning", code: "participants-unreadable", path, message }];
  }
  const issue = (severity: "warning" | "note", code: string, message: string) => ({ severity, code, path, message });
  return [
    ...listed
      .filter((name) => !folders.has(name))
      .map((name) =>
        issue(
          "warning",
          "participant-missing",
          `every participant must have files, got none of ${name}. Fetch them, or take the row out.`,
        ),
      ),
    ...[...folders]
      .filter((name) => !listed.includes(name))
      .map((name) =>
        issue("note", "participant-unlisted", `every participant should have a row, got none for ${name}. Add it.`),
      ),
  ];
}
