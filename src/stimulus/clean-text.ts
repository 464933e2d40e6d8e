import { OptionError } from "../errors.ts";
import { isBlank } from "../formats/text.ts";

// Marks that may follow each other. Hyphens are among them: "--" is a dash, and so is a hyphen at the end of a word.
const MARKS = ".…,;:!?\\-‐‑‒–—―";
const RUN = new RegExp(`[${MARKS}]+`, "g");
const DASHES = /^[-‐‑‒–—―]$/;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;
const HYPHENS = /^[-‐‑]$/;

/**
 * A word as the language model reads it: without the marks that its tokeniser would rarely have seen.
 *
 * | in the transcript | becomes |
 * |---|---|
 * | a dash (`–` `—` `―`, `--`, a hyphen at the end of a word) | `,` |
 * | a colon | `,` |
 * | an ellipsis (`…`, `..`, `...`) | `.` |
 * | any other run of two or more marks: `.` where one of `. … ! ?` is in it (`?!`, `!!`, `?.`), else `,` (`,,`, `:—`) | `.` or `,` |
 * | such a mark before the first letter (`—well`, `...and`) | nothing: it belongs to the word before |
 * | such a mark between letters (`well—I`) | the new mark and a space: `well, I` |
 * | a dash between digits (`10–12`) | `-` |
 * | a word of marks alone (`—`, `...`) | `,` or `.`, one mark |
 * | white space: several, or at the ends | one space, or none |
 *
 * Single `.` `,` `;` `!` `?`, hyphens inside a word (`mother-in-law`), colons and points between digits (`10:30`,
 * `3.5`), a minus or point before a digit, apostrophes, quotes and everything else stay.
 *
 * @param text - one word of a transcript, possibly with punctuation
 * @returns the word; never empty
 * @throws OptionError where `text` holds no visible character
 * @remarks METHODS of the paper: dashes, ellipses, colons and doubled marks become full stops or commas. Which of the
 * two is chosen here: what ends a sentence becomes a full stop, what only pauses a comma.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Deep language model activations"
 */
export function cleanWord(text: string): string {
  const trimmed = text.replace(/\s+/gu, " ").trim();
  if (isBlank(text)) {
    throw new OptionError(
      `cleanWord: a word must hold a visible character, got ${JSON.stringify(text)}. Remove the row from the transcript, or write the word.`,
    );
  }
  if (!WORD_CHARACTER.test(trimmed))
    return trimmed.replace(RUN, (run) => (run.length === 1 ? single(run) : several(run)));
  const firstLetter = trimmed.search(WORD_CHARACTER);
  return trimmed
    .replace(RUN, (run: string, start: number) => {
      const before = trimmed[start - 1] ?? "";
      const after = trimmed[start + run.length] ?? "";
      if (run.length === 1) {
        const betweenDigits = /\d/.test(before) && /\d/.test(after);
        if (betweenDigits) return DASHES.test(run) ? "-" : run;
        // Inside a compound ("mother-in-law", "rock-'n'-roll") a hyphen is part of the word; before a digit, a minus.
        if (HYPHENS.test(run) && after !== "" && (before !== "" || /\d/.test(after)) && /[\p{L}\p{N}'’]/u.test(after)) {
          return run;
        }
        if (/[.,;!?]/.test(run) && !(start < firstLetter && !/\d/.test(after))) return run;
      }
      if (start < firstLetter) return "";
      const mark = run.length === 1 ? single(run) : several(run);
      return WORD_CHARACTER.test(after) ? `${mark} ` : mark;
    })
    .replace(/\s+/gu, " ")
    .trim();
}

/** The text that replaces one mark. */
function single(mark: string): string {
  if (mark === "…") return ".";
  return mark === ":" || DASHES.test(mark) ? "," : mark;
}

/** The text that replaces several marks in a row. */
function several(run: string): string {
  return /[.…!?]/.test(run) ? "." : ",";
}
