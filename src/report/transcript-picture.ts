import { checkArgument } from "../array/arguments.ts";
import { plainText } from "../array/plain-text.ts";
import { transcriptLimits as limits } from "../stimulus/transcript-limits.ts";
import type { TranscriptReport } from "../stimulus/transcript-report.ts";
import type { TranscriptIssue } from "../stimulus/transcript-row.ts";
import { html, type Markup } from "./markup.ts";
import { formatClock, formatCount, formatNoun, formatNumber } from "./numbers.ts";
import { transcriptVerdict } from "./transcript-text.ts";

const pictureWidth = 1000;
const [left, right] = [212, 964];
const [rateTop, rateBottom] = [92, 262];
const laneHeight = 28;
const colours = {
  page: "#fffefb",
  ink: "#1c1d1f",
  soft: "#5c6066",
  rule: "#dcdad3",
  pause: "#efede7",
  rate: "#0a6aa8",
  run: "#2f7d4f",
  untimed: "#85888d",
  warning: "#c04e00",
  error: "#a32a12",
};
const fonts = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';

/**
 * A picture of a transcript's report as an SVG document that needs nothing else: words a second over time, below them
 * lanes for the run (where it was given, with lines where its first volume begins and its last ends), silences, words
 * without a time, warnings and errors. Issues say what they are where the pointer rests.
 */
