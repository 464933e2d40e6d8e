/**
 * Sets what ONNX Runtime reads from the environment when the first session of a process is made. A variable that is set, to
 * whatever, stays.
 *
 * - `ORT_DISABLE_TELEMETRY`: on Linux and macOS the runtime sends usage data to its makers from 1.30 on, and keeps an identifier of
 *   the machine below `~/.cache/Microsoft`. It is told not to.
 * - `NVIDIA_TF32_OVERRIDE`: on the provider "cuda" products would round their arguments to 10 bits (TensorFloat-32). They keep the
 *   23 bits of single precision.
 *
 * @remarks Only the main thread can set them for the process: call it there before threads make sessions.
 */
export function setRuntimeEnvironment(): void {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
  process.env["NVIDIA_TF32_OVERRIDE"] ??= "0";
}
