import { availableParallelism } from "node:os";
import { checkChoice } from "../array/check-choice.ts";
import { OptionError } from "../errors.ts";

/** Where a graph runs, unless said otherwise: what every machine has. */
export const DEFAULT_PROVIDER = "cpu";

/** Where a graph runs. */
export interface Device {
  /**
   * ONNX Runtime's execution provider (default "cpu"), for work in single precision: WebGPU has no double precision, and
   * most graphics processors are slow in it, so that work in double precision runs on the CPU always.
   */
  readonly provider?: "cpu" | "webgpu" | "cuda" | undefined;
  /** Threads of the CPU provider (default: all cores that the process may use). */
  readonly threads?: number | undefined;
}

/**
 * A device with its defaults filled in.
 *
 * @throws OptionError where `threads` is not a whole number from 1, or `provider` is unknown
 */
export function resolveDevice(device: Device = {}): { readonly provider: string; readonly threads: number } {
  const threads = device.threads ?? availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new OptionError(`device: threads must be a whole number from 1, got ${threads}.`);
  }
  const { provider = DEFAULT_PROVIDER } = device;
  checkChoice("device: provider", provider, ["cpu", "webgpu", "cuda"]);
  return { provider, threads };
}
