import { checkArgument } from "../array/arguments.ts";
import { joinColumns, type Matrix, sliceRows } from "../array/matrix.ts";
import { singleWhereEnough } from "../array/single-precision.ts";
import { type BidsDataset, readSidecarWithOrigin } from "../bids/dataset.ts";
import { type DatasetIssue, FormatError, NotFoundError, OptionError } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import type { Source } from "../sources/source.ts";
import { type CleaningOptions, cleanBold } from "./clean-bold.ts";
import { chooseConfounds } from "./confound-strategies.ts";
import { confoundColumns } from "./confounds.ts";
import { discardedVolumes, firstConfoundRow } from "./discarded-volumes.ts";
import type { ResponseFiles } from "./find.ts";
import { giftiSays } from "./gifti-says.ts";
import { loadGrayordinateSeries, loadParcelSeries, loadVolumeSeries } from "./image-series.ts";
import { countEmpty, seriesContent } from "./series-content.ts";
import { loadSurfaceSeries, type SurfaceSeries } from "./surface-series.ts";
import { grayordinateTargets, surfaceTargets, type Target, type TargetSpace, voxelTargets } from "./target.ts";
import { readRegionSeries, type TimeSeries } from "./time-series.ts";
import { loadMask, type VolumeMask } from "./volume-mask.ts";

/** The responses of one participant to one story. */
export interface Response {
  /** `"sub-18"`. */
  readonly participant: string;
  readonly story: string;
  /** [nVolumes x nTargets]; single precision, or double where that does not hold a target's numbers well enough. */
  readonly bold: Matrix;
  /** One a column of `bold`. */
  readonly targets: readonly Target[];
  readonly space: TargetSpace;
  /** Seconds. */
  readonly repetitionTime: number;
  /** Seconds from the first volume of `bold` to the start of the audio: scan time = audioStart + word onset. */
  readonly audioStart: number;
  /** Every file that was read. */
  readonly files: readonly string[];
  /** Columns of the table of confounds that were regressed out. */
  readonly confounds: readonly string[];
  /** Volumes that the events count and that the files do not hold, before their first one; `audioStart` has them off. */
  readonly nDiscarded: number;
  /** The sidecar or option that says so; undefined where nothing was discarded. */
  readonly discardedBy: string | undefined;
  /**
   * Bytes of memory a number of `bold` takes: `held`, 4 in single precision and 8 in double; `reading`, the most while it is cleaned,
   * with the run as it was read.
   */
  readonly bytes: { readonly held: number; readonly reading: number };
  /** The volumes of the files that `bold` holds; `end` is exclusive. */
  readonly kept: { readonly start: number; readonly end: number };
  /** Notes: a repetition time in the file that is not its sidecar's, say. */
  readonly notes: readonly string[];
  /** Counted over the volumes that remain, before cleaning. */
  readonly quality: {
    /** Targets whose values are all equal. */
    readonly nConstant: number;
    /** Targets with a value that is not finite. */
    readonly nNotFinite: number;
    /** Volumes that are 0 in every target, of one value, or the same as another. */
    readonly nVolumesEmpty: number;
  };
}

/** How {@link loadResponse} reads and cleans. */
export interface LoadResponseOptions extends CleaningOptions {
  /** The voxels of volumes (default: those of the run's own brain mask). */
  readonly mask?: VolumeMask | undefined;
  /**
   * Volumes that the events count and that the files do not hold, before their first one (default: what the sidecars say,
   * as {@link discardedVolumes} decides).
   */
  readonly volumesDiscarded?: number | undefined;
}

/**
 * The responses that files of `findResponses` hold: read, cut to the story's part of the run
 * where the run has several, trimmed and cleaned as `cleanBold` does. `audioStart` counts from the first volume of the
 * result: it follows volumes that were discarded before the files were written, the cut and the trim.
 *
 * @throws FormatError where a file cannot be read, hemispheres or confounds differ in volumes, a confound is "n/a", or it
 * cannot be told where the volumes lie in time
 * @throws NotFoundError where confounds are asked for and the run has none, or not these
 * @throws OptionError where several confound tables fit, or an option is out of range
 */
