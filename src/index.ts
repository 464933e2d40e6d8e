/**
 * Language models mapped onto responses to stories, in memory: data sets and transcripts read, activations of words, features
 * of volumes, brain scores and forecast scores, statistics over participants. Functions take and give plain data; what
 * `prepareBrainScore` and `prepareForecast` give is handed on as it is. Whole studies are in `cortecast/study`, files in
 * `cortecast/formats`, the regression alone in `cortecast/ridge`.
 *
 * @example
 * ```js
 * import { brainScore, embeddedModelFolder, loadLanguageModel, sliceColumns, wordActivations, wordsToVolumes } from "cortecast";
 *
 * const words = Array.from({ length: 400 }, (_, i) => ["the", "fox", "saw", "a", "hen", "and", "ran"][((i * i) % 11) % 7]);
 * const model = await loadLanguageModel(embeddedModelFolder());
 * const { activations } = await wordActivations(model, words, { layers: [4] });
 * await model.close();
 *
 * const onsets = words.map((_, i) => i / 2); // seconds from the first volume
 * const features = wordsToVolumes(activations.get(4), onsets, { nVolumes: 140, repetitionTime: 1.5 });
 * const bold = sliceColumns(features, 0, 3); // in place of responses: three of the units themselves
 * const { score } = await brainScore(features, bold, { storyLengths: [140], components: "none" });
 * console.log(Array.from(score, (r) => r > 0.8));
 * ```
 *
 * @module
 */
export {
  type FloatArray,
  joinColumns,
  joinRows,
  Matrix,
  sliceColumns,
  sliceRows,
} from "./array/matrix.ts";
export type { OnProgress, Progress } from "./array/progress.ts";
export { type BidsDataset, type BidsFile, loadDataset } from "./bids/dataset.ts";
export type { BidsName } from "./bids/name.ts";
export { brainScore, type EncodingScore, prepareBrainScore, scoreBrainScore } from "./encoding/brain-score.ts";
export {
  type ForecastScores,
  type ForecastWindows,
  forecastScore,
  type PreparedForecast,
  prepareForecast,
  scoreForecast,
} from "./encoding/forecast-score.ts";
export type { MissingScores } from "./encoding/missing.ts";
export { wordRate } from "./encoding/nuisance.ts";
export { forecastDepth, forecastDistance } from "./encoding/place-of-largest.ts";
export type { EncodingOptions, KeptShares, PreparedBrainScore, ScoreOptions } from "./encoding/prepared.ts";
export {
  AuditError,
  DatasetError,
  type DatasetIssue,
  DeviceError,
  FormatError,
  NotFoundError,
  OptionError,
  ShapeError,
} from "./errors.ts";
export { type ControlWindowOptions, randomWindow, shuffledWindow } from "./features/control-window.ts";
export type { DelayOptions } from "./features/delays.ts";
export type { DesignOptions } from "./features/design.ts";
export type { SlidingWindows } from "./features/sliding-windows.ts";
export { forecastWindow, type WindowOptions } from "./features/window.ts";
export type { Device } from "./graph/device.ts";
export type { AddedToken } from "./language-model/added-token.ts";
export type { HiddenStateOptions, LanguageModel } from "./language-model/language-model.ts";
export { embeddedModelFolder, loadLanguageModel } from "./language-model/load-language-model.ts";
export type { TokenisedText, Tokenizer } from "./language-model/tokenizer.ts";
export { type ActivationOptions, type WordActivations, wordActivations } from "./language-model/word-activations.ts";
export { audioStarts } from "./responses/audio-start.ts";
export type { VersionChoice } from "./responses/candidates.ts";
export { type CleanBoldOptions, type CleaningOptions, cleanBold } from "./responses/clean-bold.ts";
export { readExclusions } from "./responses/exclusions.ts";
export { findResponses, type ResponseFiles, type ResponseQuery } from "./responses/find.ts";
export { type LoadResponseOptions, loadResponse, type Response } from "./responses/load-response.ts";
export { loadRegions, type Region, type RegionFile, type RegionOptions } from "./responses/region.ts";
export type { ResponseKind } from "./responses/response-kind.ts";
export type { PlacedSpace, Target, TargetSpace } from "./responses/target.ts";
export type { VolumeMask } from "./responses/volume-mask.ts";
export type { AuditCount } from "./ridge/audit.ts";
export type { AlphaChoice, RidgeOptions } from "./ridge/ridge-options.ts";
export { memoryStore } from "./sources/memory-store.ts";
export { folderStore } from "./sources/node.ts";
export type { Entry, Source, Store } from "./sources/source.ts";
export { benjaminiHochberg } from "./statistics/fdr.ts";
export { type MeanInterval, meanInterval } from "./statistics/interval.ts";
export { type WilcoxonOptions, type WilcoxonResult, wilcoxonSignedRank } from "./statistics/wilcoxon.ts";
export { type LoadTranscriptOptions, loadTranscript } from "./stimulus/load-transcript.ts";
export { readTranscript, type TranscriptOptions } from "./stimulus/transcript.ts";
export type { RawTranscript, TranscriptRow } from "./stimulus/transcript-row.ts";
export { type VolumesOptions, wordsToVolumes } from "./stimulus/volumes.ts";
export type { Transcript, Word } from "./stimulus/word.ts";
