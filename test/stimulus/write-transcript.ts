/** A word of a story that is written in every format; without a time where `onset` is undefined. */
export interface StoryWord {
  readonly text: string;
  readonly onset?: number;
  readonly offset?: number;
}

/** A story as phrases: within one, each word lasts until the next. */
export type Phrases = readonly (readonly StoryWord[])[];

const escapeMarkup = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const csvCell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Gentle's table: words it did not find have no times. */
export function gentleCsv(words: readonly StoryWord[]): string {
  return words
    .map(
      ({ text, onset, offset }) =>
        `${csvCell(text)},${onset === undefined ? "" : "x"},${onset ?? ""},${offset ?? ""}\n`,
    )
    .join("");
}

/** Gentle's JSON. */
export function gentleJson(words: readonly StoryWord[]): string {
  const transcript = words.map(({ text }) => text).join(" ");
  const entries = words.map(({ text, onset, offset }) =>
    onset === undefined
      ? { case: "not-found-in-audio", word: text }
      : { case: "success", word: text, alignedWord: text.toLowerCase(), start: onset, end: offset, phones: [] },
  );
  return JSON.stringify({ transcript, words: entries });
}

/** A table with onset, duration and word. */
export function tsv(words: readonly StoryWord[]): string {
  const rows = words.map(({ text, onset, offset }) =>
    onset === undefined ? `n/a\tn/a\t${text}` : `${onset}\t${offset! - onset}\t${text}`,
  );
  return `onset\tduration\tword\n${rows.join("\n")}\n`;
}

/** WhisperX: one segment a phrase; words without times have none of the keys. */
export function whisperX(phrases: Phrases): string {
  const segments = phrases.map((words) => ({
    start: words[0]!.onset,
    end: words.at(-1)!.offset,
    text: words.map(({ text }) => text).join(" "),
    words: words.map(({ text, onset, offset }) =>
      onset === undefined
        ? { word: text }
        : { word: text, start: onset, end: offset, score: 0.9, speaker: "SPEAKER_00" },
    ),
  }));
  return JSON.stringify({ segments, word_segments: segments.flatMap(({ words }) => words), language: "en" });
}

/** OpenAI's Whisper: words begin with a space. */
export function whisper(phrases: Phrases): string {
  const segments = phrases.map((words, id) => ({
    id,
    start: words[0]!.onset,
    end: words.at(-1)!.offset,
    text: words.map(({ text }) => ` ${text}`).join(""),
    words: words.map(({ text, onset, offset }) => ({ word: ` ${text}`, start: onset, end: offset, probability: 0.9 })),
  }));
  return JSON.stringify({ text: segments.map(({ text }) => text).join(""), segments, language: "en" });
}

/** Interval tiers: the words, silences between them left out where `isFull` is false, and phones. */
function tiersOf(words: readonly StoryWord[], isFull: boolean): Record<string, (readonly [number, number, string])[]> {
  const intervals: [number, number, string][] = [];
  let end = 0;
  for (const { text, onset, offset } of words) {
    if (isFull && onset! > end) intervals.push([end, onset!, ""]);
    intervals.push([onset!, offset!, text]);
    end = offset!;
  }
  return { words: intervals, phones: [[0, end, "spn"]] };
}

/** A TextGrid with the tiers words and phones, silences as empty intervals. */
export function textGrid(words: readonly StoryWord[], isShort: boolean): string {
  const end = words.at(-1)!.offset!;
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const name = (label: string, value: string | number) => (isShort ? String(value) : `${label} = ${value}`);
  const lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", name("xmin", 0), name("xmax", end)];
  lines.push(isShort ? "<exists>" : "tiers? <exists>", name("size", 2));
  for (const [tier, intervals] of Object.entries(tiersOf(words, true))) {
    lines.push(name("class", '"IntervalTier"'), name("name", quote(tier)), name("xmin", 0), name("xmax", end));
    lines.push(isShort ? String(intervals.length) : `intervals: size = ${intervals.length}`);
    for (const [start, stop, text] of intervals)
      lines.push(name("xmin", start), name("xmax", stop), name("text", quote(text)));
  }
  return `${lines.join("\n")}\n`;
}