export async function loadResponse(
  dataset: BidsDataset,
  files: ResponseFiles,
  options: LoadResponseOptions = {},
): Promise<Response> {
  checkArgument("loadResponse: dataset", dataset, "an object", { files: "a list", source: "an object" });
  checkArgument("loadResponse: files", files, "an object", { files: "a list", story: "a text" });
  checkArgument("loadResponse: options", options, "an object");
  return responseOfRun(dataset, files, await loadRun(dataset, files, options.mask), options);
}

/**
 * The story's responses out of the run that {@link loadRun} read: cut, trimmed and cleaned as by {@link loadResponse}.
 *
 * @throws errors of {@link loadResponse}, but for those of reading the run
 */
export async function responseOfRun(
  dataset: BidsDataset,
  files: ResponseFiles,
  whole: WholeRun,
  options: LoadResponseOptions = {},
): Promise<Response> {
  const { repetitionTime, story, participant } = files;
  const nWhole = whole.bold.nRows;
  if (nWhole < 2) {
    throw new FormatError(
      files.files[0]!,
      `the run must be a time series of two volumes or more, got ${nWhole} volume. Is it a reference image (_boldref)? Exclude the run, or take the series of the run`,
    );
  }
  const { volumesDiscarded, ...others } = options;
  const placed = await discardedVolumes(dataset, files, nWhole, volumesDiscarded, whole.seriesStart);
  if ("issue" in placed) throw issueError(placed.issue);
  const { nDiscarded } = placed;
  const { start, end } = storyVolumes(files, nWhole, nDiscarded);
  if (start >= nWhole) {
    throw new FormatError(
      files.files[0]!,
      `the run must reach the start of the story "${story}" (volume ${start}), got ${nWhole} volumes. Exclude the run`,
    );
  }
  const stop = Math.min(end, nWhole);
  const cut = sliceRows(whole.bold, start, stop);
  if (cut.nRows < 2) {
    throw new FormatError(
      files.files[0]!,
      `the story "${story}" must be heard for two volumes or more, got ${cut.nRows} (from volume ${start} of ${nWhole}; times in ${files.events}). Correct the events, or exclude the run`,
    );
  }
  const { trimStart = 0, trimEnd = 0, confounds: names = [], missingConfounds, mask: _, ...cleaning } = others;
  const read = [...whole.files, files.events, ...placed.files];
  let confounds: Matrix | undefined;
  const confoundNames: string[] = [];
  const noColumns: string[] = [];
  if (names.length > 0) {
    const path = confoundsPath(files);
    const table = readTsv(await dataset.source.read(path), { path });
    const run = { path: files.files[0]!, nVolumes: nWhole };
    const nRows = table.rows.length;
    const row = firstConfoundRow({ path, nRows }, run, nDiscarded, volumesDiscarded !== undefined);
    const { values, origin } = await readSidecarWithOrigin(dataset, dataset.files.find((file) => file.path === path)!);
    const chosen = chooseConfounds(table, names, values);
    const [from, to] = [row + start + trimStart, row + Math.max(0, stop - trimEnd)];
    confounds = sliceRows(confoundColumns(table, chosen, missingConfounds, from, to), row + start, row + stop);
    confoundNames.push(...chosen.columns);
    noColumns.push(...chosen.without);
    read.push(path, ...new Set(Object.values(origin)));
  }
  const cleaned = cleanBold(cut, { ...cleaning, trimStart, trimEnd, repetitionTime, confounds });
  const bold = singleWhereEnough(cleaned);
  const [wide, held] = [cleaned.data.BYTES_PER_ELEMENT, bold.data.BYTES_PER_ELEMENT];
  return {
    participant,
    story,
    bold,
    targets: whole.targets,
    space: whole.space,
    repetitionTime,
    audioStart: files.audioStart - (nDiscarded + start + trimStart) * repetitionTime,
    files: read,
    confounds: confoundNames,
    nDiscarded,
    discardedBy: placed.origin,
    // The run as it was read, cleaned in double precision, and then in single precision where that is enough.
    bytes: { held, reading: 2 * wide + (held === wide ? 0 : held) },
    kept: { start: start + trimStart, end: stop - trimEnd },
    notes: [
      ...periodNotes(files, whole),
      ...(placed.note === undefined ? [] : [`${files.run}: ${placed.note}`]),
      // The same words for every run, so that the report lists the note once.
      ...noColumns.map((name) => `\`confounds: ${name}\`: of runs without such volumes nothing is taken out.`),
    ],
    quality: qualityOf(sliceRows(cut, trimStart, cut.nRows - trimEnd)),
  };
}

