import { isBlank } from "../formats/text.ts";
import { timeOf } from "./row-issues.ts";
import type { TranscriptIssue, TranscriptRow } from "./transcript-row.ts";

/** Something odd about a word's text. */
interface TextRule {
  readonly code: string;
  readonly severity: "warning" | "note";
  readonly pattern: { test(text: string): boolean };
  /** What must hold of a text. */
  readonly must: string;
  readonly remedy: string;
}

/** The first rule that fits a text counts. */
const rules: readonly TextRule[] = [
  {
    code: "damaged-text",
    severity: "warning",
    // What UTF-8 turns into where it is read as Latin-1 or Windows-1252: "â€™" for an apostrophe, "Ã©" for é.
    pattern: /[\uFFFD\p{Cc}]|â€|[ÂÃ][\u0080-\u00BF]/u,
    must: "text must be decoded as it was written",
    remedy: "Write the file anew in UTF-8",
  },
  {
    code: "unknown-word",
    severity: "warning",
    pattern: /^(?:<unk>|\[oov\]|<oov>|\{oov\}|spn|<spoken_noise>)$/i,
    must: "a word must be written, not marked as unknown",
    remedy: "Write the word that is said there: the model reads the mark as it stands",
  },
  {
    code: "speaker-label",
    severity: "warning",
    // A name in capitals before a colon; a word before a colon is none.
    pattern: /^(?:>>.*|\p{Lu}[\p{Lu}\d_.-]+:|S(?:peaker|PEAKER)[ _]?\d+:?)$/u,
    must: "a word must be said, not name who speaks",
    remedy: "Remove the label where nobody says it",
  },
  {
    code: "markup",
    severity: "warning",
    pattern: /[[\]{}<>♪♫]|^\(.*\)$/u,
    must: "a word must be said, not describe a sound",
    remedy: "Remove the row where nobody says it",
  },
  {
    code: "several-words",
    severity: "warning",
    pattern: { test: (text) => text.split(/\s+/u).filter((part) => /[\p{L}\p{N}]/u.test(part)).length > 1 },
    must: "a row must hold one word",
    remedy: "Align word by word: all words of a row count as one",
  },
  {
    code: "no-letter",
    severity: "note",
    pattern: /^[^\p{L}\p{N}]+$/u,
    must: "a word should hold a letter or a digit",
    remedy: "It counts as a word; join it with the word before where it is none",
  },
  {
    code: "digits",
    severity: "note",
    pattern: /\p{N}/u,
    must: "numbers should be written out",
    remedy: "Aligners and models know words better than digits; nothing need be done",
  },
  {
    code: "other-letters",
    severity: "note",
    pattern: /(?=\p{L})\P{Script=Latin}/u,
    must: "letters should be of the language that the model knows",
    remedy: "Take a model of that language; nothing need be done where it is one",
  },
];

/**
 * Issues of the texts of words. One issue a word: damaged encoding, marks for words that an aligner did not know, speakers,
 * sounds, several words in a row. One issue for all words: digits, marks alone, letters that are not Latin. Words without text are left to `rowIssues`.
 */
export function textIssues(rows: readonly TranscriptRow[]): TranscriptIssue[] {
  const hits = rows.flatMap(({ text }, word) => {
    const trimmed = text.trim();
    const rule = isBlank(text) ? undefined : rules.find(({ pattern }) => pattern.test(trimmed));
    return rule ? [{ rule, word }] : [];
  });
  return rules.flatMap((rule) => {
    const of = hits.filter((hit) => hit.rule === rule);
    const told = rule.severity === "note" ? of.slice(0, 1) : of;
    return told.map(({ word }): TranscriptIssue => {
      const { text, onset } = rows[word]!;
      const more = rule.severity === "note" && of.length > 1 ? ` and ${of.length - 1} more` : "";
      return {
        severity: rule.severity,
        code: rule.code,
        word,
        time: timeOf(onset),
        message: `${rule.must}, got ${JSON.stringify(text)} (word ${word + 1}${more})`,
        remedy: rule.remedy,
      };
    });
  });
}
