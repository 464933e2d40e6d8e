import type { BidsDataset } from "../bids/dataset.ts";
import { looseText, normalText } from "../bids/identity.ts";
import { formatBidsName } from "../bids/name.ts";
import { type DatasetIssue, FormatError, listSome, NotFoundError, nearestNames } from "../errors.ts";
import { readTsv, textColumn } from "../formats/tsv.ts";
import { type CandidateRun, runEntitiesOf, runKey, runKeyOfText } from "../responses/candidates.ts";

/**
 * Tells what should be there and is not: responses of runs that the data set has events or an image of, folders of participants
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
  const leftOut = new Set([...excluded.keys()].map(runKeyOfText));
  return [
    ...(await checkParticipants(dataset)),
    ...missingParticipants(dataset, runs),
    ...missingRuns(dataset, runs, leftOut),
    ...[...excluded].flatMap(([run, reason]): DatasetIssue[] =>
      withResponses.has(run)
        ? [{ severity: "note", code: "excluded", path: run, message: `left out by ${reason}.` }]
        : [],
    ),
  ];
}

const withoutResponses: ReadonlySet<string> = new Set(["participant-missing", "participant-without-responses"]);

/** Participants who are listed in `participants.tsv`, or have files or a folder, and have no responses; sorted. */
export function participantsWithoutResponses(presence: readonly DatasetIssue[]): string[] {
  const names = presence.flatMap(({ code, participant }) =>
    withoutResponses.has(code) && participant !== undefined ? [participant] : [],
  );
  return [...new Set(names)].sort();
}

/** What of {@link checkPresence} concerns the participants that are asked for; undefined asks for all. */
export function presenceOf(
  presence: readonly DatasetIssue[],
  participants: readonly string[] | undefined,
): readonly DatasetIssue[] {
  if (participants === undefined) return presence;
  const wanted = new Set(participants.map((name) => `sub-${normalText(name).replace(/^sub-/i, "")}`));
  return presence.filter(({ participant }) => participant === undefined || wanted.has(participant));
}

/** Participants who have files, or a folder, and no responses. */
function missingParticipants(dataset: BidsDataset, runs: readonly CandidateRun[]): readonly DatasetIssue[] {
  const scored = new Set(runs.map(({ entities }) => entities["sub"]));
  /** By label: what lies there, nearest to responses first. */
  const without = new Map<string, string[]>();
  const add = (label: string, path?: string) => {
    if (scored.has(label)) return;
    const paths = without.get(label) ?? [];
    without.set(label, paths);
    if (path !== undefined) paths.push(path);
  };
  for (const { name, path, root } of dataset.files) {
    const { sub } = name.entities;
    // Derivatives hold files of averages and templates too.
    const isRecorded = root === "" || /^(?:bold|timeseries|events)$/i.test(name.suffix);
    if (sub !== undefined && isRecorded) add(sub, path);
  }
  const named = dataset.files.filter(({ name }) => name.entities["sub"] !== undefined);
  const used = new Set(named.flatMap(({ path }) => parentFolders(path)));
  for (const path of dataset.participantFolders) {
    const folder = normalText(path.slice(path.lastIndexOf("/") + 1));
    // Files in the folder say themselves whose they are.
    if (!used.has(path)) add(/^sub-(.+)$/i.exec(folder)?.[1] ?? folder);
  }
  return [...without].map(([label, paths]) => {
    const folder = label.startsWith("sub") ? label : `sub-${label}`;
    const isSeries = (path: string) => /timeseries|bold/i.test(path) && !/\.json$/i.test(path);
    const shown = paths.filter(isSeries).map((path) => path.slice(path.lastIndexOf("/") + 1));
    const got =
      shown.length > 0
        ? `none that can be used (${listSome(shown, 3)})`
        : paths.length > 0
          ? "none"
          : "no file named as BIDS names files";
    const near = [...scored].filter((other) => other !== label && looseText(other!) === looseText(label));
    const hint = near.length > 0 ? ` Is it sub-${near[0]}, who has responses?` : "";
    return {
      severity: "warning",
      code: "participant-without-responses",
      path: folder,
      participant: folder,
      message: `the participant must have responses to be scored, got ${got}. Fetch or preprocess its runs, or leave it so knowingly.${hint}`,
    };
  });
}

