import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { DatasetIssue } from "../errors.ts";
import type {
  KeptVariance,
  MissingFold,
  Provenance,
  StudyResult,
  SubjectAnalysis,
  SubjectScores,
} from "../report/result.ts";
import { addAudits, NO_AUDIT } from "../ridge/audit.ts";
import type { ActivationSource } from "./activation-source.ts";
import { wordsOutside } from "./features.ts";
import type { ParticipantInputs, StudyInputs } from "./inputs.ts";
import { volumesTogether } from "./locate-missing.ts";
import { notesOn } from "./notes.ts";
import type { StudyOptions } from "./options.ts";
import { type InForce, recordOptions } from "./record-options.ts";
import type { ScoreFacts } from "./score-cache.ts";
import type { StoryOthers } from "./shared-stories.ts";
import { generatedBy, sourceDatasets } from "./source-datasets.ts";
import { stimulusOf } from "./story-stimulus.ts";

/** One participant with all that was computed of them. */
export interface Scored {
  readonly inputs: ParticipantInputs;
  /** What is told of them, in the order of the plan. */
  readonly analyses: readonly SubjectAnalysis[];
  readonly keptVariance: readonly KeptVariance[];
  readonly facts: ScoredFacts;
  /** Whose responses scores are made of, by story; undefined where no analysis compares participants. */
  readonly others: readonly StoryOthers[] | undefined;
}

/** Facts of all of a participant's scores together. */
export interface ScoredFacts extends Omit<ScoreFacts, "keptVariance" | "missing"> {
  readonly missing: readonly MissingFold[];
}

/** What {@link assembleResult} needs beside the scores. */
export interface ResultContext {
  readonly inputs: ReportedInputs;
  readonly model: Pick<ActivationSource, "name" | "fingerprint" | "warnings"> & {
    /** Undefined also in records of versions that did not note it. */
    readonly nLayers?: number | undefined;
  };
  readonly layers: readonly number[];
  readonly options: StudyOptions;
  readonly command?: string | undefined;
  /** Where the data set lies, seen from the results: see `pathToSource`. */
  readonly sourcePath?: string | undefined;
  /** What the inspection warns of. */
  readonly warnings: readonly DatasetIssue[];
  readonly inForce: InForce;
}

/** What a result says of the inputs, beside what each participant heard. */
export interface ReportedInputs
  extends Pick<
    StudyInputs,
    "participants" | "transcripts" | "regions" | "surfaces" | "withResponses" | "withoutResponses"
  > {
  readonly dataset: Pick<StudyInputs["dataset"], "description">;
  /** Runs of the data set that were left out, with the option or file that says so. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** Puts finished scores together into what the report is made of. */
export function assembleResult(scored: readonly Scored[], context: ResultContext): StudyResult {
  const { inputs, model, options } = context;
  const subjects = scored.map((one) => subjectScores(one));
  const words = inputs.transcripts.flatMap(({ words: all }) =>
    all.slice(1).map((word, n) => word.onset - all[n]!.onset),
  );
  const title = inputs.dataset.description["Name"];
  return {
    title: typeof title === "string" ? title : basename(options.dataset),
    model: model.name,
    nLayers: model.nLayers,
    options: recordOptions(options, inputs, context.inForce, context.layers),
    subjects,
    regions: inputs.regions,
    surfaces: inputs.surfaces,
    secondsPerWord: words.reduce((sum, step) => sum + step, 0) / words.length,
    provenance: provenance(scored, context),
    notes: [...model.warnings, ...notesOn(inputs, options, context.warnings)],
  };
}

function subjectScores({ inputs, analyses, keptVariance, facts }: Scored): SubjectScores {
  const { participant, stories, targets, space, quality } = inputs;
  return {
    participant,
    stories: stories.map((story) => story.files.story),
    nVolumes: volumesTogether(stories),
    targets,
    space,
    analyses,
    quality: {
      ...quality,
      nNotScored: facts.nNotScored,
      nAudited: facts.audit.nAudited,
      alphaAtLowest: facts.alphaAtLowest,
      alphaAtHighest: facts.alphaAtHighest,
      nWords: stories.reduce((sum, story) => sum + story.transcript.words.length, 0),
      nWordsInterpolated: stories.reduce((sum, story) => sum + story.transcript.nInterpolated, 0),
      nWordsOutside: stories.reduce((sum, story) => sum + wordsOutside(stimulusOf(story)), 0),
    },
    keptVariance,
    missing: facts.missing,
  };
}

function provenance(scored: readonly Scored[], { inputs, model, command, sourcePath }: ResultContext): Provenance {
  const hashes = new Map(scored.flatMap((one) => Object.entries(one.inputs.hashes)));
  const dates = scored.map((one) => one.facts.date);
  const { description } = inputs.dataset;
  return {
    // The newest number's: a run that computes nothing changes nothing.
    date: dates.sort().at(-1) ?? "n/a",
    version: softwareVersions().cortecast,
    command,
    environment: softwareVersions(),
    inputs: [...hashes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sha256]) => ({ path, sha256 })),
    modelFingerprint: model.fingerprint,
    audit: scored.map((one) => one.facts.audit).reduce(addAudits, NO_AUDIT),
    sourceDatasets: sourceDatasets(description),
    sourceGeneratedBy: generatedBy(description),
    sourcePath,
  };
}

/** Versions of this software and of what computes for it. */
export function softwareVersions(): {
  readonly cortecast: string;
  readonly node: string;
  readonly "onnxruntime-node": string;
} {
  const require = createRequire(import.meta.url);
  const version = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  return {
    cortecast: version(require.resolve("../../package.json")),
    node: process.versions.node,
    "onnxruntime-node": version(require.resolve("onnxruntime-node/package.json")),
  };
}
