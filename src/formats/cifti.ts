import { emptyLike, type FloatArray, Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { FormatError } from "../errors.ts";
import { byteStream } from "./byte-stream.ts";
import { type CiftiAxes, ciftiIntent } from "./cifti-axes.ts";
import { readCiftiXml } from "./cifti-xml.ts";
import { pathOf } from "./file-bytes.ts";
import { growingFloats, maxNumbers } from "./growing.ts";
import { gunzipped, gunzipWhole } from "./gunzip.ts";
import { niftiSize, niftiValues } from "./nifti.ts";
import { readNiftiExtensions } from "./nifti-extension.ts";
import {
  isCiftiIntent,
  type NiftiHeader,
  niftiHeaderLength,
  niftiLength,
  type ReadNiftiOptions,
  readNiftiHeader,
} from "./nifti-header.ts";
import { niftiNumbers } from "./nifti-stream.ts";
import { decodeNumbers, type NumberArray } from "./number-type.ts";

/** A CIFTI-2 file: a matrix and what its rows and columns are. */
export interface Cifti<Data extends FloatArray = Float32Array<ArrayBuffer>> extends CiftiAxes {
  /** Values, [nRows x nColumns]: volumes or maps by grayordinates or parcels; in single precision by default. */
  readonly data: Matrix<Data>;
}

/** Settings of {@link streamCifti}. */
export interface StreamCiftiOptions extends ReadNiftiOptions {
  /** Told of how many columns are read. */
  readonly onProgress?: OnProgress | undefined;
  /** Whether values come in double precision (default: in single); asked once the header is read. */
  readonly isDouble?: ((header: NiftiHeader) => boolean) | undefined;
}

/** Code of the extension that holds the XML. */
export const ciftiExtension = 32;

/**
 * A CIFTI-2 file: dense or parcellated time series (`.dtseries.nii`, `.ptseries.nii`) or scalar maps (`.dscalar.nii`,
 * `.pscalar.nii`). In the file all values of one column stand one after the other (the first dimension of the matrix, the
 * series or maps, runs fastest); here those of one row do.
 *
 * @remarks Values of other types than single precision are scaled in double precision and rounded to single.
 *
 * @param bytes - the whole file; for one that does not fit in memory see {@link streamCifti}
 * @throws FormatError where the file is no CIFTI-2 file of these kinds, its XML is not what the standard says
 * (`readCiftiXml`; bytes are counted in the unpacked file), or the values end early
 * @see https://www.nitrc.org/forum/attachment.php?attachid=341&group_id=454&forum_id=1955
 */
export function readCifti(bytes: Uint8Array, options: ReadNiftiOptions = {}): Cifti {
  const path = pathOf(options, "CIFTI");
  const unpacked = gunzipWhole(bytes, path, niftiSize);
  const header = readNiftiHeader(unpacked.subarray(0, niftiHeaderLength), { path });
  const axes = readAxes(unpacked, header, path);
  const raw = niftiValues(unpacked, header, path);
  const keeper = keepTransposed(header, new Float32Array(0));
  const step = 2 ** 18;
  for (let at = 0; at < raw.length; at += step) {
    keeper.add(decodeNumbers(raw.subarray(at, at + step), { ...header, path, start: header.dataStart + at }));
  }
  return { ...axes, data: keeper.matrix() };
}

/**
 * As {@link readCifti}, of a file of any size, piece by piece. In memory are the result, at most an eighth of it more,
 * the XML and a few pieces; never the whole file.
 *
 * @remarks The file is read to its end, so that a compressed one is checked against its sum; what follows the values is
 * left aside.
 *
 * @param pieces - the bytes of the file, in order, in pieces of any size
 * @throws FormatError as {@link readCifti}
 */
export function streamCifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options?: StreamCiftiOptions & { readonly isDouble?: undefined },
): Promise<Cifti>;
export function streamCifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamCiftiOptions,
): Promise<Cifti<FloatArray>>;
export async function streamCifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamCiftiOptions = {},
): Promise<Cifti<FloatArray>> {
  const path = pathOf(options, "CIFTI");
  const stream = byteStream(gunzipped(pieces, path));
  try {
    const header = readNiftiHeader(await stream.peek(niftiHeaderLength), { path });
    checkCiftiHeader(header, path);
    const axes = readAxes(await stream.take(header.dataStart), header, path);
    const keeper = keepTransposed(header, options.isDouble?.(header) ? new Float64Array(0) : new Float32Array(0));
    const [nRows, nColumns] = header.shape.slice(4) as [number, number];
    let nRead = 0;
    for await (const numbers of niftiNumbers(stream, header, path)) {
      keeper.add(numbers);
      nRead += numbers.length;
      options.onProgress?.({ label: `reading ${path}`, done: Math.floor(nRead / nRows), total: nColumns });
    }
    await stream.skip(Number.MAX_SAFE_INTEGER);
    return { ...axes, data: keeper.matrix() };
  } finally {
    await stream.close();
  }
}

/**
 * What the rows and columns of a CIFTI-2 file of any size are; no more of it is read.
 *
 * @param pieces - the bytes of the file from its start; left where its values begin
 * @throws FormatError as {@link readCifti}
 */
