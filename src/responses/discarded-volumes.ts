import { type BidsDataset, type BidsFile, filesNamed, readSidecarWithOrigin } from "../bids/dataset.ts";
import { ChangedFileError, type DatasetIssue, FormatError, NotFoundError } from "../errors.ts";
import { streamNiftiHeader } from "../formats/nifti-stream.ts";
import { readTsv } from "../formats/tsv.ts";
import { isOfOtherFiles, systemReason } from "../sources/system-error.ts";
import { runKey } from "./candidates.ts";
import { companions, rawImages } from "./companions.ts";
import type { ResponseFiles } from "./find.ts";

/** How many of the volumes that a run's events count are not in its response files. */
export interface DiscardedVolumes {
  /** Volumes before the first one of the response files. */
  readonly nDiscarded: number;
  /** What says so, for messages: a sidecar's path, or the option; undefined where nothing was discarded. */
  readonly origin: string | undefined;
  /** Sidecars that were looked into and speak of discarded volumes. */
  readonly files: readonly string[];
  /** A note of one or two sentences, where there is one; no error. */
  readonly note: string | undefined;
}

/** A count of volumes, and the file that it comes from. */
interface Count {
  readonly n: number;
  readonly path: string;
}

/** The facts of one run that the decision is made from. */
interface VolumeFacts {
  readonly files: ResponseFiles;
  /** Of the response files. */
  readonly nVolumes: number;
  /** By the sidecars of the response files. */
  readonly own: Count | undefined;
  /** By the sidecars of the raw image: volumes that the raw image does not have either. */
  readonly raw: Count | undefined;
  /** Volumes that were recorded: those of the raw image, else the rows of its table of confounds. */
  readonly recorded: (Count & { readonly isImage: boolean }) | undefined;
  /** Rows of XCP-D's table of outliers: the volumes before some were censored. */
  readonly uncensored: Count | undefined;
  /** Whether the events lie in the same data set as the responses. */
  readonly isOwnEvents: boolean;
  /** Whether the events lie in the raw data set. */
  readonly isRawEvents: boolean;
}

const FIELD = "NumberOfVolumesDiscardedByUser";

/**
 * How many volumes lie before the first one of a run's response files and are counted by its events, or the issue that
 * keeps the responses from being placed in time. In this order:
 *
 * 1. `stated` counts, where it is given;
 * 2. events of a derivative that lie beside its responses count from the first volume of these: none;
 * 3. else what the JSON of the response files says (`NumberOfVolumesDiscardedByUser`), where the events are those of the
 *    raw data set: these count from the first volume of the raw image;
 * 4. else none.
 *
 * An issue is given
 *
 * - where the number contradicts the volumes that there are: those of the raw image, or the rows of a table of confounds that
 *   belongs to it;
 * - where volumes are missing and nothing says which;
 * - where XCP-D's table of outliers has more rows than the responses have volumes, so that some were censored in the middle;
 * - where the response file itself says that its first volume is a later one (`SeriesStart` of CIFTI, `toffset` of NIfTI),
 *   events count the raw volumes, and neither its JSON nor the raw image agrees.
 *
 * @param nVolumes - of the response files
 * @param stated - volumes that the user says were discarded
 * @param seriesStart - seconds from the start of the recording to the first volume, by the file itself
 * @remarks BIDS on both fields, `...DiscardedByUser` and `...DiscardedByScanner`: onsets "should always refer to the
 * beginning of the acquisition of the first volume in the corresponding imaging file - independent of the value of" the
 * field. So what the scanner discarded moves nothing, nor does what was discarded before the raw image was stored; what a
 * derivative discards after it does.
 * @see https://bids-specification.readthedocs.io/en/stable/glossary.html#objects.metadata.NumberOfVolumesDiscardedByUser
 */
