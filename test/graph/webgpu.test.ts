import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { embeddedModelFolder } from "../../src/language-model/embedded.ts";
import { type BuiltCommandLine, buildCommandLine } from "../cli/built.ts";
import { normalMatrix, respond } from "../encoding/simulate.ts";
import { relativeError } from "../language-model/small-models.ts";
import { describeWithShared, shared } from "../support/shared.ts";

// SwiftShader, which comes with Chromium, is a Vulkan driver that computes on the processor. The libraries are found by
// environment variables that count when a program starts, and a driver can end it: a process of its own.
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const env = {
  ...process.env,
  VK_DRIVER_FILES: driver,
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: [dirname(driver), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":"),
};
const missing = !existsSync(driver);
if (missing) console.log(`skipped: WebGPU: ${driver} is not on this machine (apt-get install chromium)`);

const program = `
  const { brainScore, loadLanguageModel, Matrix } = await import(process.argv[1]);
  const { features, bold, folder, optionSets } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const matrix = ({ data, nRows, nColumns }) => Matrix.of(Float64Array.from(data), nRows, nColumns);
  const results = {};
  for (const provider of ["cpu", "webgpu"]) {
    const device = { provider, threads: 1 };
    if (folder) {
      const model = await loadLanguageModel(folder, { device });
      results[provider] = [];
      for (const length of [1, 3, 30]) {
        const states = await model.hiddenStates(Int32Array.from({ length }, (_, i) => i % 21));
        results[provider].push(...[...states.values()].map(({ data }) => Array.from(data)));
      }
      await model.close();
    } else {
      results[provider] = [];
      for (const options of optionSets) {
        const { score, bestAlphas } = await brainScore(matrix(features), matrix(bold), { ...options, device });
        results[provider].push({ score: Array.from(score), bestAlphas: Array.from(bestAlphas.data) });
      }
    }
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));`;

describe.skipIf(missing)("WebGPU beside the CPU", () => {
  let built: BuiltCommandLine;
  beforeAll(() => {
    built = buildCommandLine();
  });
  afterAll(() => built.remove());

  function onBoth<T>(input: object): { readonly cpu: T; readonly webgpu: T } {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ["-e", `(async () => {${program}})().catch((error) => { console.error(error); process.exit(1); })`, built.entry],
      { encoding: "utf8", env, input: JSON.stringify(input), maxBuffer: 2 ** 26, timeout: 100_000 },
    );
    if (status !== 0) throw new Error(`the program must end well, got ${status ?? signal}:\n${stderr}`);
    return JSON.parse(stdout) as { readonly cpu: T; readonly webgpu: T };
  }

  const features = normalMatrix(60, 12, "features");
  const matrix = (data: ArrayLike<number>, nRows: number, nColumns: number) => ({
    data: Array.from(data),
    nRows,
    nColumns,
  });
  const bold = respond(features, 20, 1, createRandom("responses"));
  const input = { features: matrix(features.data, 60, 12), bold: matrix(bold.data, 60, 20) };

  it("brain scores, however penalties are chosen (agreement)", () => {
    const common = { storyLengths: [60], components: 12, nDelays: 1, nFolds: 3 };
    const optionSets = [
      { ...common, choice: "leave-one-out" },
      { ...common, choice: "generalised" },
      { ...common, choice: "inner-folds" },
      { ...common, choice: "leave-one-out", precision: "float64" },
    ];
    type Scores = { readonly [key in "score" | "bestAlphas"]: readonly number[] };
    const { cpu, webgpu } = onBoth<readonly Scores[]>({ ...input, optionSets });
    expect(cpu.map(({ score }) => score.length)).toEqual([20, 20, 20, 20]);
    for (const [n, { score, bestAlphas }] of cpu.entries()) {
      // Sums of some tens of numbers, in single precision and another order.
      score.forEach((r, target) => {
        expect(Math.abs(webgpu[n]!.score[target]! - r)).toBeLessThan(1e-5);
      });
      // From 1e6 on fits of 40 volumes are so small that errors under neighbouring penalties differ by less than rounding.
      bestAlphas.forEach((alpha, i) => {
        expect(Math.min(webgpu[n]!.bestAlphas[i]!, 1e6)).toBe(Math.min(alpha, 1e6));
      });
    }
    // Double precision is the CPU's, single is not.
    expect(webgpu[3]).toEqual(cpu[3]);
    expect(webgpu[0]).not.toEqual(cpu[0]);
  });

  const expectSameStates = (folder: string, nLayers: number) => {
    const { cpu, webgpu } = onBoth<readonly (readonly number[])[]>({ folder });
    expect(cpu).toHaveLength(3 * (nLayers + 1));
    // Single precision with sums in another order, as beside transformers.
    cpu.forEach((states, i) => {
      expect(relativeError(webgpu[i]!, states)).toBeLessThan(1e-5);
    });
  };

  it("hidden states of storyteller-7m, of 1, 3 and 30 tokens (agreement)", () => {
    expectSameStates(embeddedModelFolder(), 6);
  });

  describeWithShared("a checkpoint that transformers saved", "data/tiny-gpt2", () => {
    it("hidden states of tiny-gpt2, of 1, 3 and 30 tokens (agreement)", () => {
      expectSameStates(shared("data/tiny-gpt2"), 1);
    });
  });
});
