// Is what a graphics processor computes right, and is it quicker? On WebGPU, on the first card that Vulkan finds: how much of
// each allowance for rounding is used, over numbers of samples and shapes of targets; hard ridge regressions, each choice computed
// again by definition in double precision on the CPU; the time a vertex and design as in encoding.js, beside the CPU of the same
// machine, by turns; and how far the hidden states of the small language model lie from the CPU's.
//
// Usage: node bench/webgpu.js   (Node 22.18 or newer, which reads TypeScript; 3 GB of memory)
//   --designs 400    hard ridge regressions
//   --targets 8192   vertices of the timing
//   --card "name"    what the card is called, for the first line
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { Matrix } from "../src/array/matrix.ts";
import { createRandom } from "../src/array/random.ts";
import { scoreBlock } from "../src/encoding/brain-score.ts";
import { openWorkspace } from "../src/graph/workspace.ts";
import { embeddedModelFolder, loadLanguageModel } from "../src/language-model/load-language-model.ts";
import { runRows } from "../src/ridge/by-bounds-graphs.ts";
import { factorDesign } from "../src/ridge/factor.ts";
import { scoreRidge } from "../src/ridge/ridge.ts";
import { resolveRidgeOptions } from "../src/ridge/ridge-options.ts";
import { coarseness } from "../src/ridge/rounding.ts";
import { targetRows } from "../src/ridge/targets.ts";
import {
  auditHardRidge,
  describeAudit,
  hardOptions,
  hardRidge,
  joinAudits,
  NOTHING_AUDITED,
} from "../test/ridge/campaign.ts";
import { allowancesUsed, roundingCases, roundingInputs, runGraphs } from "../test/ridge/rounding-cases.ts";

const { values } = parseArgs({
  options: {
    designs: { type: "string", default: "400" },
    targets: { type: "string", default: "8192" },
    card: { type: "string", default: "a card" },
  },
});
const device = { provider: "webgpu", threads: 1 };
console.log(`${values.card}; ${cpus()[0].model}, ${availableParallelism()} cores; Node ${process.versions.node}`);

const most = {};
for (const one of roundingCases([60, 290, 800, 3000, 12000])) {
  const made = await roundingInputs(one);
  const numbers = await runGraphs({ runRows, openWorkspace }, made.inputs, "webgpu");
  const used = await allowancesUsed(made, numbers, coarseness("webgpu", one[0], made.left.nRows));
  const onCpu = await allowancesUsed(made, numbers, 1);
  for (const [name, share] of Object.entries(used)) {
    const known = most[name] ?? { used: 0, onCpu: 0, where: "" };
    if (share > known.used) most[name] = { ...known, used: share, where: one.join(", ") };
    if (onCpu[name] > most[name].onCpu) most[name].onCpu = onCpu[name];
  }
}
for (const [name, { used, onCpu, where }] of Object.entries(most)) {
  console.log(
    `rounding of ${name}: ${used.toFixed(2)} of its allowance at most (${where}); ${onCpu.toFixed(2)} of the CPU's`,
  );
}

let audit = NOTHING_AUDITED;
const nDesigns = Number(values.designs);
for (let seed = 20_000; seed < 20_000 + nDesigns; seed++) {
  const hard = hardRidge(seed);
  const options = hardOptions(hard, device);
  const { x, y, xTest, yTest } = hard;
  const scores = await scoreRidge(await factorDesign(x, xTest, options), y, yTest, options);
  audit = joinAudits(audit, await auditHardRidge(hard, scores));
}
console.log(describeAudit(nDesigns, audit.found));
console.log(
  audit.wrong.length === 0 ? "none wrong" : `${audit.wrong.length} wrong:\n${audit.wrong.slice(0, 10).join("\n")}`,
);

const onEach = async (provider) => {
  const model = await loadLanguageModel(embeddedModelFolder(), { device: { provider } });
  const states = await model.hiddenStates(Int32Array.from({ length: 256 }, (_, i) => (i * 7) % 4000));
  await model.close();
  return states;
};
const [cpuStates, gpuStates] = [await onEach("cpu"), await onEach("webgpu")];
let [off, greatest] = [0, 0];
for (const [layer, { data }] of cpuStates) {
  for (const [i, value] of data.entries()) {
    off = Math.max(off, Math.abs(gpuStates.get(layer).data[i] - value));
    greatest = Math.max(greatest, Math.abs(value));
  }
}
console.log(`hidden states of 256 tokens: off by ${(off / greatest).toExponential(1)} of the greatest`);

const [nTrain, nTest, nColumns, nTargets, nModels] = [800, 200, 240, Number(values.targets), 4];
const random = createRandom(1);
const rows = (one, from, to) => Matrix.of(one.data.slice(from * nColumns, to * nColumns), to - from, nColumns);
const designs = Array.from({ length: nModels }, () => {
  const data = new Float32Array((nTrain + nTest) * nColumns);
  for (let at = 0; at < data.length; at++) {
    const [i, j] = [Math.floor(at / nColumns), at % nColumns];
    data[at] = j % 6 === 0 || i === 0 ? (5 * random.normal()) / Math.sqrt(1 + (j % 40)) : data[at - nColumns - 1];
  }
  return Matrix.of(data, nTrain + nTest, nColumns);
});
const y = Matrix.of(new Float32Array((nTrain + nTest) * nTargets), nTrain + nTest, nTargets);
for (let at = 0; at < y.data.length; at++) {
  const strength = [0, 0.05, 0.1, 0.2][(at % nTargets) % 4];
  y.data[at] =
    random.normal() + strength * designs[0].data[Math.floor(at / nTargets) * nColumns + ((at % nTargets) % nColumns)];
}
const indices = (from, to) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const folds = [{ index: 0, train: indices(0, nTrain), test: indices(nTrain, nTrain + nTest) }];
const scorers = {};
for (const provider of ["cpu", "webgpu"]) {
  const ridge = resolveRidgeOptions({ device: { provider } }, "bench");
  const prepared = [];
  for (const one of designs)
    prepared.push(await factorDesign(rows(one, 0, nTrain), rows(one, nTrain, nTrain + nTest), ridge));
  const workspace = openWorkspace({ provider });
  const models = { nModels, folds, ridge, designOf: (model) => prepared[model], average: "folds", workspace };
  scorers[provider] = () => scoreBlock(models, targetRows(y, indices(0, nTargets)));
}
const times = { cpu: [], webgpu: [] };
for (let repeat = 0; repeat < 4; repeat++) {
  for (const [provider, score] of Object.entries(scorers)) {
    const started = performance.now();
    await score();
    // The first is for warming up.
    if (repeat > 0) times[provider].push((performance.now() - started) / (nModels * nTargets));
  }
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
for (const [provider, all] of Object.entries(times)) {
  console.log(`a vertex and design on ${provider}: ${(1000 * median(all)).toFixed(1)} µs`);
}
process.exit(0);