export async function discardedVolumes(
  dataset: BidsDataset,
  files: ResponseFiles,
  nVolumes: number,
  stated?: number,
  seriesStart = 0,
): Promise<DiscardedVolumes | { readonly issue: DatasetIssue }> {
  const members = files.files.map((path) => fileOf(dataset, path)!);
  const [first] = members as [BidsFile];
  const owns: Count[] = [];
  for (const member of members) {
    const own = await discardedByUser(dataset, member);
    if (own && "issue" in own) return own;
    if (own) owns.push(own);
  }
  const [own] = owns;
  const other = owns.find(({ n }) => n !== own?.n);
  if (own && other) {
    const message = `${FIELD} must be the same for both hemispheres, got ${other.n} here and ${own.n} in ${own.path}. Correct one of them.`;
    return { issue: { severity: "error", code: "volumes-discarded-invalid", path: other.path, message } };
  }
  const rawImage = rawImageOf(dataset, first);
  let raw: Count | undefined;
  // The image's JSON may be there without the image.
  for (const image of rawImage ? [rawImage] : rawImages(dataset, first)) {
    const found = await discardedByUser(dataset, image);
    if (found && "issue" in found) return found;
    raw ??= found;
  }
  const eventsRoot = fileOf(dataset, files.events)?.root;
  const facts: VolumeFacts = {
    files,
    nVolumes,
    own,
    raw,
    recorded: await recordedVolumes(dataset, files, { first, rawImage, nVolumes }),
    uncensored: await outlierRows(dataset, first),
    isOwnEvents: eventsRoot === first.root,
    isRawEvents: eventsRoot === "",
  };
  if (stated !== undefined) return obey(facts, stated);
  const decided = decide(facts);
  return "issue" in decided ? decided : (lateStart(facts, decided.nDiscarded, seriesStart) ?? decided);
}

/** The issue of a file that says itself that its first volume is a later one. */
function lateStart(
  { files, nVolumes, recorded, isOwnEvents, isRawEvents }: VolumeFacts,
  nDiscarded: number,
  seriesStart: number,
): { readonly issue: DatasetIssue } | undefined {
  const { repetitionTime } = files;
  const isEarly = Math.abs(seriesStart) < repetitionTime * (1 - 1e-3);
  if (isEarly || (isOwnEvents && !isRawEvents) || recorded?.n === nVolumes) return undefined;
  if (Math.abs(seriesStart - nDiscarded * repetitionTime) < repetitionTime / 2) return undefined;
  const [path] = files.files as [string];
  const field = /(?<!\.[dp]tseries)\.nii(\.gz)?$/i.test(path) ? "toffset" : "SeriesStart";
  const message = `the first volume must be the one that events count from, less those that the JSON says were discarded (${nDiscarded}), got one at ${seriesStart} s by the file itself (${field}; volumes are ${repetitionTime} s apart). Say with \`volumesDiscarded\` how many volumes were left out before it (0 for none).`;
  return { issue: { severity: "error", code: "volumes-missing", path, message } };
}

/** The decision by what the files say. */
function decide(facts: VolumeFacts): DiscardedVolumes | { readonly issue: DatasetIssue } {
  const { files, nVolumes, own, raw, recorded, isOwnEvents, isRawEvents } = facts;
  const [path] = files.files as [string];
  const censored = censoring(facts);
  if (censored !== undefined) {
    const message = `responses must have all volumes between the first and the last, got ${nVolumes} of the ${facts.uncensored!.n} of ${facts.uncensored!.path}: ${censored} Take a version with all volumes, such as the interpolated one of XCP-D.`;
    return { issue: { severity: "error", code: "volumes-missing", path, message } };
  }
  const n = own?.n ?? 0;
  const nowhere: DiscardedVolumes = {
    nDiscarded: 0,
    origin: undefined,
    files: own === undefined ? [] : [own.path],
    note:
      n === 0 || !isOwnEvents
        ? undefined
        : `${n} volumes were discarded (${FIELD} of ${own!.path}). The events lie in the same data set and count from the first volume that is left: nothing is moved.`,
  };
  if (isOwnEvents && !isRawEvents) return nowhere;
  const shifted: DiscardedVolumes = { ...nowhere, nDiscarded: n, origin: own?.path, note: undefined };
  if (recorded !== undefined) {
    const nMissing = recorded.n - nVolumes;
    if (n > 0 && nMissing === n && (recorded.isImage || !isOwnEvents)) return shifted;
    // The raw image's own number, handed on: its events count from its first volume all the same.
    if (nMissing === 0 && (n === 0 || n === raw?.n || isOwnEvents)) return nowhere;
    return { issue: { severity: "error", code: "volumes-missing", path, message: missingMessage(facts, recorded) } };
  }
  if (n === 0 || isOwnEvents) return nowhere;
  if (raw === undefined || raw.n === 0) return shifted;
  const message = `it must be clear which volumes the responses lack, got ${FIELD} ${n} in ${own!.path} and ${raw.n} in ${raw.path} of the raw image: the same volumes, or more? Say with \`volumesDiscarded\` how many of the raw image's volumes are not in the responses (0 for none).`;
  return { issue: { severity: "error", code: "volumes-discarded-ambiguous", path, message } };
}

