import { ownValue } from "../array/records.ts";
import type { BidsDataset, BidsFile } from "../bids/dataset.ts";
import { entitiesKey, isSameLabel, normalText } from "../bids/identity.ts";
import { formatBidsName, parseBidsName } from "../bids/name.ts";
import { type DatasetIssue, listSome, NotFoundError, nearestNames, optionName } from "../errors.ts";
import { nearResponses } from "./near-responses.ts";
import { kindOf, type ResponseKind } from "./response-kind.ts";

/** Which response files are meant, where a data set holds several versions of a run. */
export interface VersionChoice {
  /** Label of `desc-`; "" for files without it. */
  readonly desc?: string | undefined;
  /** Label of `space-`; "" for files without it. */
  readonly space?: string | undefined;
  /** Label of `atlas-`; "" for files without it. */
  readonly atlas?: string | undefined;
  /** Label of `den-`; "" for files without it. */
  readonly den?: string | undefined;
  /** Label of `res-`; "" for files without it. */
  readonly res?: string | undefined;
  /** Label of `seg-`; "" for files without it. */
  readonly seg?: string | undefined;
  /** Hemisphere, where one alone is to be scored; files without `hemi-` do not fit. */
  readonly hemi?: "L" | "R" | undefined;
  /** Folder below `derivatives/`; "" for the data set itself. */
  readonly derivative?: string | undefined;
  readonly kind?: ResponseKind | undefined;
}

/** One version of a run's responses: one file, or one a hemisphere. */
export interface Version {
  readonly kind: ResponseKind;
  readonly root: string;
  /** In the order L, R; several of one hemisphere where their names mean the same: these are refused. */
  readonly files: readonly BidsFile[];
}

/** One run of one participant, with all versions of its responses that fit. */
export interface CandidateRun {
  /** As BIDS writes it: `sub-001_task-pieman_run-1`. */
  readonly name: string;
  /** The same for every spelling of the name: see {@link runKey}. */
  readonly key: string;
  /** The entities that tell runs apart. */
  readonly entities: Readonly<Record<string, string>>;
  readonly versions: readonly Version[];
}

const RUN_ENTITIES = new Set(["sub", "ses", "task", "acq", "ce", "rec", "dir", "run"]);

/**
 * The runs of a data set that have response files, each with the versions that fit the choice, in the order of paths.
 *
 * @throws NotFoundError where there are no response files, or none with a label that was asked for
 */
export function candidateRuns(dataset: BidsDataset, choice: VersionChoice): readonly CandidateRun[] {
  let files = dataset.files.filter((file) => kindOf(file) !== undefined);
  if (!hasResponses(dataset)) {
    const near = [...dataset.misnamed, ...nearResponses(dataset).map(({ path }) => path)];
    throw new NotFoundError(
      `responses must be files sub-*_task-*_timeseries.tsv, sub-*_task-*_hemi-L*.func.gii, preprocessed *_bold.nii.gz, *.dtseries.nii or *.ptseries.nii, got none` +
        `${near.length > 0 ? ` (names that are nearly right: ${listSome(near, 3)})` : ""}. ` +
        "Give the data set that has them in derivatives/, or their folder with `derivatives`.",
      { where: dataset.source.location },
    );
  }
  for (const [key, label] of Object.entries(choice)) {
    if (label === undefined) continue;
    const fitting = files.filter((file) => isSameLabel(key, labelOf(file, key), label));
    if (fitting.length === 0) {
      const known = [...new Set(files.map((file) => labelOf(file, key)))].filter((name) => name !== "");
      throw new NotFoundError(
        `${key} must be one that response files have, got "${label}". ${nearestNames(label, known)}`,
        { where: dataset.source.location },
      );
    }
    files = fitting;
  }
  const runs = new Map<string, { entities: Record<string, string>; versions: Map<string, BidsFile[]> }>();
  for (const file of files) {
    const key = runKey(file.name.entities);
    const run = runs.get(key) ?? { entities: runEntitiesOf(file.name.entities), versions: new Map() };
    runs.set(key, run);
    const { hemi: _, ...rest } = file.name.entities;
    // A file is the same whether it is packed or not.
    const ending = file.name.extension.replace(/\.gz$/, "");
    const version = `${file.root} ${entitiesKey(rest)} ${file.name.suffix.toLowerCase()}${ending}`;
    run.versions.set(version, [...(run.versions.get(version) ?? []), file]);
  }
  return [...runs].map(([key, { entities, versions }]) => ({
    name: formatBidsName({ entities, suffix: "", extension: "" }),
    key,
    entities,
    versions: [...versions.values()].map((members) => ({
      kind: kindOf(members[0]!)!,
      root: members[0]!.root,
      files: members.sort((a, b) => ((a.name.entities["hemi"] ?? "") < (b.name.entities["hemi"] ?? "") ? -1 : 1)),
    })),
  }));
}