export async function streamCiftiAxes(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: ReadNiftiOptions = {},
): Promise<CiftiAxes & { readonly nRows: number; readonly nColumns: number }> {
  const path = pathOf(options, "CIFTI");
  const stream = byteStream(gunzipped(pieces, path));
  try {
    const header = readNiftiHeader(await stream.peek(niftiHeaderLength), { path });
    checkCiftiHeader(header, path);
    const axes = readAxes(await stream.take(header.dataStart), header, path);
    const [nRows, nColumns] = header.shape.slice(4) as [number, number];
    return { ...axes, nRows, nColumns };
  } finally {
    await stream.close();
  }
}

/** Hundreds of times what the XML of the largest files takes: it is held in memory as a whole. */
const maxXml = 2 ** 28;

/** Checks what can be checked before the XML is there. */
function checkCiftiHeader(header: NiftiHeader, path: string): void {
  const { version, intent, shape, dataStart } = header;
  if (version !== 2 || !isCiftiIntent(intent.code)) {
    const message = `a CIFTI-2 file must be NIfTI-2 with an intent of 3000 to 3099, got NIfTI-${version} with intent ${intent.code}. Is it a volume? Then read it as NIfTI`;
    throw new FormatError(path, message);
  }
  if (shape.length !== 6 || shape.slice(0, 4).some((n) => n !== 1)) {
    const message = `a CIFTI-2 matrix must have the dimensions 1 x 1 x 1 x 1 x rows x columns, got ${shape.join(" x ")}`;
    throw new FormatError(path, message);
  }
  if (dataStart > maxXml) {
    const message = `the XML of a CIFTI-2 file must end within its first ${maxXml} bytes, got values from byte ${dataStart}`;
    throw new FormatError(path, message);
  }
  if (niftiLength(header) > maxNumbers) {
    throw new FormatError(path, `the matrix must hold at most ${maxNumbers} values, got ${shape.slice(4).join(" x ")}`);
  }
}

/**
 * What the XML in a file's extension says of rows and columns.
 *
 * @param bytes - the file up to its values at least
 */
function readAxes(bytes: Uint8Array, header: NiftiHeader, path: string): CiftiAxes {
  checkCiftiHeader(header, path);
  const found = readNiftiExtensions(bytes, header, path).filter(({ code }) => code === ciftiExtension);
  const [extension] = found;
  if (!extension || found.length > 1) {
    const message = `a CIFTI-2 file must hold its XML in one extension of code ${ciftiExtension}, got ${found.length}`;
    throw new FormatError(path, message);
  }
  let end = extension.bytes.length;
  while (end > 0 && extension.bytes[end - 1] === 0) end--;
  // Blanks in place of what stands before it: bytes are counted from the start of the file.
  const xml = new Uint8Array(extension.start + end).fill(0x20);
  xml.set(extension.bytes.subarray(0, end), extension.start);
  const [nRows, nColumns] = header.shape.slice(4) as [number, number];
  const axes = readCiftiXml({ bytes: xml, path, nRows, nColumns });
  const { code, name } = ciftiIntent(axes);
  // 3000: unknown.
  if (header.intent.code !== code && header.intent.code !== 3000) {
    const message = `the intent must be ${code} (${name}), as the axes say, or 3000, got ${header.intent.code}`;
    throw new FormatError(path, message);
  }
  return axes;
}

/** Takes the values of a file in order, all rows of a column after another, and puts them row after row. */
function keepTransposed<Data extends FloatArray>({ shape, slope, intercept }: NiftiHeader, like: Data) {
  const [nRows, nColumns] = shape.slice(4) as [number, number];
  const length = nRows * nColumns;
  // As in the file, until there is enough of it that the whole may be set aside.
  const early = growingFloats(Math.ceil(length / 8), like);
  let data: Data | undefined;
  let nSeen = 0;

  function put(to: FloatArray, numbers: NumberArray | FloatArray, first: number): void {
    let i = 0;
    // Whole columns side by side, so that what is written next to each other lies next to each other.
    while (i < numbers.length) {
      const column = Math.floor((first + i) / nRows);
      const row = first + i - column * nRows;
      const nWhole = row === 0 ? Math.floor((numbers.length - i) / nRows) : 0;
      if (nWhole > 0) {
        for (let r = 0; r < nRows; r++) {
          for (let c = 0, at = r * nColumns + column, from = i + r; c < nWhole; c++, from += nRows) {
            to[at + c] = numbers[from]!;
          }
        }
        i += nWhole * nRows;
      } else {
        const end = Math.min(numbers.length, i + nRows - row);
        for (let r = row; i < end; i++, r++) to[r * nColumns + column] = numbers[i]!;
      }
    }
  }

  return {
    add(stored: NumberArray): void {
      const numbers = slope === 1 && intercept === 0 ? stored : scaled(stored);
      if (!data && nSeen + numbers.length > length / 8) {
        data = emptyLike(like, length);
        put(data, early.reserve(nSeen).subarray(0, nSeen), 0);
      }
      if (data) put(data, numbers, nSeen);
      else early.reserve(nSeen + numbers.length).set(numbers, nSeen);
      nSeen += numbers.length;
    },
    matrix: () => Matrix.of(data ?? emptyLike(like, length), nRows, nColumns),
  };

  function scaled(stored: NumberArray): Float64Array<ArrayBuffer> {
    const values = new Float64Array(stored.length);
    for (let i = 0; i < values.length; i++) values[i] = stored[i]! * slope + intercept;
    return values;
  }
}
