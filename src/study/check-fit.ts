import { type AnalysisName, usesRandomWeights } from "../analyses/registry.ts";
import { OptionError } from "../errors.ts";
import { contiguousFolds } from "../ridge/folds.ts";
import { fileWords } from "../stimulus/volumes.ts";
import { askedWindows } from "./asked-analyses.ts";
import { scanOnsets, wordsOutside } from "./features.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";
import { stimulusOf } from "./story-stimulus.ts";

/** Fewest volumes of a test chunk: two always correlate by 1 or -1. */
const leastTested = 3;

/** Longest repetition time in seconds: longer ones are milliseconds. The limit for sidecars (`repetitionTimeOf`) is the same. */
const longestRepetitionTime = 100;

/** The first conflict between options, each of which is right by itself; undefined where there is none. */
export function conflictOf(
  options: Pick<
    StudyOptions,
    | "context"
    | "maxContext"
    | "minContext"
    | "filing"
    | "downsample"
    | "activations"
    | "model"
    | "analyses"
    | "controls"
    | "distances"
    | "width"
    | "seed"
    | "pattern"
    | "repetitionTime"
    | "audioStart"
    | "surfaces"
    | "sulc"
  >,
): { readonly key: keyof StudyOptions; readonly message: string } | undefined {
  const { context, maxContext, minContext, filing, downsample } = options;
  const { pattern, repetitionTime, audioStart } = options;
  if (pattern !== undefined && repetitionTime === undefined)
    return { key: "repetitionTime", message: `must be given with \`pattern\`: such files do not say it, got nothing.` };
  if (pattern !== undefined && repetitionTime! > longestRepetitionTime) {
    const message = `must be in seconds, got ${repetitionTime}. Is it in milliseconds? Then give ${repetitionTime! / 1000}.`;
    return { key: "repetitionTime", message };
  }
  for (const [key, value] of Object.entries({ repetitionTime, audioStart })) {
    if (pattern !== undefined || value === undefined) continue;
    const message = `must be left out without \`pattern\`: BIDS data say it in sidecars and events, got ${value}.`;
    return { key: key as keyof StudyOptions, message };
  }
  if (options.activations !== undefined && options.model !== undefined) {
    const message = `must be left out where a model is given (${options.model}), got "${options.activations}".`;
    return { key: "activations", message };
  }
  if (options.activations !== undefined && options.controls.includes("random-weights")) {
    const message =
      'must not hold "random-weights" where activations come from a folder: it has no weights. Bring activations of such a model in a folder of their own.';
    return { key: "controls", message };
  }
  const named = Object.keys(options.analyses ?? {}) as AnalysisName[];
  const withWeights = named.find(usesRandomWeights);
  if (options.activations !== undefined && withWeights !== undefined) {
    const message = `must not hold "${withWeights}" where activations come from a folder: it has no weights. Bring activations of such a model in a folder of their own.`;
    return { key: "analyses", message };
  }
  const windows = askedWindows(options).filter(({ distances }) => distances.length === 0);
  const windowed = windows.find(({ name }) => named.includes(name));
  if (windowed) {
    const message = `must not hold "${windowed.name}" where there are no distances. Give \`distances\`.`;
    return { key: "analyses", message };
  }
  if (windows.length > 0 && options.controls.includes("random-window")) {
    const message = `must not hold "random-window" where there are no distances: there is no window in whose place it could stand.`;
    return { key: "controls", message };
  }
  if (options.surfaces === undefined && options.sulc !== undefined && options.sulc.length > 0) {
    const message = `must be left out without \`surfaces\`, which it shades, got "${options.sulc.join(",")}".`;
    return { key: "sulc", message };
  }
  if (context === "exact" && minContext !== undefined) {
    const message = `must be left out where the context is exact (every word has all of it), got ${minContext}.`;
    return { key: "minContext", message };
  }
  if (minContext !== undefined && minContext >= maxContext)
    return {
      key: "minContext",
      message: `must be below the longest context (${maxContext} tokens), got ${minContext}.`,
    };
  if (filing === "one-late" && downsample === "lanczos") {
    const message =
      'must be "onset" with the downsampling "lanczos", which files no word in one volume, got "one-late".';
    return { key: "filing", message };
  }
  return undefined;
}

/** What options are checked against. */
export type FitParticipant = Pick<ParticipantInputs, "participant" | "stories">;

/**
 * Every option that does not fit what was recorded, before anything is computed: each once, as an error that names the
 * option, the first participant concerned and the number of volumes. A participant with a story of which no word is heard during
 * the scan is passed over: the inspection of the data tells that.
 */
export function misfits(participants: readonly FitParticipant[], options: StudyOptions): readonly OptionError[] {
  const byOption = new Map<string, OptionError>();
  for (const participant of participants) {
    for (const error of misfitsOf(participant, options)) {
      if (!byOption.has(error.where!)) byOption.set(error.where!, error);
    }
  }
  return [...byOption.values()];
}

