import { z } from "zod";
import { analysisNames, usualAnalyses } from "../analyses/registry.ts";
import { distances, seed, whole, wholeNumbers, width } from "../analyses/setting-kinds.ts";
import { checkArgument } from "../array/arguments.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { DEFAULT_AVERAGE } from "../encoding/prepared.ts";
import { NotFoundError, nearestNames, OptionError, optionName } from "../errors.ts";
import { DEFAULT_DELAYS, DEFAULT_EDGE, DEFAULT_FIRST_DELAY, EDGES } from "../features/delays.ts";
import { DEFAULT_COMPONENTS, DEFAULT_REDUCTION } from "../features/design.ts";
import { DEFAULT_WIDTH } from "../features/window.ts";
import { DEFAULT_PROVIDER } from "../graph/device.ts";
import { ACTIVATION_DEFAULTS } from "../language-model/language-model.ts";
import { DEFAULT_CUTOFF } from "../responses/clean-bold.ts";
import { DEFAULT_MISSING } from "../responses/confounds.ts";
import { DEFAULT_FOLDS } from "../ridge/folds.ts";
import { DEFAULT_CHOICE, DEFAULT_PRECISION } from "../ridge/ridge-options.ts";
import { DEFAULT_CUES } from "../stimulus/transcript.ts";
import { DEFAULT_DOWNSAMPLE, DEFAULT_FILING } from "../stimulus/volumes.ts";
import { namedAnalyses } from "./asked-analyses.ts";
import { conflictOf } from "./check-fit.ts";
import {
  amount,
  bytes,
  choice,
  formatProblem,
  hemisphere,
  label,
  mustOf,
  names,
  path,
  paths,
  positiveNumbers,
  seconds,
  wholeOrNone,
  yesOrNo,
} from "./option-kinds.ts";

/**
 * Every option of a study: its check, and what it means. One table serves the command line's flags (`minContext` is
 * `--min-context`), the keys of a study file, and the record of options in the outputs.
 */
