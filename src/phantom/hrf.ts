import { OptionError } from "../errors.ts";

/** The shape of a haemodynamic response. */
export interface HrfOptions {
  /** Seconds by which the whole response is later than the canonical one (default 0; negative is earlier). */
  readonly latency?: number | undefined;
  /** Shape of the gamma density of the positive lobe (default 6: its maximum is at 5 s). */
  readonly peakShape?: number | undefined;
  /** Shape of the gamma density of the undershoot (default 16: its minimum is near 15 s). */
  readonly undershootShape?: number | undefined;
  /** How many times larger the positive density is (default 6). */
  readonly ratio?: number | undefined;
}

/** Seconds after which the canonical response has died away (its tail is under 1e-3 of the maximum). */
export const HRF_DURATION = 32;

/**
 * The canonical double-gamma response to a brief event at time 0: `g(t; 6) - g(t; 16) / 6`, where `g(t; a) =
 * t^(a - 1) exp(-t) / Gamma(a)` is the gamma density of shape a and scale 1 s. Zero before the event.
 *
 * @param seconds - time since the event
 * @throws OptionError where a shape is no whole number over 1, or `ratio` is not above 0
 * @remarks The parameters are SPM's; Glover's (1999) auditory response has the same form with shapes fitted to data.
 * Shapes are whole numbers here, so that Gamma(a) is a factorial.
 * @see https://doi.org/10.1006/nimg.1998.0419 (Glover 1999)
 */
export function hrf(seconds: number, options: HrfOptions = {}): number {
  const { latency = 0, peakShape = 6, undershootShape = 16, ratio = 6 } = options;
  for (const shape of [peakShape, undershootShape]) {
    if (!(Number.isInteger(shape) && shape > 1)) {
      throw new OptionError(`hrf: shapes must be whole numbers from 2, got ${shape}. SPM's are 6 and 16.`);
    }
  }
  if (!(ratio > 0)) throw new OptionError(`hrf: ratio must be above 0, got ${ratio}. SPM's is 6.`);
  const t = seconds - latency;
  return gammaDensity(t, peakShape) - gammaDensity(t, undershootShape) / ratio;
}

/**
 * The response at 0, 1, 2, ... volumes after the event, up to {@link HRF_DURATION}, divided by its largest value.
 *
 * @param repetitionTime - seconds
 * @throws OptionError where `repetitionTime` is not a positive number of seconds, or as {@link hrf}
 */
export function sampleHrf(repetitionTime: number, options: HrfOptions = {}): Float64Array {
  if (!(repetitionTime > 0 && repetitionTime < HRF_DURATION)) {
    throw new OptionError(
      `sampleHrf: repetitionTime must be in seconds, above 0 and under ${HRF_DURATION}, got ${repetitionTime}.`,
    );
  }
  const nVolumes = Math.floor(HRF_DURATION / repetitionTime) + 1;
  const samples = Float64Array.from({ length: nVolumes }, (_, k) => hrf(k * repetitionTime, options));
  const largest = Math.max(...samples);
  return samples.map((value) => value / largest);
}

/** The gamma density of whole shape and scale 1, by logarithms so that large shapes do not overflow. */
function gammaDensity(t: number, shape: number): number {
  if (t <= 0) return 0;
  let logFactorial = 0;
  for (let i = 2; i < shape; i++) logFactorial += Math.log(i);
  return Math.exp((shape - 1) * Math.log(t) - t - logFactorial);
}
