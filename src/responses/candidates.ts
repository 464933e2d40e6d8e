import { ownValue } from "../array/records.ts";
import { type BidsDataset, type BidsFile, filesNamed } from "../bids/dataset.ts";
import { entitiesWithin, formatBidsName } from "../bids/name.ts";
import { type DatasetIssue, NotFoundError, nearestNames } from "../errors.ts";

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
  /** Folder below `derivatives/`; "" for the data set itself. */
  readonly derivative?: string | undefined;
  readonly kind?: ResponseKind | undefined;
}

/**
 * Region time series (tables, parcellated CIFTI), vertices of surfaces (GIFTI), voxels (NIfTI), or grayordinates (dense
 * CIFTI).
 */
export type ResponseKind = "region" | "surface" | "volume" | "grayordinate";

/** One version of a run's responses: one file, or one a hemisphere. */
export interface Version {
  readonly kind: ResponseKind;
  readonly root: string;
  /** In the order L, R. */
  readonly files: readonly BidsFile[];
}

/** One run of one participant, with all versions of its responses that fit. */
export interface CandidateRun {
  /** As BIDS writes it: `sub-001_task-pieman_run-1`. */
  readonly name: string;
  /** The entities that tell runs apart. */
  readonly entities: Readonly<Record<string, string>>;
  readonly versions: readonly Version[];
}

const RUN_ENTITIES = new Set(["sub", "ses", "task", "acq", "rec", "dir", "run"]);

/**
 * The runs of a data set that have response files, each with the versions that fit the choice, in the order of paths.
 *
 * @throws NotFoundError where there are no response files, or none with a label that was asked for
 */
export function candidateRuns(dataset: BidsDataset, choice: VersionChoice): readonly CandidateRun[] {
  let files = dataset.files.filter((file) => kindOf(file) !== undefined);
  if (!hasResponses(dataset)) {
    throw new NotFoundError(
      `${dataset.source.location}: responses must be files sub-*_task-*_timeseries.tsv, sub-*_task-*_hemi-L*.func.gii, preprocessed *_bold.nii.gz, *.dtseries.nii or *.ptseries.nii, got none. ` +
        "Give the data set that has them in derivatives/, or their folder with --derivatives.",
    );
  }
  for (const [key, label] of Object.entries(choice)) {
    if (label === undefined) continue;
    const fitting = files.filter((file) => labelOf(file, key) === label);
    if (fitting.length === 0) {
      const known = [...new Set(files.map((file) => labelOf(file, key)))].filter((name) => name !== "");
      throw new NotFoundError(
        `${dataset.source.location}: ${key} must be one that response files have, got "${label}". ${nearestNames(label, known)}`,
      );
    }
    files = fitting;
  }
  const runs = new Map<string, { entities: Record<string, string>; versions: Map<string, BidsFile[]> }>();
  for (const file of files) {
    const entities = runEntitiesOf(file.name.entities);
    const name = formatBidsName({ entities, suffix: "", extension: "" });
    const run = runs.get(name) ?? { entities, versions: new Map<string, BidsFile[]>() };
    runs.set(name, run);
    const { hemi: _, ...rest } = file.name.entities;
    const version = `${file.root} ${formatBidsName({ ...file.name, entities: rest })}`;
    run.versions.set(version, [...(run.versions.get(version) ?? []), file]);
  }
  return [...runs].map(([name, { entities, versions }]) => ({
    name,
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

/** What stands against a run with several versions: which they are, and the options that choose between them. */
export function severalVersions(run: CandidateRun): DatasetIssue {
  const keys = ["derivative", "kind", "space", "desc", "atlas", "seg", "den", "res"];
  const labelsOf = (key: string) => [...new Set(run.versions.map((version) => labelOf(version.files[0]!, key)))].sort();
  // One option that tells all versions apart is enough.
  const enough = keys.find((key) => labelsOf(key).length === run.versions.length);
  const flags = (enough === undefined ? keys.filter((key) => labelsOf(key).length > 1) : [enough]).map((key) =>
    labelsOf(key)
      .map((label) => `--${key} ${label === "" ? '""' : label}`)
      .join(" or "),
  );
  return {
    severity: "error",
    code: "several-versions",
    path: run.versions[0]!.files[0]!.path,
    message:
      `one version of a run's responses must fit, got ${run.versions.length}: ` +
      `${namesOf(run.versions).join("; ")}. ` +
      (flags.length > 0 ? `Choose with ${flags.join(", and ")}.` : "Remove the ones that are not meant."),
  };
}

/** Versions by what tells them apart, the same in every run: the run's own part of a name is "*", and so is the side. */
function namesOf(versions: readonly Version[]): readonly string[] {
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

/**
 * The files of a run of a given kind, such as its events: those whose entities all fit the run, from the first of these
 * places that has one: the response's own data set, the raw one, the other derivatives. Within a place only the most
 * specific (most entities) count; several are equally so where the list is longer than one.
 */
export function companions(
  dataset: BidsDataset,
  run: CandidateRun,
  root: string,
  wanted: { readonly suffixes: readonly string[]; readonly extension: string; readonly desc?: string },
): readonly BidsFile[] {
  const named = wanted.suffixes.flatMap((suffix) => filesNamed(dataset, suffix, wanted.extension));
  const fitting = named.filter((file) => {
    const { desc, ...entities } = file.name.entities;
    return desc === wanted.desc && entitiesWithin(entities, run.entities);
  });
  const places = [
    (file: BidsFile) => file.root === root,
    (file: BidsFile) => file.root === "",
    (file: BidsFile) => file.root !== root && file.root !== "",
  ];
  const there = places.map((fits) => fitting.filter(fits)).find((files) => files.length > 0) ?? [];
  const most = Math.max(...there.map((file) => Object.keys(file.name.entities).length));
  return there.filter((file) => Object.keys(file.name.entities).length === most);
}

function kindOf({ name }: BidsFile): ResponseKind | undefined {
  const { entities, suffix, extension } = name;
  const { sub, task, desc, hemi, space } = entities;
  if (sub === undefined || task === undefined) return undefined;
  const isSeries = ["", "bold", "timeseries"].includes(suffix);
  if (extension === ".tsv" && suffix === "timeseries" && desc !== "confounds") return "region";
  if (extension === ".ptseries.nii" && isSeries) return "region";
  if (extension === ".dtseries.nii" && isSeries) return "grayordinate";
  if (extension === ".func.gii" && isSeries && /^[LR]$/.test(hemi ?? "")) return "surface";
  // What the scanner gave has neither: it is not to be scored before it is preprocessed.
  const isPreprocessed = space !== undefined || desc !== undefined;
  if (/^\.nii(\.gz)?$/.test(extension) && ["", "bold"].includes(suffix) && isPreprocessed) return "volume";
  return undefined;
}

function labelOf(file: BidsFile, key: string): string {
  if (key === "derivative") return file.root.slice(file.root.lastIndexOf("/") + 1);
  if (key === "kind") return kindOf(file) ?? "";
  return ownValue(file.name.entities, key) ?? "";
}

/** Those of a file's entities that tell runs apart. */
export function runEntitiesOf(entities: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entities).filter(([key]) => RUN_ENTITIES.has(key)));
}