function missingMessage({ nVolumes, own }: VolumeFacts, recorded: Count): string {
  const says = own === undefined ? `no JSON gives ${FIELD}` : `${FIELD} is ${own.n} in ${own.path}`;
  const must = `responses must have the ${recorded.n} volumes of ${recorded.path}, less those that their JSON says were discarded at the start, got ${nVolumes} (${says})`;
  if (recorded.n < nVolumes) return `${must}. Do the files belong to one run?`;
  return `${must}: words would be placed wrongly. Write ${FIELD} into the JSON of the responses, or give the number with \`volumesDiscarded\` (0 where volumes are missing at the end alone). Where volumes were censored in the middle, no number helps: take a version with all volumes.`;
}

/** The decision by what the user says. */
function obey(facts: VolumeFacts, stated: number): DiscardedVolumes | { readonly issue: DatasetIssue } {
  const { files, nVolumes, own, recorded } = facts;
  if (recorded !== undefined && nVolumes + stated > recorded.n) {
    const message = `responses and the ${stated} volumes of \`volumesDiscarded\` must come to no more than the ${recorded.n} volumes of ${recorded.path}, got ${nVolumes} + ${stated}. Give another number.`;
    return { issue: { severity: "error", code: "volumes-missing", path: files.files[0]!, message } };
  }
  const notes: string[] = [];
  if (own !== undefined && own.n !== stated)
    notes.push(`\`volumesDiscarded: ${stated}\` holds over ${FIELD} ${own.n} of ${own.path}.`);
  const nLeft = (recorded?.n ?? nVolumes) - nVolumes - stated;
  if (nLeft > 0) {
    notes.push(
      `${nLeft} more volumes of ${recorded!.path} are not in the responses: they must have been the last ones, else every word after them is placed late.`,
    );
  }
  const censored = censoring(facts);
  if (censored !== undefined) notes.push(censored);
  return {
    nDiscarded: stated,
    origin: stated === 0 ? undefined : "`volumesDiscarded`",
    files: own === undefined ? [] : [own.path],
    note: notes.length === 0 ? undefined : notes.join(" "),
  };
}

/** The issue of censored volumes, where a table of outliers has more rows than there are volumes. */
function censoring({ nVolumes, uncensored }: VolumeFacts): string | undefined {
  if (uncensored === undefined || uncensored.n <= nVolumes) return undefined;
  return `${uncensored.n - nVolumes} were censored, and every word after the first of them is placed late.`;
}

/**
 * The row of a table of confounds that belongs to the first volume of the responses: 0 where the table has a row a volume,
 * `nDiscarded` where it has all that were recorded.
 *
 * @param isStated - whether the user says how many were discarded: then further rows may belong to volumes at the end
 * @throws FormatError where the table has another number of rows
 */
export function firstConfoundRow(
  table: { readonly path: string; readonly nRows: number },
  { path, nVolumes }: { readonly path: string; readonly nVolumes: number },
  nDiscarded: number,
  isStated: boolean,
): number {
  if (table.nRows === nVolumes) return 0;
  if (nDiscarded > 0 && table.nRows === nVolumes + nDiscarded) return nDiscarded;
  if (isStated && table.nRows > nVolumes + nDiscarded) return nDiscarded;
  const discarded = nDiscarded === 0 ? "" : ` (or of these and the ${nDiscarded} before them)`;
  throw new FormatError(
    table.path,
    `confounds must have a row for each of the ${nVolumes} volumes of ${path}${discarded}, got ${table.nRows}. Do they belong to another run?`,
  );
}

const fileOf = (dataset: BidsDataset, path: string): BidsFile | undefined =>
  dataset.files.find((file) => file.path === path);

