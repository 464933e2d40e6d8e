import { FormatError, OptionError } from "../errors.ts";
import { readEaf } from "../formats/eaf.ts";
import { checkFileBytes } from "../formats/file-bytes.ts";
import { readGentle } from "../formats/gentle.ts";
import { readGentleJson } from "../formats/gentle-json.ts";
import { isJsonObject, jsonError, parseJson } from "../formats/json.ts";
import { mfaHeader, readMfaCsv, readMfaJson } from "../formats/mfa.ts";
import { readSrt } from "../formats/srt.ts";
import { holdsAscii } from "../formats/text.ts";
import { readTextGrid } from "../formats/textgrid.ts";
import { numericColumn, readTsv, textColumn } from "../formats/tsv.ts";
import { readVtt } from "../formats/webvtt.ts";
import { readWhisper } from "../formats/whisper.ts";
import { spreadWords, subtitleRows, whisperRows } from "./cues.ts";
import { isNoise } from "./noise-labels.ts";
import { pickTier, type TierChoice, tierRows } from "./tiers.ts";
import type { TranscriptRow } from "./transcript-row.ts";

/** The rows of a file, and what kind of file it is. */
export interface FormattedRows {
  readonly format: string;
  readonly rows: readonly TranscriptRow[];
  /** Labels of the stretches of a tier that are no words; undefined where a file has no tiers. */
  readonly noise?: readonly string[] | undefined;
}

/** The extensions of transcripts, as people write them, in the order in which a story's is looked for; any case counts. */
export const transcriptExtensions = [".TextGrid", ".tsv", ".csv", ".eaf", ".vtt", ".srt", ".json"] as const;

/** The extension of a path that a transcript has; undefined where it has another. */
export function transcriptExtension(path: string): (typeof transcriptExtensions)[number] | undefined {
  const lower = path.toLowerCase();
  return transcriptExtensions.find((extension) => lower.endsWith(extension.toLowerCase()));
}

const [praat, mfaCsv, mfaJson, elan] = [
  "Praat TextGrid",
  "Montreal Forced Aligner, CSV",
  "Montreal Forced Aligner, JSON",
  "ELAN",
];
/** Formats whose files hold tiers. */
const tiered: ReadonlySet<string> = new Set([praat, mfaCsv, mfaJson, elan]);

type Extension = (typeof transcriptExtensions)[number];

const readers: Readonly<Record<Extension, (bytes: Uint8Array, path: string, choice: TierChoice) => FormattedRows>> = {
  ".TextGrid": (bytes, path, choice) => ({
    format: praat,
    ...tierRows(readTextGrid(bytes, { path }).tiers, path, choice),
  }),
  ".csv": (bytes, path, choice) => {
    checkFileBytes(bytes, path);
    if (holdsAscii(bytes, mfaHeader, bytes[0] === 0xef ? 3 : 0)) {
      return { format: mfaCsv, ...tierRows(readMfaCsv(bytes, { path }), path, choice) };
    }
    return { format: "Gentle, CSV", rows: readGentle(bytes, { path }).map(plainRow) };
  },
  ".tsv": (bytes, path) => {
    const table = readTsv(bytes, { path });
    const onsets = numericColumn(table, "onset");
    const durations = numericColumn(table, "duration");
    const rows = textColumn(table, "word").map((text, n) => {
      const word = text.trim() === "n/a" ? "" : text;
      return plainRow({ text: word, onset: onsets[n]!, offset: onsets[n]! + durations[n]! });
    });
    return { format: "table", rows };
  },
  ".json": (bytes, path, choice) => {
    const document = parseJson(bytes, path);
    const kind = transcriptJsonKind(document.value);
    if (kind === "gentle") return { format: "Gentle, JSON", rows: readGentleJson(bytes, { path }).map(plainRow) };
    if (kind === "mfa") {
      return { format: mfaJson, ...tierRows(readMfaJson(bytes, { path }), path, choice) };
    }
    if (kind === "whisper") return { format: "Whisper, JSON", rows: whisperRows(readWhisper(bytes, { path })) };
    throw jsonError(document, "must hold words (Gentle), segments (Whisper) or tiers (Montreal Forced Aligner)");
  },
  ".srt": (bytes, path) => ({ format: "SubRip", rows: subtitleRows(readSrt(bytes, { path })) }),
  ".vtt": (bytes, path) => ({ format: "WebVTT", rows: subtitleRows(readVtt(bytes, { path })) }),
  ".eaf": (bytes, path, { tier, noiseLabels }) => {
    const tiers = readEaf(bytes, { path }).filter(({ annotations }) => annotations.length > 0);
    const { annotations } = pickTier(tiers, "tier", path, tier);
    const spoken = annotations.filter(({ text }) => !isNoise(text, noiseLabels));
    const noise = annotations.map(({ text }) => text).filter((text) => isNoise(text, noiseLabels));
    const rows = spoken.flatMap(({ text, start, end, isDivided }) =>
      spreadWords(text, start, end).map((row) => ({ ...row, isSpread: row.isSpread || isDivided })),
    );
    return { format: elan, rows, noise };
  },
};

