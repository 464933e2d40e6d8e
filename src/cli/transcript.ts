import { basename, dirname, join, resolve } from "node:path";
import { ownValue } from "../array/records.ts";
import { OptionError, oneLine } from "../errors.ts";
import { readWavHeader, wavHeaderLength } from "../formats/wav.ts";
import { transcriptPicture } from "../report/transcript-picture.ts";
import { formatTranscriptReport } from "../report/transcript-text.ts";
import { checkHome, folderStore } from "../sources/node.ts";
import { checkOutputFiles, writeOutputFiles } from "../sources/output-files.ts";
import { storyOfTranscript } from "../stimulus/load-transcript.ts";
import { readRawTranscript } from "../stimulus/transcript.ts";
import { transcriptExtensions } from "../stimulus/transcript-formats.ts";
import { checkTranscript, type TranscriptReport } from "../stimulus/transcript-report.ts";
import { checkOptions } from "../study/options.ts";
import type { Command } from "./command-line.ts";
import { numberFlag, type Parsed } from "./flags.ts";
import { studyFlags } from "./study-flags.ts";

/** Pictures are noted beside them: one that was drawn is drawn anew, any other file of that name is not replaced. */
const pictures = { name: "--picture", list: ".cortecast-pictures.json", adds: true } as const;

/** Most seconds of an audio length that is given by hand: a week, far more than any story; beyond it the unit is wrong. */
const longest = 604_800;

/** `cortecast transcript`. */
export const transcript: Command = {
  usage: {
    name: "transcript",
    summary:
      "Tells what is odd about a transcript: words without times, overlaps, silences, speech rate, odd texts, words outside of the audio or the run. Exit code 1 where it cannot be used.",
    positionals: [{ name: "file", required: true, help: `a transcript (${transcriptExtensions.join(", ")})` }],
    flags: {
      story: { type: "value", group: "data", help: "name of the story (default: that of the file)" },
      ...studyFlags((key) => ["tier", "cues", "noiseLabels"].includes(key)),
      audio: { type: "value", group: "data", help: "WAV file of the story, which says how long the audio is" },
      audioDuration: { type: "value", group: "data", help: "length of the audio in seconds, in place of --audio" },
      audioStart: {
        type: "value",
        group: "run",
        help: "seconds from the first volume to the start of the audio (default: 0)",
      },
      repetitionTime: { type: "value", group: "run", help: "seconds between volumes of the run; with --volumes" },
      volumes: { type: "value", group: "run", help: "number of volumes of the run; with --repetition-time" },
      picture: { type: "value", group: "output", help: "SVG file to draw the report into (default: none is drawn)" },
    },
  },
  async run({ parsed, terminal }) {
    const file = parsed.positionals["file"]!;
    const { story = storyOfTranscript(resolve(file)), picture, audio } = parsed.values;
    checkHome(file, "<file>");
    if (picture !== undefined) checkHome(picture, "--picture");
    if (audio !== undefined) checkHome(audio, "--audio");
    const named = pickValues(parsed, ["tier", "cues", "noiseLabels"]);
    const { tier, cues, noiseLabels } = checkOptions({ dataset: file, output: file, ...named });
    if (picture !== undefined && !picture.toLowerCase().endsWith(".svg"))
      throw new OptionError(`must be a file that ends in .svg, got "${picture}".`, { where: "--picture" });
    const repetitionTime = numberFlag(parsed, "repetitionTime", { most: longest });
    const nVolumes = numberFlag(parsed, "volumes", { whole: true });
    if ((repetitionTime === undefined) !== (nVolumes === undefined)) {
      const [given, lacking] =
        nVolumes === undefined ? ["--repetition-time", "--volumes"] : ["--volumes", "--repetition-time"];
      throw new OptionError(`must come with ${lacking}, which together say how long the run is, got it alone.`, {
        where: given,
      });
    }
    if (picture !== undefined) await checkOutputFiles(folderStore(dirname(picture)), [basename(picture)], pictures);
    const path = basename(file);
    const bytes = await folderStore(dirname(file)).read(path);
    const report = checkTranscript(readRawTranscript(bytes, { path: file, story, tier, cues, noiseLabels }), {
      audioDuration: await audioDurationOf(parsed),
      audioStart: numberFlag(parsed, "audioStart", { least: -longest, most: longest }),
      repetitionTime,
      nVolumes,
    });
    if (picture !== undefined) {
      const drawn = [{ path: basename(picture), bytes: transcriptPicture(report) }];
      await writeOutputFiles(folderStore(dirname(picture)), [drawn], pictures);
      terminal.note(`${picture}: the report as a picture`);
    }
    if (!parsed.switches.has("json")) for (const line of formatTranscriptReport(report)) terminal.print(oneLine(line));
    return report;
  },
  hasFailed: (result) => (result as TranscriptReport).nErrors > 0,
};

function pickValues({ values }: Parsed, keys: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(keys.map((key) => [key, ownValue(values, key)]));
}

/** Seconds of the audio: as given, or as the head of the WAV file says; samples are not read. */
async function audioDurationOf(parsed: Parsed): Promise<number | undefined> {
  const given = numberFlag(parsed, "audioDuration", { most: longest });
  const { audio } = parsed.values;
  if (audio === undefined) return given;
  if (given !== undefined) {
    throw new OptionError("must not be given together with --audio-duration, got both. Leave out one.", {
      where: "--audio",
    });
  }
  const source = folderStore(dirname(audio));
  const path = basename(audio);
  const fileSize = (await source.list("")).find((entry) => entry.name === path)?.size ?? 0;
  const settings = { path: join(dirname(audio), path), fileSize };
  let needed = Math.min(fileSize, 2 ** 16);
  for (;;) {
    const bytes = await source.readRange(path, 0, needed);
    const wanted = wavHeaderLength(bytes, settings);
    if (wanted <= needed) return readWavHeader(bytes, settings).duration;
    needed = Math.min(fileSize, Math.max(wanted, 2 * needed));
  }
}
