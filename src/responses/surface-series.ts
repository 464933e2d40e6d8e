import { emptyLike, type FloatArray, Matrix } from "../array/matrix.ts";
import { singleWhereEnough } from "../array/single-precision.ts";
import { transposeInto } from "../array/transpose-into.ts";
import { FormatError } from "../errors.ts";
import { numberTypeOf } from "../formats/gifti-data.ts";
import type { GiftiArrayTag, GiftiReceiver } from "../formats/gifti-stream.ts";
import { fitsSingle } from "../formats/number-type.ts";
import type { Source } from "../sources/source.ts";
import { loadGiftiInto } from "./load-gifti.ts";
import { knownVertices } from "./target.ts";

/** The time series of one hemisphere. */
export interface SurfaceSeries {
  /** [nVolumes x nVertices]; single precision, or double where that is not enough. */
  readonly bold: Matrix;
  /** Every file that was read: the GIFTI and those beside it in which numbers lie. */
  readonly files: readonly string[];
  /** What the file says of itself, and its first array. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The time series of one hemisphere from a functional GIFTI: one array [nVertices x nVolumes], or one array [nVertices]
 * a volume. The file is read as it comes; memory is the result and an eighth.
 *
 * @param space - as in the file's name; a space of {@link knownVertices} has that number of vertices, else the data are refused
 * @throws FormatError where the arrays are neither, differ in length, hold something else than responses, or do not fit
 * the space
 * @throws NotFoundError where it, or a file in which its numbers lie, does not exist
 */
export async function loadSurfaceSeries(source: Source, path: string, space: string): Promise<SurfaceSeries> {
  const files = [path];
  let series: Series | undefined;
  const { metadata, arrays } = await loadGiftiInto(source, path, {
    sink(tag) {
      if (!INTENTS.has(tag.intent)) throw otherIntent(path, tag.intent);
      if (tag.index === 0) {
        seriesSize(tag, path, space);
        series = isOneTable(tag) ? tableSeries(path, tag) : volumeSeries(path, tag);
      }
      return series!.receiver(tag);
    },
    onFile: (beside) => void (files.includes(beside) || files.push(beside)),
  });
  if (!series) throw otherIntent(path, "no array");
  return { bold: singleWhereEnough(series.bold()), files, metadata: { ...metadata, ...arrays[0]?.metadata } };
}

/**
 * How many volumes and vertices a series has, by its first array.
 *
 * @throws FormatError where the array holds something else than responses, or does not fit the space
 */
export function seriesSize(
  tag: GiftiArrayTag,
  path: string,
  space: string,
): { readonly nVolumes: number; readonly nVertices: number } {
  if (!INTENTS.has(tag.intent)) throw otherIntent(path, tag.intent);
  const [nVertices, nVolumes] = isOneTable(tag) ? tag.dimensions : [arrayLength(tag), tag.nArrays];
  checkVertexCount(path, space, nVertices!, nVolumes!);
  return { nVertices: nVertices!, nVolumes: nVolumes! };
}

/** A matrix that fills up. */
interface Series {
  /** Takes the numbers of an array. */
  receiver(tag: GiftiArrayTag): GiftiReceiver;
  bold(): Matrix;
}

/** Some tools (AFNI) write time series with no intent. */
const INTENTS: ReadonlySet<string> = new Set(["NIFTI_INTENT_TIME_SERIES", "NIFTI_INTENT_NONE"]);

function otherIntent(path: string, got: string): FormatError {
  return new FormatError(
    path,
    `a functional GIFTI must hold arrays of ${[...INTENTS].join(" or ")}, got ${got}. Choose another file`,
  );
}

function checkVertexCount(path: string, space: string, nVertices: number, nVolumes: number): void {
  const expected = knownVertices(space);
  if (expected === undefined || nVertices === expected) return;
  const hint =
    nVolumes === expected ? "The array is transposed: vertices come first" : "The space in the name is wrong";
  throw new FormatError(path, `a hemisphere of ${space} must have ${expected} vertices, got ${nVertices}. ${hint}`);
}

const isTable = (dimensions: readonly number[]) => dimensions.length === 2 && dimensions[1]! > 1;

const isOneTable = ({ nArrays, dimensions }: GiftiArrayTag) => nArrays === 1 && isTable(dimensions);

const arrayLength = ({ dimensions }: GiftiArrayTag) => dimensions.reduce((product, n) => product * n, 1);

function seriesMemory(path: string, like: FloatArray, nVolumes: number, nVertices: number): FloatArray {
  try {
    return emptyLike(like, nVolumes * nVertices);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = `time series must fit in memory, got ${nVertices} vertices by ${nVolumes} volumes. Write them in parts`;
    throw new FormatError(path, message, undefined, { cause });
  }
}

/** An array of the precision that holds what a file stores. */
const arrayFor = ({ dataType }: GiftiArrayTag): FloatArray =>
  fitsSingle(numberTypeOf(dataType)) ? new Float32Array(0) : new Float64Array(0);

/** One array of vertices by volumes. */
function tableSeries(path: string, tag: GiftiArrayTag): Series {
  const { dimensions, order } = tag;
  const [nVertices, nVolumes] = dimensions as [number, number];
  const like = arrayFor(tag);
  const data = seriesMemory(path, like, nVolumes, nVertices);
  const inOrder: GiftiReceiver = (offset, numbers) => data.set(numbers, offset);
  // Where the first index, of vertices, runs fastest, the file holds volume after volume.
  const transposed = () => transposeInto(data, nVertices, nVolumes, (length) => emptyLike(like, length));
  return {
    receiver: () => (order === "column" ? inOrder : transposed()),
    bold: () => Matrix.of(data, nVolumes, nVertices),
  };
}

/**
 * One array a volume. Memory for all is set aside only once an eighth of them is there, so that a damaged number of arrays
 * takes no more than eight times what the file holds.
 */
function volumeSeries(path: string, first: GiftiArrayTag): Series {
  const nVertices = arrayLength(first);
  const nVolumes = first.nArrays;
  let data = arrayFor(first);

  return {
    receiver(tag) {
      const { index, dimensions } = tag;
      if (isTable(dimensions) || arrayLength(tag) !== nVertices) {
        throw new FormatError(
          path,
          `arrays must be one a volume with ${nVertices} vertices each, got ${dimensions.join(" x ")} (array ${index}). Write one array a volume, or one of vertices by volumes`,
        );
      }
      // If one array needs double precision, all are held in it.
      const like = data instanceof Float64Array ? data : arrayFor(tag);
      if ((index + 1) * nVertices > data.length || like.constructor !== data.constructor) {
        const larger = seriesMemory(path, like, rowsFor(index + 1, nVolumes), nVertices);
        larger.set(data);
        data = larger;
      }
      const start = index * nVertices;
      return (offset, numbers) => data.set(numbers, start + offset);
    },
    bold: () => Matrix.of(data, nVolumes, nVertices),
  };
}

/** How many rows to set memory aside for: all, an eighth, an eighth of that, ...: the least that holds the rows so far. */
function rowsFor(nFilled: number, nRows: number): number {
  let rows = nRows;
  for (let fewer = Math.ceil(rows / 8); fewer >= nFilled && fewer < rows; fewer = Math.ceil(rows / 8)) rows = fewer;
  return rows;
}
