import { pathOf } from "./file-bytes.ts";
import type { GentleWord, ReadGentleOptions } from "./gentle.ts";
import { jsonError, jsonItems, jsonKey, jsonSeconds, jsonText, parseJson } from "./json.ts";
import { isBlank } from "./text.ts";

/** One word of Gentle's `align.json`. */
export interface GentleJsonWord extends GentleWord {
  /**
   * Whether the aligner found the word, did not find it in the audio, or heard it where the transcript has none ("um",
   * where it was asked for disfluencies).
   */
  readonly case: "success" | "not-found-in-audio" | "not-found-in-transcript";
}

const cases = ["success", "not-found-in-audio", "not-found-in-transcript"] as const;

/**
 * The words of Gentle's `align.json`, in order, with their times where it has any; phones and places in the text are
 * passed over.
 *
 * @remarks Words that were heard but are not in the transcript are among them. Gentle leaves them out of its table.
 *
 * @throws FormatError where the bytes are not JSON, there are no `words`, or a word lacks its text, its case or the
 * times that its case demands
 * @see https://github.com/lowerquality/gentle
 */
export function readGentleJson(bytes: Uint8Array, options: ReadGentleOptions = {}): readonly GentleJsonWord[] {
  const document = parseJson(bytes, pathOf(options, "align.json"));
  return jsonItems(jsonKey(document, "words")).map((item) => {
    const kind = jsonKey(item, "case");
    const found = cases.find((name) => name === kind.value);
    if (!found) throw jsonError(kind, `must be ${cases.map((name) => `"${name}"`).join(", ")}`);
    const alignedWord = jsonKey(item, "alignedWord");
    const aligned = alignedWord.value === undefined ? "" : jsonText(alignedWord);
    const word = jsonKey(item, "word");
    const text = word.value === undefined && found === "not-found-in-transcript" ? aligned : jsonText(word);
    if (isBlank(text)) throw jsonError(word, "must be a word");
    const times = ["start", "end"].map((key) => jsonKey(item, key));
    const [onset, offset] = times.map(jsonSeconds) as [number, number];
    times.forEach((time) => {
      const mustHave = found !== "not-found-in-audio";
      if ((time.value !== undefined) !== mustHave) {
        throw jsonError(time, mustHave ? `must be there (case "${found}")` : `must not be there (case "${found}")`);
      }
    });
    if (offset < onset) throw jsonError(times[1]!, `must not lie before the start, ${onset}`);
    return { text, aligned, onset, offset, case: found };
  });
}
