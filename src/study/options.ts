import { z } from "zod";
import { analysisNames } from "../analyses/registry.ts";
import { checkArgument } from "../array/arguments.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { DEFAULT_EDGE, EDGES } from "../features/delays.ts";
import { conflictOf } from "./check-fit.ts";
import { nameOnCommandLine } from "./flag-names.ts";
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
  whole,
  wholeNumbers,
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
  stories: { schema: names(), group: "data", help: "stories to use, by name or task- label (default: all)" },
  participants: { schema: names(), group: "data", help: "participants to use, with or without sub- (default: all)" },
  exclude: {
    schema: names({ none: true }),
    group: "data",
    help: "runs to leave out, as BIDS writes them, or names of their files: sub-001_task-pieman_run-1",
  },
  pattern: {
    schema: label,
    group: "data",
    help: "names of the files of a folder that is no BIDS data set: {participant}/{story}_{hemi}.func.gii",
  },
  repetitionTime: { schema: amount(0.01), group: "data", help: "seconds between volumes, with --pattern" },
  audioStart: {
    schema: seconds,
    group: "data",
    help: "seconds from the first volume to the start of the audio, with --pattern (default: 0)",
  },
  volumesDiscarded: {
    schema: whole(0),
    group: "data",
    help: "volumes that events count and responses lack at their start (default: what the responses' JSON says)",
  },
  exclusions: {
    schema: path,
    group: "data",
    help: "JSON file of runs to leave out, or none (default: the data set's own code/scan_exclude.json, where there is one)",
  },
  derivatives: {
    schema: paths(),
    group: "data",
    help: "folders of preprocessed responses that lie outside of the data set (fMRIPrep's, XCP-D's output)",
  },
  derivative: {
    schema: label,
    group: "data",
    help: "folder below derivatives/ to take responses from, where several fit",
  },
  kind: {
    schema: choice(["region", "surface", "volume", "grayordinate"]),
    group: "data",
    help: "regions, surfaces (GIFTI), volumes (NIfTI) or grayordinates (CIFTI), where a data set has several",
  },
  hemi: {
    schema: hemisphere,
    group: "data",
    help: "hemisphere to score alone, L or R (default: both, and both must be there)",
  },
  space: { schema: label, group: "data", help: "space label of the BOLD files, e.g. fsaverage6, where several fit" },
  res: { schema: label, group: "data", help: "res label of the BOLD files, where several fit" },
  den: { schema: label, group: "data", help: "den label of the BOLD files, where several fit" },
  desc: { schema: label, group: "data", help: "desc label of the BOLD files, where several fit" },
  atlas: { schema: label, group: "data", help: "atlas label of region time series, where several fit" },
  seg: { schema: label, group: "data", help: "seg label of region time series, where several fit" },
  mask: {
    schema: path,
    group: "data",
    help: "NIfTI of the voxels to score, in the grid of the volumes (default: those in the brain masks of all runs)",
  },
  regions: {
    schema: paths(),
    group: "data",
    help: "atlas in the space of the responses: label GIFTI or .annot files (left,right), or a NIfTI with its table; region means join the scores table",
  },
  surfaces: {
    schema: paths(),
    group: "data",
    help: "surface GIFTI or FreeSurfer files (left,right) to draw the report's maps on",
  },
  sulc: {
    schema: paths({ none: true }),
    group: "data",
    help: "sulcal depth to shade the surfaces by (left,right), or none (default: the files beside them, where there are any)",
  },
  transcript: {
    schema: path,
    group: "data",
    help: "transcript file to use for every story (default: found in stimuli/)",
  },
  tier: { schema: label, group: "data", help: "tier that holds the words, of a TextGrid, of MFA or of ELAN" },
  noiseLabels: {
    schema: names({ none: true }),
    group: "data",
    help: "labels of a transcript that are no words, with or without brackets (default: sp, sil, br, lg, ls, ns, ... in tiers)",
  },
  cues: {
    schema: choice(["refuse", "interpolate"]).default("refuse"),
    group: "data",
    help: "what becomes of words that share the time of a cue",
  },

  drift: {
    schema: choice(["none", "linear", "cosine"]).default("none"),
    group: "cleaning",
    help: "slow drift to regress out of each run",
  },
  cutoff: {
    schema: amount(1).default(128),
    group: "cleaning",
    help: "seconds; periods above it count as cosine drift",
  },
  confounds: {
    schema: names({ none: true }),
    group: "cleaning",
    help: "columns of the run's confounds table to regress out, or strategies: motion-6, motion-24, wm-csf, acompcor-5, ...",
  },
  missingConfounds: {
    schema: choice(["error", "zero", "mean"]).default("error"),
    group: "cleaning",
    help: "what to do where a confound is n/a",
  },
  standardise: { schema: yesOrNo.default(false), group: "cleaning", help: "z-score each run's time series" },
  trimStart: { schema: whole(0).default(0), group: "cleaning", help: "volumes to drop at the start of each run" },
  trimEnd: { schema: whole(0).default(0), group: "cleaning", help: "volumes to drop at the end of each run" },

  model: {
    schema: path,
    group: "model",
    help: "folder of a Hugging Face GPT-2 checkpoint (default: the embedded small model)",
  },
  layer: {
    schema: wholeNumbers(0),
    group: "model",
    help: "layers, 0 = embedding output: 8, 0,4,8 or 0:12 (default: two thirds of the depth)",
  },
  activations: {
    schema: path,
    group: "model",
    help: "folder of activations made elsewhere, a file or folder a story, in place of a model",
  },
  context: {
    schema: choice(["strided", "exact"]).default("strided"),
    group: "model",
    help: "how long stories are cut into passes",
  },
  maxContext: {
    schema: whole(1).default(1024),
    group: "model",
    help: "tokens in a pass, at most (the model's own limit holds too)",
  },
  minContext: {
    schema: whole(0),
    group: "model",
    help: "tokens that each word sees at least, where there are that many (default: half of the limit)",
  },
  pooling: {
    schema: choice(["last", "mean", "sum"]).default("last"),
    group: "model",
    help: "vector of a word of several tokens",
  },
  layerZero: {
    schema: choice(["with-positions", "tokens"]).default("with-positions"),
    group: "model",
    help: "layer 0: token plus position embedding, or the token embedding alone",
  },
  finalNorm: {
    schema: yesOrNo.default(true),
    group: "model",
    help: "last layer after the final layer norm, as transformers gives it",
  },

  distances: {
    schema: wholeNumbers().default(() => Array.from({ length: 41 }, (_, i) => i - 10)),
    group: "features",
    help: "words from a word to the end of its forecast window; none: brain scores only (default: -10:30)",
  },
  width: { schema: whole(1, 1000).default(7), group: "features", help: "words in a forecast window" },
  downsample: {
    schema: choice(["sum", "mean", "lanczos"]).default("sum"),
    group: "features",
    help: "words to volumes",
  },
  filing: {
    schema: choice(["onset", "one-late"]).default("onset"),
    group: "features",
    help: "volume of a word; one-late imitates public code, for comparison only",
  },
  delays: { schema: whole(1).default(6), group: "features", help: "copies of the features, each a volume later (FIR)" },
  firstDelay: {
    schema: whole(0).default(0),
    group: "features",
    help: "volumes of the first delay; 1 imitates public code",
  },
  edge: {
    schema: choice(EDGES).default(DEFAULT_EDGE),
    group: "features",
    help: "what delays bring in from before a story; zero and wrap are for comparison only",
  },
  components: {
    schema: wholeOrNone(1).default(20),
    group: "features",
    help: "principal components of each feature set, or none",
  },
  reduction: {
    schema: choice(["before-delays", "after-delays"]).default("before-delays"),
    group: "features",
    help: "principal components before or after the delays",
  },

  folds: { schema: whole(2).default(5), group: "encoding", help: "contiguous outer folds" },
  gap: {
    schema: whole(0).default(0),
    group: "encoding",
    help: "volumes left out of training on either side of a test chunk (recommended: first delay + delays + 1)",
  },
  alphas: {
    schema: positiveNumbers,
    group: "encoding",
    help: "ridge penalties (default: ten, log-spaced from 0.1 to 1e8)",
  },
  alphaChoice: {
    schema: choice(["leave-one-out", "generalised", "inner-folds"]).default("leave-one-out"),
    group: "encoding",
    help: "how each target's alpha is chosen on the training volumes",
  },
  innerFolds: {
    schema: whole(2).default(5),
    group: "encoding",
    help: "contiguous inner folds, where they choose the alphas",
  },
  average: {
    schema: choice(["folds", "concatenated"]).default("folds"),
    group: "encoding",
    help: "mean of the folds' correlations, or the correlation of all held-out volumes",
  },
  precision: {
    schema: choice(["float32", "float64"]).default("float32"),
    group: "encoding",
    help: "arithmetic on the responses",
  },
  analyses: {
    schema: names().pipe(z.array(choice(analysisNames))),
    group: "encoding",
    help: "what to score, beside --controls (default: brainScore,forecastScore)",
  },
  controls: {
    schema: names({ none: true })
      .pipe(z.array(choice(["word-rate", "random-weights", "random-window"])))
      .default([]),
    group: "encoding",
    help: "scores of features that hold no language (default: none)",
  },
  seed: { schema: whole(0).default(0), group: "encoding", help: "seed of the random controls" },

  level: {
    schema: choice(["both", "participant"]).default("both"),
    group: "machine",
    help: "participants and the group of all whose results are in the output folder, or participants alone (then: cortecast report)",
  },
  threads: { schema: whole(1, 1024), group: "machine", help: "CPU threads (default: all cores that memory allows)" },
  memory: {
    schema: bytes,
    group: "machine",
    help: "most memory to take, like 8GB (default: a third of the machine's)",
  },
  provider: {
    schema: choice(["cpu", "webgpu", "cuda"]).default("cpu"),
    group: "machine",
    help: "ONNX Runtime's execution provider",
  },
  cache: {
    schema: path,
    group: "machine",
    help: "folder for activations, designs and scores by content (default: beside the output folder, <output>-cache)",
  },
} as const satisfies Readonly<Record<string, OptionSpecification>>;

