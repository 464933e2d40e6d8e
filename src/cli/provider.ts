import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { DeviceError } from "../errors.ts";
import { setRuntimeEnvironment } from "../graph/environment.ts";
import { writeOnnx } from "../graph/onnx.ts";
import { gemm, input } from "../graph/operators.ts";

/**
 * Why an execution provider does not start here, or undefined where it does. It is tried in a process of its own, since
 * its libraries write to the terminal, and a broken driver can end the process.
 */
export function probeProvider(name: string): string | undefined {
  const a = input("a", "float32", ["n", "n"]);
  const model = writeOnnx({ product: gemm(a, a) });
  const runtime = createRequire(import.meta.url).resolve("onnxruntime-node");
  // The other process has this one's environment.
  setRuntimeEnvironment();
  const script = `
    const model = require("node:fs").readFileSync(0);
    require(process.argv[1]).InferenceSession.create(model, { executionProviders: [process.argv[2]], logSeverityLevel: 4 })
      .then(() => process.exit(0), (error) => process.stdout.write(String(error.message), () => process.exit(1)));`;
  const { status, stdout, signal } = spawnSync(process.execPath, ["-e", script, runtime, name], {
    encoding: "utf8",
    input: model.bytes,
    timeout: 30_000,
    stdio: ["pipe", "pipe", "ignore"],
  });
  if (status === 0) return undefined;
  if (signal !== null) return `ended by ${signal}`;
  // The runtime begins with where in its own sources it was.
  const text = stdout.replace(/\s+/g, " ").trim();
  return (text.split(/ was false\. /).at(-1) ?? text).replace(/\.$/, "") || `exit code ${status}`;
}

/**
 * Refuses an execution provider that does not start here, before anything else is done.
 *
 * @throws DeviceError with the reason
 */
export function checkProvider(name: string): void {
  // It comes with the runtime.
  if (name === "cpu") return;
  const reason = probeProvider(name);
  if (reason === undefined) return;
  throw new DeviceError(
    `must be one that starts on this machine, got "${name}" (${reason}). "cortecast doctor" lists those that do.`,
    { where: "--provider" },
  );
}