/** The Montreal Forced Aligner's JSON. */
export function mfaJson(words: readonly StoryWord[]): string {
  const tiers = Object.entries(tiersOf(words, false)).map(([name, entries]) => [name, { type: "interval", entries }]);
  return JSON.stringify({ start: 0, end: words.at(-1)!.offset, tiers: Object.fromEntries(tiers) as unknown });
}

/** The Montreal Forced Aligner's table. */
export function mfaCsv(words: readonly StoryWord[]): string {
  const rows = Object.entries(tiersOf(words, true)).flatMap(([type, intervals]) =>
    intervals.map(([start, end, text]) => `${start},${end},${csvCell(text)},${type},speaker\r\n`),
  );
  return `Begin,End,Label,Type,Speaker\r\n${rows.join("")}`;
}

function stamp(seconds: number, point: string): string {
  const whole = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = [two(whole / 3_600_000), two((whole / 60_000) % 60), two((whole / 1000) % 60)].join(":");
  return `${clock}${point}${String(whole % 1000).padStart(3, "0")}`;
}

/** SubRip, one word a cue. */
export function srt(words: readonly StoryWord[]): string {
  const cues = words.map(
    ({ text, onset, offset }, n) => `${n + 1}\n${stamp(onset!, ",")} --> ${stamp(offset!, ",")}\n${text}\n`,
  );
  return cues.join("\n");
}

/** WebVTT, one word a cue. */
export function vtt(words: readonly StoryWord[]): string {
  const cues = words.map(
    ({ text, onset, offset }) => `${stamp(onset!, ".")} --> ${stamp(offset!, ".")}\n${escapeMarkup(text)}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

/** WebVTT as rolling captions: a phrase with time stamps, below it the phrase before; then the phrase once more, still. */
export function rollingVtt(phrases: Phrases): string {
  const cues: string[] = [];
  const cue = (start: number, end: number, lines: readonly string[]) =>
    cues.push(`${stamp(start, ".")} --> ${stamp(end, ".")} align:start position:0%\n${lines.join("\n")}\n`);
  let above = " ";
  phrases.forEach((words, n) => {
    const [first, ...others] = words as [StoryWord, ...StoryWord[]];
    const end = words.at(-1)!.offset!;
    const stamped = others.map(({ text, onset }) => `<${stamp(onset!, ".")}><c> ${escapeMarkup(text)}</c>`).join("");
    cue(first.onset!, end, [above, `${escapeMarkup(first.text)}${stamped}`]);
    above = words.map(({ text }) => escapeMarkup(text)).join(" ");
    const next = phrases[n + 1]?.[0]?.onset ?? end + 0.01;
    cue(end, next, [above, " "]);
  });
  return `WEBVTT\nKind: captions\nLanguage: en\n\n${cues.join("\n")}`;
}

/** ELAN: words with time slots of their own; those without a time have slots without. */
export function eaf(words: readonly StoryWord[]): string {
  const slots: string[] = [];
  const slot = (seconds: number | undefined) => {
    const value = seconds === undefined ? "" : ` TIME_VALUE="${Math.round(seconds * 1000)}"`;
    slots.push(`<TIME_SLOT TIME_SLOT_ID="ts${slots.length + 1}"${value}/>`);
    return `ts${slots.length}`;
  };
  const annotations = words.map(
    ({ text, onset, offset }, n) =>
      `<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a${n}" TIME_SLOT_REF1="${slot(onset)}" TIME_SLOT_REF2="${slot(offset)}"><ANNOTATION_VALUE>${escapeMarkup(text)}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>
<TIME_ORDER>${slots.join("")}</TIME_ORDER>
<TIER TIER_ID="utterances" LINGUISTIC_TYPE_REF="u"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="u" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>two words</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="words" LINGUISTIC_TYPE_REF="w">${annotations.join("")}</TIER>
</ANNOTATION_DOCUMENT>
`;
}
