import { hemisphereOf } from "../bids/identity.ts";
import { parseNumber } from "../formats/number.ts";

/** The hemisphere that a structure's name says, as GIFTI has it: `"CortexLeft"`; undefined where it says none. */
export function hemiOfStructureName(structure: string): "L" | "R" | undefined {
  return hemisphereOf(structure.replace(/^Cortex/i, ""));
}

/** What a functional GIFTI says of itself beside its numbers. */
export interface GiftiSays {
  /** By `AnatomicalStructurePrimary`; undefined where it does not say. */
  readonly hemi: "L" | "R" | undefined;
  /** Seconds between volumes, by `TimeStep`; undefined where it does not say. */
  readonly repetitionTime: number | undefined;
}

/**
 * What the metadata of a functional GIFTI say. `TimeStep` is in milliseconds where FreeSurfer wrote it, in seconds where
 * others did, and 0 where it was not filled in. It is in seconds where it equals the sidecar's repetition time, else where it is below
 * 100.
 *
 * @param metadata - of the file and of its first array
 * @param repetitionTime - seconds, by the sidecar
 */
export function giftiSays(metadata: Readonly<Record<string, string>>, repetitionTime: number): GiftiSays {
  const step = parseNumber((metadata["TimeStep"] ?? "").trim());
  const isTime = step !== undefined && step > 0 && Number.isFinite(step);
  const isSeconds = isTime && (Math.abs(step - repetitionTime) <= 1e-3 * repetitionTime || step < 100);
  return {
    hemi: hemiOfStructureName((metadata["AnatomicalStructurePrimary"] ?? "").trim()),
    repetitionTime: isTime ? (isSeconds ? step : step / 1000) : undefined,
  };
}
