import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { emptyRecord } from "../array/records.ts";
import { multiply } from "../graph/multiply.ts";
import { softwareVersions } from "../study/assemble-result.ts";
import { studyOptions } from "../study/options.ts";
import type { Command } from "./command-line.ts";
import { memoryPages } from "./memory-pages.ts";
import { probeProvider } from "./provider.ts";

interface Program {
  readonly name: string;
  readonly why: string;
  readonly remedy: string;
  /** Commands that print its version; the first that runs counts. */
  readonly probes: readonly (readonly [string, ...string[]])[];
}

/** Programs that the tests of cortecast can use; scoring needs none. */
function programsOf(pythons: readonly string[]): readonly Program[] {
  return [
    {
      name: "nibabel",
      why: "the reference reader of GIFTI",
      remedy: "apt-get install python3-nibabel, or pip install nibabel and its Python in CORTECAST_PYTHON",
      probes: pythons.map((python) => [python, "-c", "import nibabel; print('nibabel', nibabel.__version__)"]),
    },
  ];
}

/** `cortecast doctor`. */
export const doctor: Command = {
  usage: {
    name: "doctor",
    summary: "Tells versions, devices, measured speed and memory, what is missing, and how to get it.",
    positionals: [],
    flags: {},
  },
  async run({ parsed, terminal }) {
    const gib = (bytes: number) => Math.round((bytes / 2 ** 30) * 10) / 10;
    const versions = softwareVersions();
    const machine = {
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: gib(totalmem()),
      freeMemoryGiB: gib(freemem()),
    };
    const line = (name: string, text: string) => {
      if (!parsed.switches.has("json")) terminal.print(`${name.padEnd(12)}${text}`);
    };
    line("cortecast", `${versions.cortecast}, Node ${versions.node}, ONNX Runtime ${versions["onnxruntime-node"]}`);
    line("machine", `${machine.processor}, ${machine.cores} cores, ${machine.platform}`);
    const { GLIBC_TUNABLES: tunables } = process.env;
    const pages = memoryPages(readIfThere("/sys/kernel/mm/transparent_hugepage/enabled"), tunables);
    line("memory", `${machine.memoryGiB} GiB, ${machine.freeMemoryGiB} GiB free`);
    line("", `large arrays in ${pages.text}`);

    const providers: { name: string; works: boolean; reason: string | undefined }[] = [];
    for (const name of studyOptions.provider.schema.unwrap().options) {
      const reason = probeProvider(name);
      providers.push({ name, works: reason === undefined, reason });
      line(
        providers.length === 1 ? "providers" : "",
        `${name.padEnd(8)}${reason === undefined ? "works" : `does not start here: ${reason}`}`,
      );
    }

    const gflops = emptyRecord<number>();
    for (const precision of ["float32", "float64"] as const) {
      gflops[precision] = await measureMatmul(precision);
      line(
        precision === "float32" ? "speed" : "",
        `${gflops[precision]} GFLOP/s in ${precision} (matrix products on the CPU)`,
      );
    }

    const { CORTECAST_PYTHON: given } = process.env;
    const pythons = [...(given ? [given] : []), "python3", "/usr/bin/python3"];
    const programs = programsOf(pythons).map(({ probes, ...rest }) => ({
      ...rest,
      version: probes.map(probeVersion).find((version) => version !== undefined),
    }));
    for (const [index, { name, why, remedy, version }] of programs.entries()) {
      const state = version === undefined ? `not found (${why}). To get it: ${remedy}` : `found (${version})`;
      line(index === 0 ? "tests only" : "", `${name}: ${state}`);
    }
    return { versions, machine, hugePages: pages.huge, providers, gflops, programs };
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

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
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
