import { type FloatArray, Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { type ByteStream, byteStream } from "./byte-stream.ts";
import { pathOf } from "./file-bytes.ts";
import { growingFloats, maxNumbers } from "./growing.ts";
import { gunzipped } from "./gunzip.ts";
import { niftiEndsEarly } from "./nifti.ts";
import { type NiftiHeader, niftiHeaderLength, niftiLength, readNiftiHeader } from "./nifti-header.ts";
import { bytesOf, decodeNumbers, type NumberArray } from "./number-type.ts";

/** Settings of {@link streamNifti}. */
export interface StreamNiftiOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /**
   * The voxels to keep, `i + nx * (j + ny * k)`, ascending; all where undefined. It is asked for once the header is read
   * and before any value is read: the place to compare shape and affine with those of a mask, and to throw.
   */
  readonly select?: ((header: NiftiHeader) => Int32Array | undefined) | undefined;
  /** Told of every volume. */
  readonly onProgress?: OnProgress | undefined;
  /** Whether values come in double precision (default: in single); asked once the header is read. */
  readonly isDouble?: ((header: NiftiHeader) => boolean) | undefined;
}

/** Volumes of a NIfTI file. */
export interface NiftiVolumes<Data extends FloatArray = Float32Array<ArrayBuffer>> {
  readonly header: NiftiHeader;
  /** The scaled values, [nVolumes x nVoxels]: the selected voxels, in the order given; in single precision by default. */
  readonly volumes: Matrix<Data>;
}

/**
 * The volumes of a NIfTI file of any size, compressed or not, as a matrix of the voxels that are asked for. Values are
 * scaled in double precision and rounded to single, unless double is asked for. In memory are the result, at most an eighth of it more, and a few
 * pieces; never the whole file.
 *
 * @remarks The file is read to its end, so that a compressed one is checked against its sum; what follows the values is
 * left aside, as nibabel does. A file of three axes is one volume.
 *
 * @param pieces - the bytes of the file, in order, in pieces of any size
 * @throws FormatError as `readNiftiHeader`, where there are more than four axes, the values end early, or 64-bit whole
 * numbers are beyond 2^53
 * @throws OptionError where the selected voxels are not ascending
 * @throws ShapeError where a selected voxel is outside of the volume
 */
export function streamNifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options?: StreamNiftiOptions & { readonly isDouble?: undefined },
): Promise<NiftiVolumes>;
export function streamNifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamNiftiOptions,
): Promise<NiftiVolumes<FloatArray>>;
export async function streamNifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamNiftiOptions = {},
): Promise<NiftiVolumes<FloatArray>> {
  const path = pathOf(options, "NIfTI");
  const stream = byteStream(gunzipped(pieces, path));
  try {
    const header = readNiftiHeader(await stream.peek(niftiHeaderLength), { path });
    const [nx = 1, ny = 1, nz = 1, nVolumes = 1, ...more] = header.shape;
    if (more.some((n) => n > 1)) {
      throw new FormatError(path, `a series of volumes must have four axes, got ${header.shape.join(" x ")}`);
    }
    const volumeSize = nx * ny * nz;
    const voxels = options.select?.(header);
    if (voxels) checkVoxels(voxels, volumeSize, path);
    const nVoxels = voxels?.length ?? volumeSize;
    if (nVolumes * nVoxels > maxNumbers) {
      const message = `the result must hold at most ${maxNumbers} values, got ${nVolumes} volumes of ${nVoxels} voxels. Select fewer voxels`;
      throw new FormatError(path, message);
    }
    await stream.skip(header.dataStart);
    const like = options.isDouble?.(header) ? new Float64Array(0) : new Float32Array(0);
    const keeper = keepVoxels(header, voxels, volumeSize, nVolumes, like);
    let nReported = 0;
    for await (const numbers of niftiNumbers(stream, header, path)) {
      keeper.add(numbers);
      const done = keeper.nVolumes();
      if (done > nReported) options.onProgress?.({ label: `reading ${path}`, done, total: nVolumes });
      nReported = done;
    }
    await stream.skip(Number.MAX_SAFE_INTEGER);
    return { header, volumes: Matrix.of(keeper.data(), nVolumes, nVoxels) };
  } finally {
    await stream.close();
  }
}

/**
 * The header of a NIfTI file of any size, compressed or not; no more of it is read.
 *
 * @param pieces - the bytes of the file from its start; left once the header is there
 * @throws FormatError as `readNiftiHeader`
 */
