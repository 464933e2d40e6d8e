import { expect } from "vitest";
import { createRandom, type Random } from "../../src/array/random.ts";

/** Numbers that files are damaged with: as text, where a header says how much is to come. */
const HUGE = ["2147483647", "4294967296", "99999999999999999999", "-1", "0", "1e308", "NaN"];

/**
 * A damaged copy of a file: one to four times a bit flipped, bytes overwritten, a stretch cut out, doubled, moved or filled
 * with one value, the end cut off, or a number in its text replaced by a huge one.
 */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  let copy = new Uint8Array(bytes);
  for (let times = random.integer(4); times >= 0; times--) copy = damageOnce(copy, random);
  return copy;
}

function damageOnce(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const n = bytes.length;
  if (n === 0) return Uint8Array.of(random.integer(256));
  const at = random.integer(n);
  const end = Math.min(n, at + 1 + random.integer(random.integer(2) === 0 ? 8 : n));
  const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  switch (random.integer(8)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(8);
      return bytes;
    case 1:
      for (let i = at; i < Math.min(n, at + 8); i++) bytes[i] = random.integer(256);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return join(bytes.subarray(0, at), bytes.subarray(end));
    case 4:
      return join(bytes.subarray(0, end), bytes.subarray(at));
    case 5:
      return bytes.fill([0, 255, 0x7f, 0x20][random.integer(4)]!, at, Math.min(end, at + 16));
    case 6:
      return join(bytes.subarray(end), bytes.subarray(0, end));
    default: {
      const text = Buffer.from(bytes).toString("latin1");
      const numbers = [...text.matchAll(/\d+/g)];
      const chosen = numbers[random.integer(numbers.length || 1)];
      if (!chosen) return bytes.slice(at);
      const huge = HUGE[random.integer(HUGE.length)]!;
      return new Uint8Array(
        Buffer.from(text.slice(0, chosen.index) + huge + text.slice(chosen.index + chosen[0].length), "latin1"),
      );
    }
  }
}

/** What became of damaged files. */
export interface FuzzCount {
  readonly nRead: number;
  readonly nRefused: number;
}

/**
 * Gives a reader damaged copies of good files, and expects of each: it is read all the same, or refused with a FormatError;
 * it takes less than a second of processor time (no loop that follows a number in the file); and all of them together
 * make memory grow by no more than 512 MiB (nothing is set aside because a damaged number says so; the files are small).
 *
 * @param seeds - good files, each damaged in turn
 * @param read - the reader; may be asynchronous
 * @param nFiles - damaged files in all
 */
export async function expectOnlyFormatErrors(
  seeds: readonly Uint8Array[],
  read: (bytes: Uint8Array) => unknown,
  nFiles = 10_000,
): Promise<FuzzCount> {
  const random = createRandom("damaged files");
  for (const seed of seeds) await read(new Uint8Array(seed));
  const before = process.memoryUsage.rss();
  let most = before;
  let nRead = 0;
  for (let i = 0; i < nFiles; i++) {
    const bytes = damage(seeds[i % seeds.length]!, random);
    const started = process.cpuUsage();
    try {
      await read(bytes);
      nRead++;
    } catch (error) {
      if ((error as Error).name !== "FormatError") {
        const file = Buffer.from(bytes.subarray(0, 3000)).toString("base64");
        throw new Error(
          `damaged file ${i} must be refused with a FormatError, got ${(error as Error).stack}\n${file}`,
          {
            cause: error,
          },
        );
      }
    }
    const { user, system } = process.cpuUsage(started);
    if (user + system > 1e6) {
      throw new Error(`damaged file ${i} must take less than a second, got ${(user + system) / 1e6} s.`);
    }
    if (i % 50 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
  expect(most - before).toBeLessThan(512 * 2 ** 20);
  // Both must occur, or the damage is too little or too much to test anything.
  expect(nRead).toBeGreaterThan(0);
  expect(nRead).toBeLessThan(nFiles);
  return { nRead, nRefused: nFiles - nRead };
}
