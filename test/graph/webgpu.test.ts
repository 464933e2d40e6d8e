import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { embeddedModelFolder } from "../../src/language-model/load-language-model.ts";
import { coarseness } from "../../src/ridge/rounding.ts";
import { type BuiltCommandLine, buildCommandLine } from "../cli/built.ts";
import { normalMatrix, respond } from "../encoding/simulate.ts";
import { relativeError } from "../language-model/small-models.ts";
import { auditHardRidge, hardOptions, hardRidge, joinAudits, N_TARGETS, NOTHING_AUDITED } from "../ridge/campaign.ts";
import { allowancesUsed, type RoundedNumbers, type RoundingCase, roundingInputs } from "../ridge/rounding-cases.ts";
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

// Modules of the build, by the paths of their sources.
const hardProgram = `
  const { hard, graphs, graphsScript } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const built = (path) => import(new URL(path, "file://" + process.argv[1]));
  const { Matrix } = await built("array/matrix.js");
  const { factorDesign } = await built("ridge/factor.js");
  const { scoreRidge } = await built("ridge/ridge.js");
  const graphsOfBuild = { ...(await built("ridge/by-bounds-graphs.js")), ...(await built("graph/workspace.js")) };
  const { runGraphs } = await import(graphsScript);
  const matrix = ({ data, nRows, nColumns }, type) => Matrix.of(type.from(data), nRows, nColumns);
  const results = { hard: [], graphs: [] };
  for (const { x, y, xTest, yTest, options } of hard) {
    const [train, bold, test, wanted] = [x, y, xTest, yTest].map((one) => matrix(one, Float64Array));
    const { r, bestAlpha } = await scoreRidge(await factorDesign(train, test, options), bold, wanted, options);
    results.hard.push({ r: Array.from(r, String), bestAlpha: Array.from(bestAlpha, String) });
  }
  for (const given of graphs) {
    const inputs = Object.fromEntries(Object.entries(given).map(([name, one]) => [name, matrix(one, Float32Array)]));
    const numbers = Object.entries(await runGraphs(graphsOfBuild, inputs, "webgpu"));
    results.graphs.push(Object.fromEntries(numbers.map(([name, data]) => [name, Array.from(data)])));
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));`;

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

  function run<T>(code: string, input: object): T {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ["-e", `(async () => {${code}})().catch((error) => { console.error(error); process.exit(1); })`, built.entry],
      { encoding: "utf8", env, input: JSON.stringify(input), maxBuffer: 2 ** 26, timeout: 500_000 },
    );
    if (status !== 0) throw new Error(`the program must end well, got ${status ?? signal}:\n${stderr}`);
    return JSON.parse(stdout) as T;
  }

  function onBoth<T>(input: object): { readonly cpu: T; readonly webgpu: T } {
    return run(program, input);
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
      // What rounding could decide is decided in double precision.
      expect(webgpu[n]!.bestAlphas).toEqual(bestAlphas);
    }
    // Double precision is the CPU's, single is not.
    expect(webgpu[3]).toEqual(cpu[3]);
    expect(webgpu[0]).not.toEqual(cpu[0]);
  });

  it("hard ridge regressions against the definition in double, and rounding within its allowances (agreement)", async () => {
    const hard = Array.from({ length: 10 }, (_, seed) => hardRidge(seed));
    const cases: readonly RoundingCase[] = [
      [290, "noise"],
      [290, "drift"],
      [3000, "drift"],
      [3000, "two levels, one after the other"],
    ];
    const made = await Promise.all(cases.map(roundingInputs));
    const plain = (one: Matrix) => ({ ...one, data: Array.from(one.data) });
    const found = run<{
      readonly hard: readonly Readonly<Record<"r" | "bestAlpha", readonly string[]>>[];
      readonly graphs: readonly RoundedNumbers[];
    }>(hardProgram, {
      hard: hard.map((one) => ({
        x: plain(one.x),
        y: plain(one.y),
        xTest: plain(one.xTest),
        yTest: plain(one.yTest),
        options: hardOptions(one, { provider: "webgpu", threads: 1 }),
      })),
      graphs: made.map(({ inputs }) =>
        Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, plain(one)])),
      ),
      graphsScript: pathToFileURL(join(import.meta.dirname, "../ridge/run-graphs.js")).href,
    });
    let audit = NOTHING_AUDITED;
    for (const [i, { r, bestAlpha }] of found.hard.entries()) {
      const scores = { r: Float64Array.from(r, Number), bestAlpha: Float64Array.from(bestAlpha, Number) };
      audit = joinAudits(audit, await auditHardRidge(hard[i]!, scores));
    }
    expect(audit.wrong).toEqual([]);
    expect(audit.found.nAudited).toBeGreaterThan(0.8 * hard.length * N_TARGETS);
    for (const [i, numbers] of found.graphs.entries()) {
      const [n] = cases[i]!;
      const used = await allowancesUsed(made[i]!, numbers, coarseness("webgpu", n, made[i]!.left.nRows));
      for (const share of Object.values(used)) expect(share).toBeLessThan(1);
    }
  }, 600_000);

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