export const studyOptions = {
  dataset: { schema: path, group: "data", help: "BIDS folder with responses, events and stimuli" },
  output: { schema: path, group: "data", help: "folder for the results (BIDS derivatives and report)" },
  stories: { schema: names(), group: "data", help: "stories to score, by name or task- label (default: all)" },
  participants: { schema: names(), group: "data", help: "participants to score, with or without sub- (default: all)" },
  exclude: {
    schema: names({ none: true }),
    group: "data",
    help: "runs to leave out, such as sub-001_task-pieman_run-1, or names of their files (default: none)",
  },
  pattern: {
    schema: label,
    group: "data",
    help: "how files are named in a folder that is no BIDS data set: {participant}/{story}_{hemi}.func.gii",
  },
  repetitionTime: { schema: amount(0.01), group: "data", help: "seconds between volumes; with `pattern` only" },
  audioStart: {
    schema: seconds,
    group: "data",
    help: "seconds from the first volume to the start of the audio; with `pattern` only (default: 0)",
  },
  volumesDiscarded: {
    schema: whole(0),
    group: "data",
    help: "number of volumes at the start of the raw image that the responses lack (default: what the responses' JSON says)",
  },
  exclusions: {
    schema: path,
    group: "data",
    help: "JSON file that lists runs to leave out, or none (default: code/scan_exclude.json of the data set)",
  },
  derivatives: {
    schema: paths(),
    group: "data",
    help: "folders of preprocessed responses outside of the data set, such as fMRIPrep's or XCP-D's",
  },
  derivative: {
    schema: label,
    group: "data",
    help: "folder below derivatives/ to take responses from (default: any)",
  },
  kind: {
    schema: choice(["region", "surface", "volume", "grayordinate"]),
    group: "data",
    help: "responses to score, where a data set has several kinds",
  },
  hemi: {
    schema: hemisphere,
    group: "data",
    help: "the only hemisphere to score, L or R (default: both)",
  },
  space: { schema: label, group: "data", help: "space- label of the responses, such as fsaverage6 (default: any)" },
  res: { schema: label, group: "data", help: "res- label of the responses (default: any)" },
  den: { schema: label, group: "data", help: "den- label of the responses (default: any)" },
  desc: { schema: label, group: "data", help: "desc- label of the responses (default: any)" },
  atlas: { schema: label, group: "data", help: "atlas- label of region time series (default: any)" },
  seg: { schema: label, group: "data", help: "seg- label of region time series (default: any)" },
  mask: {
    schema: path,
    group: "data",
    help: "NIfTI file of the voxels to score, in the grid of the volumes (default: the brain masks of all runs)",
  },
  regions: {
    schema: paths(),
    group: "data",
    help: "atlas for the tables: GIFTI or .annot label files (left,right), or a NIfTI file with its table",
  },
  surfaces: {
    schema: paths(),
    group: "data",
    help: "surfaces to draw the report's maps on: GIFTI or FreeSurfer files (left,right)",
  },
  sulc: {
    schema: paths({ none: true }),
    group: "data",
    help: "sulcal depth to shade the surfaces by (left,right), or none (default: files beside the surfaces)",
  },
  transcript: {
    schema: path,
    group: "data",
    help: "transcript file of the only story (default: found in stimuli/)",
  },
  tier: { schema: label, group: "data", help: "tier that holds the words, in a file of Praat, MFA or ELAN" },
  noiseLabels: {
    schema: names({ none: true }),
    group: "data",
    help: "labels in a transcript that are no words (default: sp, sil, br, lg, ls, ns and others, in tiers)",
  },
  cues: {
    schema: choice(["refuse", "interpolate"]).default(DEFAULT_CUES),
    group: "data",
    help: "what to do with words that share the time of a cue",
  },

  drift: {
    schema: choice(["none", "linear", "cosine"]).default("none"),
    group: "cleaning",
    help: "slow drift to remove from each run by regression",
  },
  cutoff: {
    schema: amount(1).default(DEFAULT_CUTOFF),
    group: "cleaning",
    help: "longest period in seconds that `drift: cosine` leaves in",
  },
  confounds: {
    schema: names({ none: true }),
    group: "cleaning",
    help: "confounds to remove from each run by regression: columns of its table, or motion-6, motion-24, wm-csf, acompcor-5, ...",
  },
  missingConfounds: {
    schema: choice(["error", "zero", "mean"]).default(DEFAULT_MISSING),
    group: "cleaning",
    help: "what to do where a confound is n/a",
  },
  standardise: {
    schema: yesOrNo.default(false),
    group: "cleaning",
    help: "bring each target of each run to mean 0 and deviation 1",
  },
  trimStart: {
    schema: whole(0).default(0),
    group: "cleaning",
    help: "number of volumes to drop at the start of each run",
  },
  trimEnd: { schema: whole(0).default(0), group: "cleaning", help: "number of volumes to drop at the end of each run" },

  model: {
    schema: path,
    group: "model",
    help: "folder of a GPT-2 from Hugging Face (default: a small embedded model)",
  },
  layer: {
    schema: wholeNumbers(0),
    group: "model",
    help: "layers to score, 0 = embedding output: 8, or 0,4,8, or 0:12 (default: two thirds of the depth)",
  },
  activations: {
    schema: path,
    group: "model",
    help: "folder of activations made elsewhere, in place of a model",
  },
  context: {
    schema: choice(["strided", "exact"]).default(ACTIVATION_DEFAULTS.context),
    group: "model",
    help: "how stories longer than the context are read",
  },
  maxContext: {
    schema: whole(1).default(ACTIVATION_DEFAULTS.maxContext),
    group: "model",
    help: "most tokens that the model reads at once, within its own limit",
  },
  minContext: {
    schema: whole(0),
    group: "model",
    help: "fewest tokens that a word sees before it, where the story has them (default: half of the context)",
  },
  pooling: {
    schema: choice(["last", "mean", "sum"]).default(ACTIVATION_DEFAULTS.pooling),
    group: "model",
    help: "which tokens make the vector of a word",
  },
  layerZero: {
    schema: choice(["with-positions", "tokens"]).default(ACTIVATION_DEFAULTS.layerZero),
    group: "model",
    help: "layer 0: token plus position embedding, or token embedding alone",
  },
  finalNorm: {
    schema: yesOrNo.default(ACTIVATION_DEFAULTS.finalNorm),
    group: "model",
    help: "take the last layer after the final layer normalisation",
  },

  distances: {
    schema: distances.default(() => Array.from({ length: 41 }, (_, i) => i - 10)),
    group: "features",
    help: "words from a word to the last word of its forecast window, negative for the past; none: brain scores only (default: -10:30)",
  },
  width: {
    schema: width.default(DEFAULT_WIDTH),
    group: "features",
    help: "number of words in a forecast window",
  },
  downsample: {
    schema: choice(["sum", "mean", "lanczos"]).default(DEFAULT_DOWNSAMPLE),
    group: "features",
    help: "how the vectors of words become volumes",
  },
  filing: {
    schema: choice(["onset", "one-late"]).default(DEFAULT_FILING),
    group: "features",
    help: "volume that a word belongs to; one-late imitates public code, for comparison only",
  },
  delays: {
    schema: whole(1).default(DEFAULT_DELAYS),
    group: "features",
    help: "number of copies of the features, each one volume later",
  },
  firstDelay: {
    schema: whole(0).default(DEFAULT_FIRST_DELAY),
    group: "features",
    help: "delay of the first copy in volumes; 1 imitates public code",
  },
  edge: {
    schema: choice(EDGES).default(DEFAULT_EDGE),
    group: "features",
    help: "what delays bring in from before a story; zero and wrap are for comparison only",
  },
  components: {
    schema: wholeOrNone(1).default(DEFAULT_COMPONENTS),
    group: "features",
    help: "number of principal components of each band, or none",
  },
  reduction: {
    schema: choice(["before-delays", "after-delays"]).default(DEFAULT_REDUCTION),
    group: "features",
    help: "take principal components before or after the delays",
  },

  folds: {
    schema: whole(2).default(DEFAULT_FOLDS),
    group: "encoding",
    help: "number of outer folds, each held out once",
  },
  gap: {
    schema: whole(0).default(0),
    group: "encoding",
    help: "volumes left out of training on either side of a test chunk; recommended: first delay + delays + 1",
  },
  alphas: {
    schema: positiveNumbers,
    group: "encoding",
    help: "ridge penalties to choose from (default: ten, log-spaced from 0.1 to 1e8)",
  },
  alphaChoice: {
    schema: choice(["leave-one-out", "generalised", "inner-folds"]).default(DEFAULT_CHOICE),
    group: "encoding",
    help: "how each target's penalty is chosen on the training volumes",
  },
  innerFolds: {
    schema: whole(2).default(DEFAULT_FOLDS),
    group: "encoding",
    help: "number of inner folds; with `alphaChoice: inner-folds` only",
  },
  average: {
    schema: choice(["folds", "concatenated"]).default(DEFAULT_AVERAGE),
    group: "encoding",
    help: "mean of the folds' correlations, or one correlation over all held-out volumes",
  },
  precision: {
    schema: choice(["float32", "float64"]).default(DEFAULT_PRECISION),
    group: "encoding",
    help: "precision of the arithmetic on responses",
  },
  analyses: {
    schema: namedAnalyses,
    group: "encoding",
    help: `what to score, beside \`controls\`: one or several of ${analysisNames.join(", ")} (default: ${usualAnalyses.join(",")})`,
  },
  controls: {
    schema: names({ none: true })
      .pipe(z.array(choice(["word-rate", "random-weights", "random-window"])))
      .default([]),
    group: "encoding",
    help: "scores of features that hold no language, for comparison (default: none)",
  },
  seed: { schema: seed.default(0), group: "encoding", help: "seed of the random controls" },

  level: {
    schema: choice(["both", "participant"]).default("both"),
    group: "machine",
    help: "write participants and the group, or participants alone",
  },
  threads: {
    schema: whole(1, 1024),
    group: "machine",
    help: "number of CPU threads (default: all cores that memory allows)",
  },
  memory: {
    schema: bytes,
    group: "machine",
    help: "most memory to take, such as 8GB (default: a third of the machine's)",
  },
  provider: {
    schema: choice(["cpu", "webgpu", "cuda"]).default(DEFAULT_PROVIDER),
    group: "machine",
    help: "execution provider of ONNX Runtime",
  },
  cache: {
    schema: path,
    group: "machine",
    help: "folder that keeps activations, designs and scores for the next run (default: <output>-cache)",
  },
} as const satisfies Readonly<Record<string, OptionSpecification>>;

