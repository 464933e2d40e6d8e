/**
 * Files to values and values to files, in Node and in browsers: surfaces (GIFTI, FreeSurfer), volumes (NIfTI, MGH),
 * grayordinates and parcels (CIFTI-2), arrays (NumPy), weights (safetensors), transcripts, tables, headers of WAV. All take
 * bytes, wherever these are from: `read*` a whole file, `stream*` its pieces as they come; `write*` gives a file.
 *
 * @example
 * ```js
 * import { readGifti, streamGifti, writeGifti } from "cortecast/formats";
 *
 * const data = Float32Array.of(0.5, 1, 1.5);
 * const array = { intent: "NIFTI_INTENT_NONE", dataType: "NIFTI_TYPE_FLOAT32", dimensions: [3], data };
 * const file = writeGifti({ metadata: {}, labels: [], arrays: [{ ...array, metadata: {}, coordinateSystems: [] }] });
 *
 * // A whole file; in a browser: new Uint8Array(await file.arrayBuffer())
 * console.log(readGifti(file, { path: "lh.func.gii" }).arrays[0].data);
 *
 * // Its pieces, of a file of any size; here from memory
 * const { arrays } = await streamGifti(new Blob([file]).stream());
 * console.log(arrays[0].data);
 * ```
 *
 * @module
 */
export type { FloatArray } from "./array/matrix.ts";
export { FormatError, NotFoundError, OptionError, ShapeError } from "./errors.ts";
export { type Cifti, readCifti, type StreamCiftiOptions, streamCifti } from "./formats/cifti.ts";
export type {
  CiftiAxes,
  CiftiBrainModel,
  CiftiColumns,
  CiftiGrayordinates,
  CiftiMap,
  CiftiParcel,
  CiftiParcels,
  CiftiRows,
  CiftiScalars,
  CiftiSeries,
  CiftiSurfaceModel,
  CiftiVolume,
  CiftiVoxelModel,
} from "./formats/cifti-axes.ts";
export { writeCifti } from "./formats/cifti-write.ts";
export { type EafAnnotation, type EafTier, type ReadEafOptions, readEaf } from "./formats/eaf.ts";
export {
  type FreesurferAnnot,
  type FreesurferAnnotLabel,
  readFreesurferAnnot,
} from "./formats/freesurfer-annot.ts";
export { type FreesurferLabel, readFreesurferLabel } from "./formats/freesurfer-label.ts";
export { readFreesurferMorph } from "./formats/freesurfer-morph.ts";
export {
  type FreesurferGeometry,
  type FreesurferSurface,
  type ReadFreesurferOptions,
  readFreesurferSurface,
} from "./formats/freesurfer-surface.ts";
export { type GentleWord, type ReadGentleOptions, readGentle } from "./formats/gentle.ts";
export { type GentleJsonWord, readGentleJson } from "./formats/gentle-json.ts";
export {
  type Gifti,
  type GiftiArray,
  type GiftiArrayHeader,
  type GiftiCoordinateSystem,
  type GiftiHeader,
  type GiftiLabel,
  type ReadGiftiOptions,
  readGifti,
  type WriteGiftiOptions,
  writeGifti,
} from "./formats/gifti.ts";
export type { GiftiData, GiftiDataType, GiftiEncoding } from "./formats/gifti-data.ts";
export {
  type GiftiStart,
  type ReadGiftiHeaderOptions,
  readGiftiHeader,
  readGiftiStart,
} from "./formats/gifti-headers.ts";
export {
  type ExternalFile,
  type GiftiArrayTag,
  type GiftiReceiver,
  type GiftiSink,
  type StreamGiftiOptions,
  streamGifti,
} from "./formats/gifti-stream.ts";
export { type ReadMfaOptions, readMfaCsv, readMfaJson } from "./formats/mfa.ts";
export { type Mgh, readMgh } from "./formats/mgh.ts";
export { type Nifti, type NiftiMask, readNifti, readNiftiMask } from "./formats/nifti.ts";
export type { NiftiSpace } from "./formats/nifti-affine.ts";
export type { NiftiExtension } from "./formats/nifti-extension.ts";
export { type NiftiHeader, type NiftiIntent, type ReadNiftiOptions, readNiftiHeader } from "./formats/nifti-header.ts";
export { type NiftiVolumes, type StreamNiftiOptions, streamNifti } from "./formats/nifti-stream.ts";
export { type NiftiContent, type WriteNiftiOptions, writeNifti } from "./formats/nifti-write.ts";
export { type Npy, type ReadNpyOptions, readNpy, writeNpy } from "./formats/npy.ts";
export type { NumberArray, NumberType } from "./formats/number-type.ts";
export {
  readSafetensors,
  type SafetensorsOptions,
  type Tensor,
  writeSafetensors,
} from "./formats/safetensors.ts";
export { readSrt } from "./formats/srt.ts";
export type { ReadSubtitleOptions, SubtitleCue, SubtitleSpan } from "./formats/subtitle.ts";
export {
  type ReadTextGridOptions,
  readTextGrid,
  type TextGrid,
  type TextGridInterval,
  type TextGridTier,
} from "./formats/textgrid.ts";
export { type ReadTsvOptions, readTsv, type Table } from "./formats/tsv.ts";
export { type ReadWavOptions, readWavHeader, type WavHeader, wavHeaderLength } from "./formats/wav.ts";
export { readVtt } from "./formats/webvtt.ts";
export { type ReadWhisperOptions, readWhisper, type WhisperSegment, type WhisperWord } from "./formats/whisper.ts";