function* misfitsOf({ participant, stories }: FitParticipant, options: StudyOptions): Generator<OptionError> {
  const { firstDelay, delays, folds, gap, alphaChoice, innerFolds, components } = options;
  const last = firstDelay + delays - 1;
  if (stories.some((story) => wordsOutside(stimulusOf(story)) === story.transcript.words.length)) return;
  for (const story of stories) {
    const { files, nVolumes } = story;
    const recorded = `nVolumes (${nVolumes}, ${files.run}, story "${files.story}")`;
    if (delays >= nVolumes) {
      yield new OptionError(`must be fewer than ${recorded}, got ${delays}. Are they in seconds? They count volumes.`, {
        where: "`delays`",
      });
    }
    if (last >= nVolumes) {
      yield new OptionError(
        `the last of ${delays} delays must be smaller than ${recorded}, got ${last} with first delay ${firstDelay}. Is it in seconds? It counts volumes.`,
        { where: "`firstDelay`" },
      );
    }
  }
  const longest = Math.max(...stories.map(({ transcript }) => transcript.words.length));
  // The window of a distance d holds the words from d - width + 1 to d after each word.
  const windows = askedWindows(options).flatMap(({ name, distances, width }) => {
    // Distances that are set for an analysis alone are named after it.
    const isOwn = options.analyses?.[name]?.distances !== undefined;
    const named = isOwn ? { where: "`analyses`", who: `distances of ${name} ` } : { where: "`distances`", who: "" };
    return distances.map((distance) => ({ distance, width, ...named }));
  });
  const beyond = windows.find(({ distance, width }) => distance - width + 1 >= longest || distance <= -longest);
  if (beyond !== undefined) {
    yield new OptionError(
      `${beyond.who}must lie within the stories (${longest} words in the longest, ${participant}), got ${beyond.distance}. They count words.`,
      { where: beyond.where },
    );
  }
  const total = stories.reduce((sum, { nVolumes }) => sum + nVolumes, 0);
  const tested = Math.floor(total / folds);
  if (tested < leastTested) {
    yield new OptionError(
      `must leave ${leastTested} volumes or more to each test chunk, got ${folds} folds of ${total} volumes (${tested} in the smallest, ${participant}). Take fewer.`,
      { where: "`folds`" },
    );
    return;
  }
  const trainings = trainingVolumes(total, folds, gap);
  const training = Math.min(...trainings.map((volumes) => volumes.length));
  if (training < 1) {
    yield new OptionError(
      `must leave volumes to train on, got ${gap} on either side of ${folds} test chunks (${total} volumes, ${participant}). Take a smaller one.`,
      { where: "`gap`" },
    );
    return;
  }
  if (alphaChoice === "inner-folds" && innerFolds > training) {
    yield new OptionError(
      `must be at most as many as training volumes (${training}, ${participant}), got ${innerFolds}. Take fewer.`,
      { where: "`innerFolds`" },
    );
  }
  if (components !== "none" && components > training) {
    yield new OptionError(
      `must be at most as many as training volumes (${training} in the smallest fold, ${participant}), got ${components}. Take fewer, or a smaller \`gap\`.`,
      { where: "`components`" },
    );
  }
  const spoken = windowedVolumes(stories, 0, 1);
  const silent = trainings.findIndex((volumes) => !volumes.some((volume) => spoken.has(volume)));
  if (silent >= 0) {
    yield new OptionError(
      `words must begin in training volumes of every fold, got none in fold ${silent + 1} of ${participant} (${total} volumes). Drop silent volumes with \`trimStart\` and \`trimEnd\`, or take more folds.`,
      { where: "`folds`" },
    );
  }
  for (const { distance, width, where } of windows) {
    const filled = windowedVolumes(stories, distance, width);
    const fold = trainings.findIndex((volumes) => !volumes.some((volume) => filled.has(volume)));
    if (fold < 0) continue;
    yield new OptionError(
      `windows must hold words in training volumes of every fold, got none at distance ${distance} in fold ${fold + 1} of ${participant} (${total} volumes, ${longest} words in the longest story). Take distances nearer to 0.`,
      { where },
    );
  }
}

/** Volumes of the joined series in which a word with a window begins that does not lie beyond its story's ends. */
function windowedVolumes(stories: ParticipantInputs["stories"], distance: number, width: number): ReadonlySet<number> {
  const volumes = new Set<number>();
  let start = 0;
  for (const story of stories) {
    const onsets = scanOnsets(stimulusOf(story));
    fileWords(onsets, story).forEach((volume, word) => {
      const reaches = word + distance >= 0 && word + distance - width + 1 < onsets.length;
      if (volume >= 0 && reaches) volumes.add(start + volume);
    });
    start += story.nVolumes;
  }
  return volumes;
}

/** The volumes that each fold is trained on, as `contiguousFolds` lays them; none where the gap leaves none. */
function trainingVolumes(nVolumes: number, nFolds: number, gap: number): readonly (readonly number[])[] {
  return contiguousFolds(nVolumes, nFolds).map(({ test }) => {
    const [start, end] = [test[0]!, test.at(-1)! + 1];
    return Array.from({ length: nVolumes }, (_, volume) => volume).filter(
      (volume) => volume < start - gap || volume >= end + gap,
    );
  });
}
