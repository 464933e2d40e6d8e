/** One cue of a subtitle file: text that is shown for a while. */
export interface SubtitleCue {
  /** Seconds of audio. */
  readonly start: number;
  readonly end: number;
  /** One entry a line of text, each a list of spans in order. */
  readonly lines: readonly (readonly SubtitleSpan[])[];
}

/** A stretch of a cue's line, without tags; it begins with a space where a word begins. */
export interface SubtitleSpan {
  readonly text: string;
  /** Seconds of audio, where a time stamp stands before the span; NaN where none does. */
  readonly onset: number;
}

/** Settings of {@link readSrt} and {@link readVtt}. */
export interface ReadSubtitleOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/** Seconds from the parts of a time stamp, as text; hours may be missing. */
export function cueSeconds(hours: string | undefined, minutes: string, seconds: string, thousandths: string): number {
  // In whole thousandths first, so that 1.234 s is the number nearest to it.
  const whole = (Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (whole * 1000 + Number(thousandths)) / 1000;
}
