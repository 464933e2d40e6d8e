import { pathOf } from "./file-bytes.ts";
import { type Collector, collector, deliverTo, type Gifti, type GiftiSink, withNumbers } from "./gifti-collect.ts";
import { type BlockReader, type Deliver, numberDecoder } from "./gifti-decode.ts";
import { type ExternalFile, externalFiles } from "./gifti-external.ts";
import { type Inflation, inflation, inflationBytes, spareMemory, unpackWhole } from "./gifti-inflate.ts";
import { type BlockStart, type GiftiHeader, giftiParser } from "./gifti-parser.ts";
import { blockReader, type Unpacker, unpackedSize } from "./gifti-unpack.ts";
import { gunzipped } from "./gunzip.ts";
import { orderedTasks } from "./ordered-tasks.ts";

export type { GiftiReceiver, GiftiSink } from "./gifti-collect.ts";
export type { ExternalFile } from "./gifti-external.ts";
export type { GiftiArrayTag } from "./gifti-tag.ts";

/** Settings of {@link streamGifti}. */
export interface StreamGiftiOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /** Gives the bytes of a file that lies beside this one, for arrays that are kept apart. It is read to its end. */
  readonly external?: ExternalFile | undefined;
}

/** Text that is taken apart before it is asked whether what was found fits in memory: a quarter of a megabyte, little beside any array that is waited for. */
const textAtOnce = 2 ** 18;

/** Arrays up to this many bytes are unpacked as a whole, several at once on several threads: one volume of a million vertices. A larger one is a series. */
const wholeBytes = 2 ** 22;

/** Bytes, packed and unpacked, of arrays that are unpacked at once; one more is begun beyond it. Four of the largest: Node unpacks on four threads. */
const inFlightBytes = 2 ** 24;

/**
 * The content of a GIFTI file of any size, read as `readGifti` does, with the same errors, but from pieces that may
 * come from a disk or a network. Memory is the result and some megabytes; arrays are unpacked on other threads.
 *
 * @param pieces - the file, from its start to its end; it is read to its end
 * @throws FormatError where the file is not what the standard says, with the byte at fault (of the unpacked XML, in a
 * `.gii.gz`)
 * @throws OptionError where an array lies in another file and `external` is not given
 */
export function streamGifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options?: StreamGiftiOptions & { readonly sink?: undefined },
): Promise<Gifti>;
/**
 * As above, but the numbers of each array go to what `sink` gives for it, in the order of the file, and are not kept.
 * Arrays come one after the other. What the sink and its receivers throw ends the reading.
 *
 * @param options.sink - asked once an eighth of an array's numbers is there (a mebibyte is waited for by none)
 */
export function streamGifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamGiftiOptions & { readonly sink: GiftiSink },
): Promise<GiftiHeader>;
export async function streamGifti(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: StreamGiftiOptions & { readonly sink?: GiftiSink | undefined } = {},
): Promise<GiftiHeader> {
  const path = pathOf(options, "GIFTI");
  const gathered: Collector | undefined = options.sink ? undefined : collector(path);
  const sink = options.sink ?? gathered!.sink;
  const external = externalFiles(options.external);
  const tasks = orderedTasks(inFlightBytes);
  const spare = spareMemory();
  /** The block that is being read, if it is unpacked as it arrives, and all such blocks that are not yet unpacked. */
  let inflating: Inflation | undefined;
  const inflations = new Set<Inflation>();

  /** Unpacks a small block as a whole at its end, while the next ones are read; a large one as it comes. */
  const unpacker: Unpacker = (block, raw) => {
    if (unpackedSize(block) <= wholeBytes) {
      const packed = spare.gatherer();
      return {
        allocate: spare.scratch,
        push: packed.add,
        end() {
          const unpacked = unpackWhole(block, packed.bytes());
          // What is wrong with it is told in its turn, which may come later.
          unpacked.catch(() => undefined);
          const held = packed.bytes().length + unpackedSize(block);
          tasks.add(async () => {
            raw.push(await unpacked);
            packed.release();
            raw.end();
          }, held);
        },
      };
    }
    const begun = inflation(block);
    inflating = begun;
    inflations.add(begun);
    tasks.add(async () => {
      await begun.drain(raw);
      inflations.delete(begun);
    }, inflationBytes);
    return {
      push: begun.write,
      end() {
        begun.end();
        inflating = undefined;
      },
    };
  };

  function begin(start: BlockStart): BlockReader {
    const { tag, block } = start;
    const { external: where } = start;
    const { deliver, end } = deliverTo(sink, tag, block, where !== undefined);
    const inTurn: Deliver = (numbers) => tasks.add(() => deliver(numbers), numbers.byteLength);
    if (where) {
      return {
        push: () => undefined,
        end() {
          tasks.add(() => external.read(block, where, numberDecoder(block, deliver)));
          tasks.add(end);
        },
      };
    }
    const isPacked = start.encoding === "GZipBase64Binary";
    const reader = blockReader(start, isPacked ? deliver : inTurn, unpacker);
    return {
      push: reader.push,
      end() {
        reader.end();
        tasks.add(end);
      },
    };
  }

  const parser = giftiParser(path, begin);
  let header: GiftiHeader;
  try {
    try {
      for await (const piece of gunzipped(pieces, path)) {
        for (let at = 0; at < piece.length; at += textAtOnce) {
          parser.push(piece.subarray(at, at + textAtOnce));
          await inflating?.untilFree();
          await tasks.untilFree();
        }
      }
      header = parser.end();
    } catch (error) {
      // What was wrong with earlier arrays is told first, whenever it is found.
      inflating?.abandon();
      await tasks.done();
      throw error;
    }
    await tasks.done();
    await external.readRest();
  } finally {
    for (const begun of inflations) begun.abandon();
    await external.close();
  }
  return gathered ? withNumbers(header, gathered.data) : header;
}