/** One row of {@link studyOptions}. */
export interface OptionSpecification {
  readonly schema: z.ZodType;
  readonly group: "data" | "cleaning" | "model" | "features" | "encoding" | "machine";
  /** One line for the help page of a command. */
  readonly help: string;
}

type OptionTable = typeof studyOptions;
/** Options that have no default of their own. */
type Optional = {
  [Key in keyof OptionTable]: OptionTable[Key]["schema"] extends z.ZodDefault<z.ZodType> ? never : Key;
}[keyof OptionTable];
/** The options of a study, checked, with defaults filled in; those without a default are undefined where not given. */
export type StudyOptions = {
  readonly [Key in Exclude<keyof OptionTable, Optional>]: z.output<OptionTable[Key]["schema"]>;
} & {
  readonly [Key in Exclude<Optional, "dataset" | "output">]?: z.output<OptionTable[Key]["schema"]> | undefined;
} & { readonly dataset: string; readonly output: string };

/** Refuses options that {@link checkOptions} did not fill in: without defaults a study would end far from the cause. */
export function requireChecked(where: string, options: StudyOptions): void {
  const fields = { dataset: "a text", output: "a text", controls: "a list of texts", distances: "a list" } as const;
  checkArgument(`${where}: options (of checkOptions)`, options, "an object", fields);
}

