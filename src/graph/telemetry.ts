/**
 * Keeps ONNX Runtime from sending usage data to its makers. On Linux and macOS it does from 1.30 on, and keeps an identifier
 * of the machine below `~/.cache/Microsoft`, unless the environment variable `ORT_DISABLE_TELEMETRY` says otherwise when
 * the first session of a process is made. Where it is set, to whatever, it stays.
 *
 * @remarks Only the main thread can set it for the process: call it there before threads make sessions.
 */
export function silenceTelemetry(): void {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}