export async function streamNiftiHeader(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: { readonly path?: string | undefined } = {},
): Promise<NiftiHeader> {
  const path = pathOf(options, "NIfTI");
  const stream = byteStream(gunzipped(pieces, path));
  try {
    return readNiftiHeader(await stream.peek(niftiHeaderLength), { path });
  } finally {
    await stream.close();
  }
}

/**
 * The stored values of a file in order, a piece after another.
 *
 * @param stream - taken up to the first of them
 * @throws FormatError where the file ends early, or 64-bit whole numbers are beyond 2^53
 */
export async function* niftiNumbers(
  stream: ByteStream,
  header: NiftiHeader,
  path: string,
): AsyncGenerator<NumberArray, void, undefined> {
  const size = bytesOf(header.type);
  let left = niftiLength(header) * size;
  let rest: Uint8Array = new Uint8Array(0);
  while (left > 0) {
    const start = stream.position() - rest.length;
    const piece = await stream.next(left);
    if (!piece) throw niftiEndsEarly(header, stream.position(), path);
    left -= piece.length;
    // A number may begin in one piece and end in the next.
    const bytes = rest.length > 0 ? joinBytes([rest, piece]) : piece;
    const nWhole = bytes.length - (bytes.length % size);
    yield decodeNumbers(bytes.subarray(0, nWhole), { ...header, path, start });
    rest = new Uint8Array(bytes.subarray(nWhole));
  }
}

interface Keeper {
  /** The next values of the file. */
  readonly add: (numbers: NumberArray) => void;
  /** Volumes that are whole. */
  readonly nVolumes: () => number;
  readonly data: () => FloatArray;
}

/** Takes the values of a file in order and keeps those of the selected voxels, volume after volume. */
function keepVoxels(
  { slope, intercept }: NiftiHeader,
  voxels: Int32Array | undefined,
  volumeSize: number,
  nVolumes: number,
  like: FloatArray,
): Keeper {
  const nVoxels = voxels?.length ?? volumeSize;
  const floats = growingFloats(nVolumes * nVoxels, like);
  const isScaled = slope !== 1 || intercept !== 0;
  let nSeen = 0;
  let nKept = 0;

  function addAll(numbers: NumberArray): void {
    const data = floats.reserve(nKept + numbers.length);
    if (isScaled) scaleInto(data.subarray(nKept, nKept + numbers.length), numbers, slope, intercept);
    else data.set(numbers, nKept);
    nKept += numbers.length;
  }

  /** Values of one volume, the first of which is the volume's voxel `first`. */
  function addSelected(numbers: NumberArray, volume: number, first: number, selected: Int32Array): void {
    const data = floats.reserve(nKept + Math.min(numbers.length, nVoxels));
    const start = volume * nVoxels;
    const end = first + numbers.length;
    let k = nKept - start;
    for (; k < nVoxels && selected[k]! < end; k++) {
      const value = numbers[selected[k]! - first]!;
      data[start + k] = isScaled ? value * slope + intercept : value;
    }
    nKept = start + k;
  }

  return {
    add(numbers) {
      if (!voxels) addAll(numbers);
      for (let from = 0; voxels && nVoxels > 0 && from < numbers.length; ) {
        const volume = Math.floor((nSeen + from) / volumeSize);
        const first = nSeen + from - volume * volumeSize;
        const n = Math.min(numbers.length - from, volumeSize - first);
        addSelected(numbers.subarray(from, from + n), volume, first, voxels);
        from += n;
      }
      nSeen += numbers.length;
    },
    nVolumes: () => Math.floor(nSeen / volumeSize),
    data: () => floats.reserve(nVolumes * nVoxels),
  };
}

/** Apart from its caller, whose variables would be looked up anew for each value. */
function scaleInto(to: FloatArray, numbers: NumberArray, slope: number, intercept: number): void {
  for (let i = 0; i < to.length; i++) to[i] = numbers[i]! * slope + intercept;
}

function checkVoxels(voxels: Int32Array, volumeSize: number, path: string): void {
  let last = -1;
  for (const voxel of voxels) {
    if (voxel <= last) {
      throw new OptionError(`voxels must be ascending from 0, got ${voxel} after ${last}. Sort them.`, { where: path });
    }
    last = voxel;
  }
  if (last >= volumeSize) {
    throw new ShapeError(
      `voxels must lie within the volume of ${volumeSize}, got ${last}. Is the mask of the same shape?`,
      { where: path },
    );
  }
}
