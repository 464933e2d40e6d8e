export { type FloatArray, Matrix } from "./array/matrix.ts";
export type { OnProgress, Progress } from "./array/progress.ts";
export { brainScore, type EncodingScore } from "./encoding/brain-score.ts";
export { forecastDepth, forecastDistance } from "./encoding/forecast-distance.ts";
export { type ForecastScores, type ForecastWindows, forecastScore } from "./encoding/forecast-score.ts";
export { wordRate } from "./encoding/nuisance.ts";
export type { EncodingOptions } from "./encoding/prepared.ts";
export {
  DatasetError,
  type DatasetIssue,
  DeviceError,
  FormatError,
  NotFoundError,
  OptionError,
  ShapeError,
} from "./errors.ts";
export { randomWindow, shuffledWindow } from "./features/control-window.ts";
export { forecastWindow, type WindowOptions } from "./features/window.ts";
export { type GentleWord, readGentle } from "./formats/gentle.ts";
export { type Gifti, type GiftiArray, type GiftiLabel, readGifti, writeGifti } from "./formats/gifti.ts";
export { readTextGrid, type TextGrid, type TextGridTier } from "./formats/textgrid.ts";
export type { Device } from "./graph/device.ts";
export { type ActivationOptions, type WordActivations, wordActivations } from "./language-model/activations.ts";
export { embeddedModelFolder } from "./language-model/embedded.ts";
export type { LanguageModel } from "./language-model/language-model.ts";
export { loadLanguageModel } from "./language-model/load.ts";
export { predictRidge, type RidgeFit, ridgeCv } from "./regression/ridge.ts";
export type { RidgeOptions } from "./regression/ridge-options.ts";
export { folderStore } from "./sources/node.ts";
export type { Source, Store } from "./sources/source.ts";
export { wordsToVolumes } from "./stimulus/volumes.ts";