/** The story's volumes among those of the files, counted from their first: `end` (exclusive) may lie behind the last. */
export function storyVolumes(
  { volumes }: Pick<ResponseFiles, "volumes">,
  nVolumes: number,
  nDiscarded: number,
): { readonly start: number; readonly end: number } {
  const at = (volume: number) => Math.max(0, volume - nDiscarded);
  return {
    start: volumes === undefined ? 0 : at(volumes.start),
    end: volumes?.end === undefined ? nVolumes : at(volumes.end),
  };
}

function issueError({ path, message }: DatasetIssue): FormatError {
  return new FormatError(path, message.replace(/\.$/, ""));
}

function periodNotes(files: ResponseFiles, { repetitionTime: own }: WholeRun): readonly string[] {
  if (own === undefined || isSameTime(own, files.repetitionTime)) return [];
  return [
    `${files.files[0]}: the file's own repetition time is ${own} s, its sidecar's ${files.repetitionTime} s, which was used. One of them is wrong, and with it every word's volume: check the scanner's protocol.`,
  ];
}

/** Whether two repetition times are the same, as far as headers keep them. */
export function isSameTime(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-3 * b;
}

function confoundsPath(files: ResponseFiles): string {
  const [path, ...more] = files.confounds;
  if (path === undefined) {
    throw new NotFoundError(
      "the run must have a table *_desc-confounds_timeseries.tsv to regress confounds out, got none. Add it beside the responses, or leave confounds out.",
      { where: files.files[0] },
    );
  }
  if (more.length > 0) {
    throw new OptionError(
      `one table of confounds must fit the run, got ${files.confounds.length} (${files.confounds.join(", ")}). Keep one of them.`,
      { where: files.files[0] },
    );
  }
  return path;
}

/** All volumes of a run, as its files hold them. */
export interface WholeRun extends TimeSeries {
  readonly space: TargetSpace;
  /** Every file that was read. */
  readonly files: readonly string[];
  /** Targets of each file, in the order of the files that hold responses. */
  readonly nTargets: readonly number[];
  /** Seconds between volumes by the files themselves; undefined where they do not say. */
  readonly repetitionTime?: number | undefined;
  /** Seconds from the start of the recording to the first volume by the files themselves; undefined where they do not say. */
  readonly seriesStart?: number | undefined;
}

/**
 * The whole run that response files belong to, uncut and uncleaned, hemispheres side by side (L, R).
 *
 * @param mask - the voxels of volumes (default: those of the run's own brain mask)
 * @throws FormatError where a file cannot be read, hemispheres differ in volumes, or volumes lie in another grid than the
 * mask
 * @throws NotFoundError where volumes have no mask
 */
export async function loadRun(dataset: BidsDataset, files: ResponseFiles, mask?: VolumeMask): Promise<WholeRun> {
  const { source } = dataset;
  const [path] = files.files as [string];
  switch (files.kind) {
    case "region":
      return loadRegionRun(dataset, files);
    case "surface":
      return loadSurfaceRun(dataset, files);
    case "volume": {
      const used = mask ?? (await loadOwnMask(source, files));
      const { shape, affine, voxels } = used;
      const { bold, ...times } = await loadVolumeSeries(source, path, used);
      const space: TargetSpace = { kind: "volume", space: files.space, shape, affine, voxels };
      return {
        bold,
        targets: voxelTargets(shape, voxels),
        space,
        files: mask ? [path] : [path, used.path],
        nTargets: [bold.nColumns],
        ...times,
      };
    }
    case "grayordinate": {
      const { bold, grayordinates, ...times } = await loadGrayordinateSeries(source, path);
      const space: TargetSpace = { kind: "grayordinate", space: files.space, grayordinates };
      return {
        bold,
        targets: grayordinateTargets(grayordinates),
        space,
        files: [path],
        ...times,
        nTargets: [bold.nColumns],
      };
    }
    default:
      return files.kind satisfies never;
  }
}