export function transcriptPicture(report: TranscriptReport): string {
  checkArgument("transcriptPicture: report", report, "an object", {
    story: "a text",
    issues: "a list",
    rates: "a list",
    silences: "a list",
    untimed: "a list",
  });
  const { story, nWords, start, end, audioDuration, run, rates, silences, untimed, issues } = report;
  const from = Math.min(0, start ?? 0, run?.start ?? 0);
  const until = Math.max(end ?? 0, audioDuration ?? 0, run?.end ?? 0, from + 1);
  const x = (time: number) => round(left + ((time - from) / (until - from)) * (right - left));
  const of = (severity: TranscriptIssue["severity"]) =>
    issues.flatMap(({ severity: own, time, message }): Mark[] =>
      own === severity && time !== undefined ? [{ start: time, end: time, told: message }] : [],
    );

  const lanes: readonly Lane[] = [
    ...(run ? [["the run", colours.run, [{ ...run, told: `the run, to ${formatClock(run.end, 1)}` }]] as const] : []),
    [
      `${formatNoun(silences.length, "silence")} over ${limits.silence} s`,
      colours.soft,
      silences.map((silence) => ({ ...silence, told: `${formatNumber(silence.end - silence.start, 1)} s` })),
    ],
    [
      `${formatCount(report.nUntimed)} without a time`,
      colours.untimed,
      untimed.map((stretch) => ({
        ...stretch,
        told: `${formatNoun(stretch.nWords, "word")} from word ${stretch.word + 1}`,
      })),
    ],
    [formatNoun(report.nWarnings, "warning"), colours.warning, of("warning"), "point"],
    [formatNoun(report.nErrors, "error"), colours.error, of("error"), "point"],
  ];
  const lanesTop = rateBottom + 24;
  const bottom = lanesTop + lanes.length * laneHeight;
  const height = bottom + 52;
  const span = start === null || end === null ? "no times" : `${formatClock(start)} to ${formatClock(end)}`;
  const summary = `${formatNoun(nWords, "word")}, ${span}. ${transcriptVerdict(report)}.`;
  const drawn = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${pictureWidth} ${height}" width="${pictureWidth}" height="${height}" role="img" font-family="${fonts}" font-size="15" fill="${colours.ink}">
<title>${story}</title><desc>${summary}</desc>
<rect width="${pictureWidth}" height="${height}" fill="${colours.page}"/>
<text x="24" y="36" font-size="22" font-weight="600">${story}</text>
<text x="24" y="60" fill="${colours.soft}">${summary}</text>
${silences.map((silence) => bar({ ...silence, told: "" }, rateTop, rateBottom - rateTop, colours.pause))}
${rateAxis(rates.reduce((most, window) => Math.max(most, window.rate), 0))}
${lanes.map(([name, colour, marks, kind], lane) => {
  const y = lanesTop + lane * laneHeight;
  const shape =
    kind === "point"
      ? (mark: Mark) => point(mark, y, colour)
      : (mark: Mark) => bar(mark, y + 7, laneHeight - 14, colour);
  return html`<line x1="${left}" x2="${right}" y1="${y + laneHeight}" y2="${y + laneHeight}" stroke="${colours.rule}"/>
<text x="${left - 14}" y="${y + 19}" text-anchor="end">${name}</text>${marks.map(shape)}
`;
})}
${timeTicks(from, until).map(
  (time) => html`<line x1="${x(time)}" x2="${x(time)}" y1="${bottom}" y2="${bottom + 6}" stroke="${colours.soft}"/>
<text x="${x(time)}" y="${bottom + 22}" text-anchor="middle" fill="${colours.soft}">${formatClock(time)}</text>
`,
)}
<text x="${(left + right) / 2}" y="${bottom + 43}" text-anchor="middle" fill="${colours.soft}">time in the audio</text>
${
  run !== null &&
  [run.start, run.end].map(
    (time) =>
      html`<line x1="${x(time)}" x2="${x(time)}" y1="${rateTop}" y2="${bottom}" stroke="${colours.run}" stroke-dasharray="7,4"/>`,
  )
}
${
  audioDuration !== null &&
  html`<line x1="${x(audioDuration)}" x2="${x(audioDuration)}" y1="${rateTop}" y2="${bottom}" stroke="${colours.ink}" stroke-dasharray="2,3"/>
<text x="${x(audioDuration)}" y="${rateTop - 8}" text-anchor="${x(audioDuration) - left < 120 ? "start" : "end"}" fill="${colours.soft}">end of the audio</text>`
}
</svg>
`;
  return plainText(drawn.markup);

  /** Grid and line of the rate of speech, drawn from the middle of one window to the next. */
  function rateAxis(most: number): Markup {
    const top = Math.max(4, Math.ceil(most));
    const step = top <= 6 ? 1 : top <= 12 ? 2 : Math.ceil(top / 6);
    const y = (rate: number) => round(rateBottom - (rate / top) * (rateBottom - rateTop));
    const values = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
    // A window that reaches past the last word counts silence: the speech does not slow down there.
    const spoken = rates.filter((window) => window.end <= (end ?? Number.NEGATIVE_INFINITY));
    const line = (spoken.length > 0 ? spoken : rates).map(
      (window) => `${x((window.start + Math.min(window.end, until)) / 2)},${y(window.rate)}`,
    );
    return html`${values.map(
      (
        value,
      ) => html`<line x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="${value === 0 ? colours.ink : colours.rule}"/>
<text x="${left - 14}" y="${y(value) + 5}" text-anchor="end" fill="${colours.soft}">${value}</text>
`,
    )}${
      top >= limits.fastest &&
      html`<line x1="${left}" x2="${right}" y1="${y(limits.fastest)}" y2="${y(limits.fastest)}" stroke="${colours.warning}" stroke-dasharray="6,4"/>`
    }
<text x="24" y="${rateTop + 5}" fill="${colours.soft}"><tspan x="24">words a second,</tspan><tspan x="24" dy="19">over ${limits.window} s</tspan></text>
<polyline points="${line.join(" ")}" fill="none" stroke="${colours.rate}" stroke-width="1.75" stroke-linejoin="round"/>`;
  }

  function bar({ start: begins, end: ends, told }: Mark, y: number, size: number, colour: string): Markup {
    // What lasts less than a pixel is still seen.
    const wide = Math.max(1.5, round(x(ends) - x(begins)));
    return html`<rect x="${x(begins)}" y="${y}" width="${wide}" height="${size}" fill="${colour}">${told !== "" && html`<title>${formatClock(begins, 1)}: ${told}</title>`}</rect>`;
  }

  function point({ start: at, told }: Mark, y: number, colour: string): Markup {
    const [middle, high] = [x(at), y + 7];
    return html`<path d="M${middle - 6},${high + 13}h12l-6,-12z" fill="${colour}"><title>${formatClock(at, 1)}: ${told}</title></path>`;
  }
}

/** A lane's name, colour and marks, drawn as bars or points. */
type Lane = readonly [name: string, colour: string, marks: readonly Mark[], kind?: "point"];

/** Something with a place in time, and its text. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly told: string;
}

const round = (value: number) => Math.round(value * 100) / 100;

const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

/** At most ten round times from one to another. */
function timeTicks(from: number, until: number): number[] {
  const step =
    steps.find((candidate) => (until - from) / candidate <= 9) ?? 10 ** Math.ceil(Math.log10((until - from) / 9));
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(until / step) - first + 1 }, (_, i) => (first + i) * step);
}
