/**
 * What the command line does, as functions: a study planned, checked, run, reported and cleared up; activations written; a
 * data set simulated; data, models and surfaces fetched. `checkOptions` makes the options of a study from values as a study
 * file or a flag has them, `readStudyFile` from a study file. All else that a function is told while it works, progress,
 * notes, a signal that ends it, may be left out.
 *
 * @example
 * ```js
 * import { checkOptions, checkStudy, phantomStories, planStudy, runStudy, simulateStudy } from "cortecast/study";
 *
 * await simulateStudy("data", { nSubjects: 2, nVertices: 42, responses: "regions", stories: phantomStories.slice(0, 1) });
 * const options = checkOptions({ dataset: "data", output: "results", distances: "0,8" });
 *
 * const { issues } = await checkStudy(options); // what is wrong, doubtful or worth knowing
 * const { nMissing, nSteps } = await planStudy(options); // what there is to do
 * console.log(issues.filter(({ severity }) => severity === "error"), `${nMissing} of ${nSteps} steps`);
 *
 * const { result, written } = await runStudy(options, { onNote: (line) => console.error(line) });
 * console.log(result.subjects.map(({ participant }) => participant), written.includes("report.html"));
 * ```
 *
 * @module
 */
export type { AnalysisName } from "./analyses/registry.ts";
export type { FloatArray, Matrix } from "./array/matrix.ts";
export type { OnProgress, Progress } from "./array/progress.ts";
export type { NarrativesQuery } from "./catalogue/narratives.ts";
export type { FetchedSource } from "./catalogue/record.ts";
export type { MissingScores } from "./encoding/missing.ts";
export type { KeptShares } from "./encoding/prepared.ts";
export type { MeasuredSpeed } from "./engine/cost.ts";
export {
  AuditError,
  DatasetError,
  type DatasetIssue,
  DeviceError,
  type ErrorDetails,
  FormatError,
  NetworkError,
  NotFoundError,
  OptionError,
  ShapeError,
} from "./errors.ts";
export { type ExamineOptions, type InspectOptions, inspectDataset } from "./inspection/inspect.ts";
export type { Inspection, StorySummary } from "./inspection/inspection.ts";
export type { TranscriptChoice } from "./inspection/stories.ts";
export { type PhantomRegion, phantomRegions } from "./phantom/phantom-regions.ts";
export { type SimulateOptions, simulateDataset } from "./phantom/simulate.ts";
export { type PhantomStory, phantomStories } from "./phantom/story.ts";
export type { PhantomTruth, RegionTruth, StoryTruth, SurfacePaths } from "./phantom/truth.ts";
export { htmlReport } from "./report/html.ts";
export {
  type AnalysisScores,
  type GeneratedBy,
  type KeptVariance,
  type MissingFold,
  memoryScores,
  type Provenance,
  type ScoreKey,
  type SourceDataset,
  type StudyResult,
  type SubjectAnalysis,
  type SubjectScores,
  type Surface,
  type TargetRegion,
} from "./report/result.ts";
export { transcriptPicture } from "./report/transcript-picture.ts";
export { formatTranscriptReport, type TranscriptTextOptions } from "./report/transcript-text.ts";
export type { PlacedSpace, Target, TargetSpace } from "./responses/target.ts";
export type { AuditCount } from "./ridge/audit.ts";
export type { Checksum } from "./sources/checksum.ts";
export type { WrittenFiles } from "./sources/output-files.ts";
export type { RemoteFile } from "./sources/remote-file.ts";
export type { CheckTranscriptOptions } from "./stimulus/place-issues.ts";
export type { RateWindow, TranscriptSilence, UntimedStretch } from "./stimulus/timing.ts";
export { readRawTranscript, type TranscriptOptions } from "./stimulus/transcript.ts";
export { checkTranscript, type TranscriptReport } from "./stimulus/transcript-report.ts";
export type { RawTranscript, TranscriptIssue, TranscriptRow } from "./stimulus/transcript-row.ts";
export type { Transcript, Word } from "./stimulus/word.ts";
export { type CheckStudyOptions, checkStudy } from "./study/check-study.ts";
export { type CleanedStudy, type CleanStudyOptions, cleanStudy } from "./study/clean-results.ts";
export type { EstimatedPart, RunEstimate } from "./study/estimate.ts";
export {
  type FetchedFiles,
  type FetchModelOptions,
  type FetchNarrativesOptions,
  type FetchOptions,
  fetchModel,
  fetchNarratives,
  fetchSurfaces,
} from "./study/fetch.ts";
export { type GroupLevel, reportStudy, type StudyReport } from "./study/group-level.ts";
export { checkOptions, type StudyOptions } from "./study/options.ts";
export { type PlannedRun, planStudy } from "./study/plan-study.ts";
export { runStudy, type StudyRun } from "./study/run.ts";
export { type SimulateStudyOptions, simulateStudy } from "./study/simulate-study.ts";
export { type ReadStudyFileOptions, readStudyFile } from "./study/study-file.ts";
export type { StudyTools } from "./study/tools.ts";
export {
  type WriteActivationsOptions,
  type WrittenActivations,
  type WrittenStory,
  writeStudyActivations,
} from "./study/write-activations.ts";