/** One row of {@link studyOptions}. */
export interface OptionSpecification {
  readonly schema: z.ZodType;
  readonly group: "data" | "cleaning" | "model" | "features" | "encoding" | "machine";
  /** One line for `--help`. */
  readonly help: string;
}

type Table = typeof studyOptions;
/** Options that have no default of their own. */
type Optional = {
  [Key in keyof Table]: Table[Key]["schema"] extends z.ZodDefault<z.ZodType> ? never : Key;
}[keyof Table];
/** The options of a study, checked, with defaults filled in; those without a default are undefined where not given. */
export type StudyOptions = {
  readonly [Key in Exclude<keyof Table, Optional>]: z.output<Table[Key]["schema"]>;
} & {
  readonly [Key in Exclude<Optional, "dataset" | "output">]?: z.output<Table[Key]["schema"]> | undefined;
} & { readonly dataset: string; readonly output: string };

/**
 * Checks raw options, from flags or a study file, and fills in defaults.
 *
 * @param raw - values by key; strings are read as a flag's text is
 * @param describe - how a key is called in messages (a flag or argument, or a line of a file)
 * @throws NotFoundError where a key is unknown, with the nearest names
 * @throws OptionError naming every option that cannot be used
 */
export function checkOptions(
  raw: Readonly<Record<string, unknown>>,
  describe: (key: string) => string = nameOnCommandLine,
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
      problems.push(`${describe(key)}: must be given, got nothing.`);
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
