import { pathOf } from "./file-bytes.ts";
import {
  isJsonObject,
  type JsonValue,
  jsonError,
  jsonItems,
  jsonKey,
  jsonSeconds,
  jsonText,
  parseJson,
} from "./json.ts";

/** One word that Whisper heard. */
export interface WhisperWord {
  /**
   * As in the file: OpenAI's and faster-whisper's begin with a space, unless they go on the word before. White space alone
   * parts words where a language writes none (Japanese).
   */
  readonly text: string;
  /** Seconds of audio; NaN where the file has none. */
  readonly onset: number;
  /** Seconds of audio at which the word ends; NaN where the file has none. */
  readonly offset: number;
  /** How sure the model is, 0 to 1; NaN where the file does not say. */
  readonly score: number;
  /** Who speaks, where speakers were told apart. */
  readonly speaker: string | undefined;
}

/** One stretch of speech, a sentence or a line of subtitles. */
export interface WhisperSegment {
  readonly text: string;
  /** Seconds of audio; NaN where the file has none. */
  readonly start: number;
  readonly end: number;
  /** Undefined where the file gives no words; empty where the segment could not be aligned. */
  readonly words: readonly WhisperWord[] | undefined;
}

/** Settings of {@link readWhisper}. */
export interface ReadWhisperOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * What Whisper heard, from the JSON that OpenAI's command and interface, faster-whisper, whisper-timestamped and
 * WhisperX write: `segments` with `start`, `end`, `text` and mostly `words`; or a list of such segments; or words
 * alone, in `words` or `word_segments`. A file with words beside segments that have none gives one segment that holds
 * them. Times are as in the file: none is compared with another.
 *
 * @throws FormatError where the bytes are not JSON, hold neither segments nor words, or a text or time is none
 * @see https://github.com/openai/whisper
 * @see https://github.com/m-bain/whisperX
 */
export function readWhisper(bytes: Uint8Array, options: ReadWhisperOptions = {}): readonly WhisperSegment[] {
  const document = parseJson(bytes, pathOf(options, "whisper.json"));
  if (Array.isArray(document.value)) return jsonItems(document).map(readSegment);
  const list = jsonKey(document, "segments");
  const segments = list.value === undefined ? undefined : jsonItems(list).map(readSegment);
  if (segments?.some(({ words }) => words !== undefined)) return segments;
  const alone = ["words", "word_segments"]
    .map((key) => jsonKey(document, key))
    .find(({ value }) => value !== undefined);
  if (alone) {
    const words = jsonItems(alone).map(readWord);
    return [
      {
        text: words
          .map(({ text }) => text.trim())
          .filter(Boolean)
          .join(" "),
        start: Number.NaN,
        end: Number.NaN,
        words,
      },
    ];
  }
  if (segments) return segments;
  throw jsonError(list, "must be there, or words");
}

function readSegment(segment: JsonValue): WhisperSegment {
  const words = jsonKey(segment, "words");
  return {
    text: jsonText(jsonKey(segment, "text")),
    start: jsonSeconds(jsonKey(segment, "start")),
    end: jsonSeconds(jsonKey(segment, "end")),
    words: words.value === undefined ? undefined : jsonItems(words).map(readWord),
  };
}

function readWord(item: JsonValue): WhisperWord {
  const named = isJsonObject(item.value) && Object.hasOwn(item.value, "text") && !Object.hasOwn(item.value, "word");
  const word = jsonKey(item, named ? "text" : "word");
  const text = jsonText(word);
  if (text === "") throw jsonError(word, "must be a word");
  const score = ["score", "probability", "confidence"]
    .map((key) => jsonKey(item, key).value)
    .find((value) => typeof value === "number");
  const speaker = jsonKey(item, "speaker").value;
  return {
    text,
    onset: jsonSeconds(jsonKey(item, "start")),
    offset: jsonSeconds(jsonKey(item, "end")),
    score: score ?? Number.NaN,
    speaker: typeof speaker === "string" ? speaker : undefined,
  };
}
