import { FormatError } from "../errors.ts";
import { splitCsv } from "./csv.ts";
import { pathOf } from "./file-bytes.ts";
import {
  type JsonValue,
  jsonEntries,
  jsonError,
  jsonItems,
  jsonKey,
  jsonSeconds,
  jsonText,
  parseJson,
} from "./json.ts";
import { parseNumber } from "./number.ts";
import type { TextGridInterval, TextGridTier } from "./textgrid.ts";

/** Settings of {@link readMfaJson} and {@link readMfaCsv}. */
export interface ReadMfaOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * The tiers of the JSON that the Montreal Forced Aligner and praatIO write: `tiers` by name, each with a `type`
 * (`interval` or `point`) and `entries` (`[start, end, label]` or `[time, label]`); or as a list, each with `name` and
 * `class`, as in a TextGrid. Entries are in the order of the file: their times are compared with no other's, since the
 * aligner moves ends that are near the end of the audio.
 *
 * @throws FormatError where the bytes are not JSON of this form, or an entry's times are not seconds from 0
 * @see https://montreal-forced-aligner.readthedocs.io
 */
export function readMfaJson(bytes: Uint8Array, options: ReadMfaOptions = {}): readonly TextGridTier[] {
  const tiers = jsonKey(parseJson(bytes, pathOf(options, "alignment.json")), "tiers");
  if (Array.isArray(tiers.value)) {
    return jsonItems(tiers).map((tier) => {
      const kind = jsonKey(tier, "class");
      if (kind.value !== "IntervalTier" && kind.value !== "TextTier") {
        throw jsonError(kind, 'must be "IntervalTier" or "TextTier"');
      }
      return readTier(jsonText(jsonKey(tier, "name")), kind.value === "TextTier", tier);
    });
  }
  return jsonEntries(tiers).map(([name, tier]) => {
    const kind = jsonKey(tier, "type");
    if (kind.value !== "interval" && kind.value !== "point") throw jsonError(kind, 'must be "interval" or "point"');
    return readTier(name, kind.value === "point", tier);
  });
}

function readTier(name: string, isPoint: boolean, tier: JsonValue): TextGridTier {
  const intervals = jsonItems(jsonKey(tier, "entries")).map((entry): TextGridInterval => {
    const cells = jsonItems(entry);
    if (cells.length !== (isPoint ? 2 : 3)) {
      throw jsonError(entry, `must be ${isPoint ? "[time, label]" : "[start, end, label]"}`);
    }
    const [start, end] = [cells[0]!, cells[isPoint ? 0 : 1]!].map((cell) => {
      if (typeof cell.value === "number") return jsonSeconds(cell);
      throw jsonError(cell, "must be seconds from 0");
    }) as [number, number];
    return { start, end, text: jsonText(cells.at(-1)!) };
  });
  return { name, kind: isPoint ? "point" : "interval", intervals };
}

/** The first line of the aligner's table. */
export const mfaHeader = "Begin,End,Label,Type,Speaker";

/**
 * The tiers of the table that the Montreal Forced Aligner writes, with the columns Begin, End, Label, Type and Speaker:
 * one tier for each type ("words", "phones") of each speaker, named after the type or, where there are several
 * speakers, `<speaker> - <type>`, as the aligner names those of its TextGrids. Rows stay in the order of the file.
 *
 * @throws FormatError where the first line or a row is otherwise, or a time is not seconds from 0
 * @see https://montreal-forced-aligner.readthedocs.io
 */
export function readMfaCsv(bytes: Uint8Array, options: ReadMfaOptions = {}): readonly TextGridTier[] {
  const path = pathOf(options, "alignment.csv");
  const [header, ...rows] = splitCsv(bytes, path);
  const named = header?.cells.join(",") ?? "";
  if (named !== mfaHeader) {
    throw new FormatError(path, `the first line must be ${mfaHeader}, got ${JSON.stringify(named.slice(0, 60))}`, 0);
  }
  const entries = rows.map(({ cells, line, start }) => {
    const fail = (message: string) => new FormatError(path, `${message} in line ${line}`, start);
    if (cells.length !== 5) throw fail(`a row must have five cells (${mfaHeader}), got ${cells.length}`);
    const [begin, end] = ["Begin", "End"].map((name, i) => {
      const value = parseNumber(cells[i]!);
      if (value !== undefined && value >= 0 && value < Infinity) return value;
      throw fail(`${name} must be seconds from 0, got ${JSON.stringify(cells[i])}`);
    }) as [number, number];
    const [type, speaker] = [cells[3]!, cells[4]!];
    if (type === "") throw fail("Type must be a name, such as words, got none");
    return { interval: { start: begin, end, text: cells[2]! }, type, speaker };
  });
  const nSpeakers = new Set(entries.map(({ speaker }) => speaker)).size;
  const tiers = new Map<string, TextGridInterval[]>();
  for (const { interval, type, speaker } of entries) {
    const name = nSpeakers > 1 ? `${speaker} - ${type}` : type;
    const intervals = tiers.get(name);
    if (intervals) intervals.push(interval);
    else tiers.set(name, [interval]);
  }
  return [...tiers].map(([name, intervals]) => ({ name, kind: "interval", intervals }));
}