/** Whether a data set has any response files at all. */
export function hasResponses(dataset: BidsDataset): boolean {
  return dataset.files.some((file) => kindOf(file) !== undefined);
}

/** The issue of a run with several versions: it lists them, and the options that choose between them. */
export function severalVersions(run: CandidateRun): DatasetIssue {
  const keys = ["derivative", "kind", "space", "desc", "atlas", "seg", "den", "res"];
  const labelsOf = (key: string) => [...new Set(run.versions.map((version) => labelOf(version.files[0]!, key)))].sort();
  // One option that tells all versions apart is enough.
  const enough = keys.find((key) => labelsOf(key).length === run.versions.length);
  const choices = (enough === undefined ? keys.filter((key) => labelsOf(key).length > 1) : [enough]).map((key) =>
    labelsOf(key)
      .map((label) => optionName(key, label || '""'))
      .join(" or "),
  );
  return {
    severity: "error",
    code: "several-versions",
    path: run.versions[0]!.files[0]!.path,
    message:
      `one version of a run's responses must fit, got ${run.versions.length}: ` +
      `${versionNames(run.versions).join("; ")}. ` +
      (choices.length > 0 ? `Choose with ${choices.join(", and ")}.` : "Remove the ones that are not meant."),
  };
}

/** Versions by what tells them apart, the same in every run: the run's own part of a name is "*", and so is the side. */
function versionNames(versions: readonly Version[]): readonly string[] {
  const names = versions.map(({ root, files }) => {
    const { path } = files[0]!;
    const parts = path.slice(path.lastIndexOf("/") + 1).split("_");
    const own = parts.filter((part) => !RUN_ENTITIES.has(part.slice(0, part.indexOf("-"))));
    const shown = own.map((part) => (files.length > 1 ? part.replace(/^hemi-[A-Za-z]+/, "hemi-*") : part));
    return `${root === "" ? "" : `${root}/`}${["*", ...shown].join("_")}`;
  });
  if (new Set(names).size === names.length) return names;
  return versions.map(({ files }) => files.map((file) => file.path).join(" + "));
}

function labelOf(file: BidsFile, key: string): string {
  if (key === "derivative") return normalText(file.root.slice(file.root.lastIndexOf("/") + 1));
  if (key === "kind") return kindOf(file) ?? "";
  return ownValue(file.name.entities, key) ?? "";
}

/** Those of a file's entities that tell runs apart. */
export function runEntitiesOf(entities: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entities).filter(([key]) => RUN_ENTITIES.has(key)));
}

/** What the run of a file is called whatever the spelling of its name: `run-01` and `run-1` give equal texts. */
export function runKey(entities: Readonly<Record<string, string>>): string {
  return entitiesKey(runEntitiesOf(entities));
}

/** The run of a text that names a run or one of its files, as {@link runKey} has it; undefined where it names neither. */
export function runKeyOfText(text: string): string | undefined {
  const base = text.trim().replace(/^.*[/\\]/, "");
  const name = parseBidsName(base.includes(".") ? base : `${base}.x`);
  return name?.entities["sub"] === undefined ? undefined : runKey(name.entities);
}
