/** A word as a transcript's file gives it, before its text is cleaned and its missing time filled in. */
export interface TranscriptRow {
  readonly text: string;
  /** Seconds of audio; NaN where the file has none. */
  readonly onset: number;
  /** Seconds of audio at which the word ends; NaN where the file has none. */
  readonly offset: number;
  /** Whether the onset is not in the file: the words of a longer stretch were spread evenly over it. */
  readonly isSpread: boolean;
}

/** Something about a transcript that one should know. */
export interface TranscriptIssue {
  /** `error`: it cannot be used so; `warning`: likely a mistake; `note`: good to know. */
  readonly severity: "error" | "warning" | "note";
  /** What sort of thing it is: `"decreasing-onset"`. */
  readonly code: string;
  /** Index of the word, from 0; undefined where it is about no single word. */
  readonly word?: number | undefined;
  /** Seconds of audio, where it has a place. */
  readonly time?: number | undefined;
  /** What must hold, and what was got. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
}

/** What a transcript's file holds, as it stands: words may lack times, or text, or be out of order. */
export interface RawTranscript {
  readonly story: string;
  /** The file that it was read from. */
  readonly path: string;
  /** What kind of file it is, for people: `"Praat TextGrid"`. */
  readonly format: string;
  readonly rows: readonly TranscriptRow[];
  /** Issues found while reading; `readTranscript` refuses errors. */
  readonly issues: readonly TranscriptIssue[];
}