/** The number in the JSON of a file, after inheritance; undefined where there is none. */
async function discardedByUser(
  dataset: BidsDataset,
  file: BidsFile,
): Promise<Count | { readonly issue: DatasetIssue } | undefined> {
  const { values, origin } = await readSidecarWithOrigin(dataset, file);
  const n = values[FIELD];
  if (n === undefined || n === null) return undefined;
  const path = origin[FIELD]!;
  if (typeof n === "number" && Number.isInteger(n) && n >= 0) return { n, path };
  const message = `${FIELD} must be a whole number of volumes from 0, got ${JSON.stringify(n)}. Correct it.`;
  return { issue: { severity: "error", code: "volumes-discarded-invalid", path, message } };
}

/** The image as the scanner gave it, or the user stored it, that a response comes from. */
function rawImageOf(dataset: BidsDataset, response: BidsFile): BidsFile | undefined {
  const key = runKey(response.name.entities);
  return [".nii.gz", ".nii"]
    .flatMap((extension) => filesNamed(dataset, "bold", extension, response.name.entities["sub"]))
    .find((file) => {
      const { space, desc } = file.name.entities;
      if (file.root !== "" || file.path === response.path) return false;
      return space === undefined && desc === undefined && runKey(file.name.entities) === key;
    });
}

/** The volumes that were recorded, where a file tells: the raw image, else the table of confounds. */
async function recordedVolumes(
  dataset: BidsDataset,
  { confounds }: ResponseFiles,
  {
    first,
    rawImage,
    nVolumes,
  }: { readonly first: BidsFile; readonly rawImage: BidsFile | undefined; readonly nVolumes: number },
): Promise<VolumeFacts["recorded"]> {
  if (rawImage !== undefined) {
    const n = await countOnce(dataset, rawImage.path, () => imageVolumes(dataset, rawImage.path));
    if (n !== undefined) return { n, path: rawImage.path, isImage: true };
  }
  const [path, ...more] = confounds;
  if (path === undefined || more.length > 0) return undefined;
  const n = await countOnce(dataset, path, () => tableRows(dataset, path));
  // A table with fewer rows than volumes is wrong: it is refused where its numbers are needed.
  if (n === undefined || n < nVolumes) return undefined;
  // Programs that drop volumes drop them from their own confounds as well: equal numbers prove nothing there.
  if (n === nVolumes && fileOf(dataset, path)?.root === first.root) return undefined;
  return { n, path, isImage: false };
}

async function outlierRows(dataset: BidsDataset, response: BidsFile): Promise<Count | undefined> {
  const wanted = { suffixes: ["outliers"], extension: ".tsv" };
  const own = companions(dataset, response, wanted).filter(({ root }) => root === response.root);
  if (own.length !== 1) return undefined;
  const { path } = own[0]!;
  const n = await countOnce(dataset, path, () => tableRows(dataset, path));
  return n === undefined ? undefined : { n, path };
}

const counts = new WeakMap<BidsDataset, Map<string, Promise<number | undefined>>>();

/** A number that is read once a data set: runs are loaded again for every step of a study. */
function countOnce(
  dataset: BidsDataset,
  path: string,
  count: () => Promise<number | undefined>,
): Promise<number | undefined> {
  const known = counts.get(dataset) ?? new Map<string, Promise<number | undefined>>();
  counts.set(dataset, known);
  const found = known.get(path) ?? count();
  known.set(path, found);
  return found;
}

/** Undefined where the image was not fetched, or is none: it is not needed for anything else. */
async function imageVolumes({ source }: BidsDataset, path: string): Promise<number | undefined> {
  return unlessUnreadable(async () => {
    const { shape } = await streamNiftiHeader(source.stream(path), { path });
    return shape[3] ?? 1;
  });
}

/** Undefined where the table cannot be read: an error is raised where its numbers are needed. */
async function tableRows({ source }: BidsDataset, path: string): Promise<number | undefined> {
  return unlessUnreadable(async () => readTsv(await source.read(path), { path }).rows.length);
}

async function unlessUnreadable(count: () => Promise<number>): Promise<number | undefined> {
  try {
    return await count();
  } catch (error) {
    if (error instanceof ChangedFileError || isOfOtherFiles(error)) throw error;
    if (error instanceof FormatError || error instanceof NotFoundError || systemReason(error)) return undefined;
    throw error;
  }
}