/**
 * The brain mask that lies beside a run's volumes.
 *
 * @throws NotFoundError where there is none
 * @throws OptionError where there are several
 * @throws FormatError where it cannot be read
 */
export async function loadOwnMask(source: Source, { masks = [], files }: ResponseFiles): Promise<VolumeMask> {
  const [mask, ...others] = masks;
  if (others.length > 0) {
    throw new OptionError(
      `one brain mask must fit the run, got ${masks.length} (${masks.join(", ")}). Keep one of them, or say which with \`mask\`.`,
      { where: files[0], issueCode: "mask-ambiguous" },
    );
  }
  if (mask !== undefined) return loadMask(source, mask);
  throw new NotFoundError(
    "a brain mask must lie beside the volumes (desc-brain_mask.nii.gz), got none. Give one in their grid with `mask`.",
    { where: files[0] },
  );
}

/** Tables or parcels, one file or one a hemisphere. */
async function loadRegionRun({ source }: BidsDataset, { files, hemispheres }: ResponseFiles): Promise<WholeRun> {
  const parts: (TimeSeries & Pick<WholeRun, "repetitionTime" | "seriesStart">)[] = [];
  for (const [index, path] of files.entries()) {
    parts.push(
      path.toLowerCase().endsWith(".tsv")
        ? readRegionSeries(await source.read(path), path, hemispheres[index]!)
        : await loadParcelSeries(source, path),
    );
  }
  return {
    bold: joinHemispheres(
      parts.map((part) => part.bold),
      files,
    ),
    targets: parts.flatMap((part) => part.targets),
    space: { kind: "region" },
    files,
    nTargets: parts.map((part) => part.bold.nColumns),
    repetitionTime: parts[0]!.repetitionTime,
    seriesStart: parts[0]!.seriesStart,
  };
}

async function loadSurfaceRun({ source }: BidsDataset, run: ResponseFiles): Promise<WholeRun> {
  const { files, hemispheres, space } = run;
  const parts: SurfaceSeries[] = [];
  for (const path of files) parts.push(await loadSurfaceSeries(source, path, space));
  const count = (hemi: "L" | "R") => parts[hemispheres.indexOf(hemi)]?.bold.nColumns ?? 0;
  const nVertices: readonly [number, number] = [count("L"), count("R")];
  return {
    bold: joinHemispheres(
      parts.map((part) => part.bold),
      files,
    ),
    targets: surfaceTargets(nVertices),
    space: { kind: "surface", space, nVertices },
    files: parts.flatMap((part) => part.files),
    nTargets: parts.map((part) => part.bold.nColumns),
    repetitionTime: giftiSays(parts[0]!.metadata, run.repetitionTime).repetitionTime,
  };
}

function joinHemispheres(parts: readonly Matrix[], files: readonly string[]): Matrix {
  const [first] = parts as [Matrix];
  parts.forEach(({ nRows }, index) => {
    if (nRows === first.nRows) return;
    throw new FormatError(
      files[index]!,
      `hemispheres must have equally many volumes, got ${nRows} here and ${first.nRows} in ${files[0]}. One of them is truncated: fetch it again`,
    );
  });
  return parts.length === 1 ? first : joinColumns(parts);
}

function qualityOf(bold: Matrix): Response["quality"] {
  const { isConstant, isNotFinite, volumes } = seriesContent(bold);
  const count = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
  return { nConstant: count(isConstant), nNotFinite: count(isNotFinite), nVolumesEmpty: countEmpty(volumes) };
}
