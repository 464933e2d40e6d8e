import type { NiftiHeader } from "../formats/nifti-header.ts";
import { fitsSingle } from "../formats/number-type.ts";

/**
 * Whether the values of an image may need double precision: numbers wider than single precision, or scaled ones whose
 * steps are small beside their offset, or that a scale takes beyond what single precision holds. Up to 2^20 steps rounding is a tenth of a step at most.
 */
export function mayNeedDouble({ type, slope, intercept }: Pick<NiftiHeader, "type" | "slope" | "intercept">): boolean {
  if (!fitsSingle(type)) return true;
  // Products that single precision has no room or few digits for.
  if (!(Math.abs(slope) >= 2 ** -100 && Math.abs(slope) <= 2 ** 80)) return true;
  // Of scaled numbers that are not whole nobody knows the steps.
  if (type === "float32" || type === "float16") return intercept !== 0;
  return Math.abs(intercept) > Math.abs(slope) * 2 ** 20;
}
