import type { Matrix } from "../array/matrix.ts";

/**
 * Penalties of some targets, chosen: what every way to choose gives. There are three: by definition (`by-definition.ts`, loops), by all
 * errors (`by-errors.ts`, double precision) and by bounds (`by-bounds.ts`, single precision). One that stays on a device gives the same, with its
 * part of a factored design and the targets in memory of the device; `choose` then picks it where the device is one.
 */
export interface Choice {
  /** Index of the penalty of each target, -1 where it cannot be used or is not decided, [nTargets]. */
  readonly best: Int32Array;
  /** Mean squared held-out error at that penalty, in units of the data squared; NaN where there is none or it is not wanted, [nTargets]. */
  readonly error: Float64Array;
  /** Targets, as they were scaled, along the directions of the design, [nTargets x rank]. */
  readonly projection: Matrix;
  /** Penalties that may be the best once rounding is allowed for, bit a for penalty a, [nTargets]. Undefined in double precision. */
  readonly candidates?: Int32Array | undefined;
  /** 1 where rounding could decide: double precision is to choose among the candidates, [nTargets]. Undefined in double precision. */
  readonly isDoubtful?: Uint8Array | undefined;
}

/** The penalty that a number with a single bit stands for; -1 for any other number. */
export function singleBit(bits: number): number {
  return bits !== 0 && (bits & (bits - 1)) === 0 ? 31 - Math.clz32(bits) : -1;
}