/**
 * Checks raw options, from flags or a study file, and fills in defaults.
 *
 * @param raw - values by key; strings are read as a flag's text is
 * @param describe - how a key is called in messages (default: as `optionName` has it)
 * @throws NotFoundError where a key is unknown, with the nearest names
 * @throws OptionError naming every option that cannot be used
 */
export function checkOptions(
  raw: Readonly<Record<string, unknown>>,
  describe: (key: string) => string = optionName,
): StudyOptions {
  checkArgument("checkOptions: raw", raw, "an object");
  checkArgument("checkOptions: describe", describe, "a function");
  const known = Object.keys(studyOptions);
  const options = emptyRecord<unknown>();
  const problems: string[] = [];
  for (const key of Object.keys(raw)) {
    if (!known.includes(key)) {
      throw new NotFoundError(`there is no option of that name. ${nearestNames(key, known)}`, { where: describe(key) });
    }
  }
  for (const [key, { schema }] of Object.entries(studyOptions)) {
    const value = ownValue(raw, key);
    if (value === undefined && (key === "dataset" || key === "output")) {
      problems.push(`${describe(key)}: must be given, got nothing. Name the folder, here or in a study file.`);
      continue;
    }
    const optional = (schema as z.ZodType).optional();
    const result = (schema instanceof z.ZodDefault ? schema : optional).safeParse(value, { error: mustOf });
    if (result.success) options[key] = result.data;
    else for (const issue of result.error.issues) problems.push(`${describe(key)}: ${formatProblem(issue, value)}`);
  }
  const conflict = problems.length === 0 ? conflictOf(options as unknown as StudyOptions) : undefined;
  if (conflict) problems.push(`${describe(conflict.key)}: ${conflict.message}`);
  if (problems.length > 0) throw new OptionError([...new Set(problems)]);
  return { ...options } as unknown as StudyOptions;
}