/**
 * The rows of a transcript's file. The extension says the format; of `.csv` and `.json` the content says whose they
 * are.
 *
 * @throws FormatError where the file is not what its extension says
 * @throws NotFoundError where a table lacks a column
 * @throws OptionError where the extension is unknown, or the tier is not there, not said and not clear, or said of a file
 * that has no tiers
 */
export function readTranscriptRows(bytes: Uint8Array, path: string, choice: TierChoice = {}): FormattedRows {
  const { tier, noiseLabels } = choice;
  const extension = transcriptExtension(path);
  if (extension !== undefined) {
    const read = readers[extension](bytes, path, choice);
    if (tier === undefined || tiered.has(read.format)) {
      return noiseLabels === undefined || read.noise !== undefined ? read : withoutNoise(read, noiseLabels);
    }
    throw new OptionError(
      `\`tier\` must be left out where a transcript has no tiers, got "${tier}" (${read.format}). Leave it out; where other stories need it, take those apart (\`stories\`).`,
      { where: path },
    );
  }
  throw new OptionError(
    `readTranscript: the extension must be one of ${transcriptExtensions.join(", ")}, got "${path}". Convert it to a table with the columns onset, duration, word.`,
  );
}

/** A file without tiers holds words: labels of noise are left out of it only where the user says which they are. */
function withoutNoise({ format, rows }: FormattedRows, labels: readonly string[]): FormattedRows {
  const isLabel = ({ text }: TranscriptRow) => text.trim() !== "" && isNoise(text, labels);
  return {
    format,
    rows: rows.filter((row) => !isLabel(row)),
    noise: rows.filter(isLabel).map(({ text }) => text),
  };
}

/** Whose transcript a JSON document is, by its keys; undefined where it is none. */
export function transcriptJsonKind(value: unknown): "gentle" | "mfa" | "whisper" | undefined {
  if (Array.isArray(value)) return isJsonObject(value[0]) && Object.hasOwn(value[0], "text") ? "whisper" : undefined;
  if (!isJsonObject(value)) return undefined;
  if (Object.hasOwn(value, "tiers")) return "mfa";
  if (Object.hasOwn(value, "segments") || Object.hasOwn(value, "word_segments")) return "whisper";
  if (!Array.isArray(value["words"])) return undefined;
  return value["words"].some((word) => isJsonObject(word) && Object.hasOwn(word, "case")) ? "gentle" : "whisper";
}

/** Whether a file of that path is a transcript: JSON may be something else, such as a table's sidecar. */
export function isTranscript(bytes: Uint8Array, path: string): boolean {
  if (transcriptExtension(path) !== ".json") return true;
  try {
    return transcriptJsonKind(parseJson(bytes, path).value) !== undefined;
  } catch (error) {
    // Damaged, it is not passed over in silence.
    if (error instanceof FormatError) return true;
    throw error;
  }
}

const plainRow = ({ text, onset, offset }: Omit<TranscriptRow, "isSpread">): TranscriptRow => {
  return { text, onset, offset, isSpread: false };
};
