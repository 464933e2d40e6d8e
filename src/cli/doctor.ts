import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { listSupportedBackends } from "onnxruntime-node";
import { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { multiply } from "../graph/multiply.ts";
import { softwareVersions } from "../study/result.ts";
import type { Command } from "./command-line.ts";

interface Program {
  readonly name: string;
  readonly why: string;
  readonly remedy: string;
  readonly probe: readonly [string, ...string[]];
}

/** Programs that cortecast can use and does not need. */
const programs: readonly Program[] = [
  {
    name: "Chromium",
    why: "browser tests of the report",
    remedy: "apt-get install chromium",
    probe: ["chromium", "--version"],
  },
  {
    name: "Python with scikit-learn, scipy, nibabel",
    why: "tests against the reference libraries",
    remedy: "apt-get install python3-sklearn python3-scipy python3-nibabel",
    probe: ["python3", "-c", "import sklearn, scipy, nibabel; print('scikit-learn', sklearn.__version__)"],
  },
  {
    name: "Python with torch, transformers",
    why: "test of activations against the reference implementation",
    remedy: "pip install torch transformers",
    probe: ["python3", "-c", "import torch, transformers; print('transformers', transformers.__version__)"],
  },
];

/** `cortecast doctor`. */
export const doctor: Command = {
  usage: {
    name: "doctor",
    summary: "Versions, devices, measured speed, memory, and what is missing and how to get it.",
    positionals: [],
    flags: {},
  },
  async run({ terminal }) {
    const gib = (bytes: number) => Math.round((bytes / 2 ** 30) * 10) / 10;
    const versions = softwareVersions();
    const machine = {
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: gib(totalmem()),
      freeMemoryGiB: gib(freemem()),
    };
    const providers = listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));

    terminal.print(
      `cortecast ${versions.cortecast}, Node ${versions.node}, ONNX Runtime ${versions["onnxruntime-node"]}`,
    );
    terminal.print(
      `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB (${machine.freeMemoryGiB} free), ${machine.platform}`,
    );
    terminal.print(`providers: ${providers.map((p) => p.name).join(", ")}`);

    const gflops: Record<string, number> = {};
    for (const precision of ["float32", "float64"] as const) {
      gflops[precision] = await measureMatmul(precision);
      terminal.print(`matrix product, ${precision}, 1024 x 1024: ${gflops[precision]} GFLOP/s`);
    }

    const found = programs.map(({ name, why, remedy, probe }) => ({ name, why, remedy, version: probeVersion(probe) }));
    for (const program of found) {
      terminal.print(
        program.version === undefined
          ? `not found: ${program.name} (optional: ${program.why}). To get it: ${program.remedy}`
          : `found: ${program.name}: ${program.version}`,
      );
    }
    return { versions, machine, providers, gflops, programs: found };
  },
};

/** The median rate of five products after a warm-up, in 1e9 floating-point operations a second. */
async function measureMatmul(precision: "float32" | "float64"): Promise<number> {
  const n = 1024;
  const random = createRandom(0);
  const numbers = Float64Array.from({ length: n * n }, () => random.uniform());
  const matrix = Matrix.of(precision === "float32" ? Float32Array.from(numbers) : numbers, n, n);
  await multiply(matrix, matrix);
  const rates: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await multiply(matrix, matrix);
    rates.push((2 * n ** 3) / ((performance.now() - start) * 1e6));
  }
  return Math.round(rates.sort((a, b) => a - b)[2]!);
}

function probeVersion([program, ...args]: readonly [string, ...string[]]): string | undefined {
  try {
    const output = execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 30_000,
    });
    return output.trim().split("\n")[0];
  } catch {
    return undefined;
  }
}