/** `"a/b/c"` gives `"a"` and `"a/b"`. */
const parentFolders = (path: string) =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, depth, parts) => parts.slice(0, depth + 1).join("/"));

/** Runs that the raw data speak of and that have no responses, where others of the participant do. */
function missingRuns(
  dataset: BidsDataset,
  runs: readonly CandidateRun[],
  leftOut: ReadonlySet<string | undefined>,
): readonly DatasetIssue[] {
  const scored = new Set(runs.map(({ entities }) => entities["sub"]));
  const keys = new Set(runs.map(({ key }) => key));
  const issues = new Map<string, DatasetIssue>();
  for (const file of dataset.files) {
    const { entities, extension } = file.name;
    const suffix = file.name.suffix.toLowerCase();
    const isRun =
      (suffix === "events" && extension === ".tsv") || (suffix === "bold" && /^\.(json|nii(\.gz)?)$/.test(extension));
    const { sub, task } = entities;
    if (!isRun || sub === undefined || task === undefined || file.root !== "" || !scored.has(sub)) continue;
    const key = runKey(entities);
    if (keys.has(key) || leftOut.has(key)) continue;
    const run = formatBidsName({ entities: runEntitiesOf(entities), suffix: "", extension: "" });
    issues.set(key, {
      severity: "warning",
      code: "run-without-responses",
      path: file.path,
      participant: `sub-${sub}`,
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
    const names = textColumn(readTsv(await dataset.source.read(path), { path }), "participant_id");
    listed = names
      .map((name) => normalText(name.trim()))
      // The prefix is left out in data sets of old.
      .map((name) => (folders.has(`sub-${name}`) ? `sub-${name}` : name));
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof NotFoundError)) throw error;
    return [{ severity: "warning", code: "participants-unreadable", path, message: error.detail }];
  }
  const issue = (participant: string, severity: "warning" | "note", code: string, message: string): DatasetIssue => ({
    severity,
    code,
    path,
    participant,
    message,
  });
  return [
    ...[...linesByName(listed)]
      .filter(([, lines]) => lines.length > 1)
      .map(([name, lines]) =>
        issue(
          name,
          "warning",
          "participant-twice",
          `every participant must have one row, got ${lines.length} for ${name} (lines ${listSome(lines.map(String), 5)}). No score depends on the table; if two people go by one name, their files were mixed up. Take out all rows but one, or correct the names.`,
        ),
      ),
    ...[...new Set(listed)]
      .filter((name) => !folders.has(name))
      .map((name) =>
        issue(
          name,
          "warning",
          "participant-missing",
          `every participant must have files, got none of ${name}. Fetch them, or take the row out.${alike(name, folders)}`,
        ),
      ),
    ...[...folders]
      .filter((name) => !listed.includes(name))
      .map((name) =>
        issue(
          name,
          "note",
          "participant-unlisted",
          `every participant should have a row, got none for ${name}. Add it.`,
        ),
      ),
  ];
}

/** The lines of the table in which each name stands; the header is line 1. */
function linesByName(names: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const lines = new Map<string, number[]>();
  for (const [i, name] of names.entries()) lines.set(name, [...(lines.get(name) ?? []), i + 2]);
  return lines;
}

/** A participant whose name is nearly the one that is listed. */
function alike(name: string, folders: ReadonlySet<string>): string {
  const near = [...folders].filter((folder) => looseText(folder) === looseText(name));
  return near.length === 0 ? "" : ` ${nearestNames(name, near)}`;
}
