// What does it cost to choose the penalty of a target: by definition, by all errors in double precision, and by bounds in single? One design
// of 800 volumes and 240 columns, ten penalties, leave-one-out, 2,048 targets (32 by definition); time a target, on one thread. The choosers take turns.
//
// Usage: npm run build && node bench/choice.js [volumes columns targets]
import { appendFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Matrix } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { openWorkspace } from "../dist/graph/workspace.js";
import { chooseByBounds } from "../dist/ridge/by-bounds.js";
import { errorsByDefinition } from "../dist/ridge/by-definition.js";
import { chooseByErrors, errorBatch } from "../dist/ridge/by-errors.js";
import { factorDesign } from "../dist/ridge/factor.js";
import { prepareTargets, sliceTargets } from "../dist/ridge/targets.js";

const [nSamples, nColumns, nTargets] = [800, 240, 2048].map((size, i) => Number(process.argv[2 + i] ?? size));
const nDefined = Math.min(nTargets, 32);
const nRepeats = 5;
const random = createRandom(1);

/** Components that fall off in size, each followed by itself five volumes late. */
const x = Matrix.of(new Float64Array(nSamples * nColumns), nSamples, nColumns);
for (let at = 0; at < x.data.length; at++) {
  const [i, j] = [Math.floor(at / nColumns), at % nColumns];
  const isNew = j % 6 === 0 || i === 0;
  x.data[at] = isNew ? (5 * random.normal()) / Math.sqrt(1 + (j % 40)) : x.data[at - nColumns - 1];
}
/** From none to a third of the variance is the design's. */
const rows = Matrix.of(new Float32Array(nTargets * nSamples), nTargets, nSamples);
for (let t = 0; t < nTargets; t++) {
  const columns = Array.from({ length: 5 }, () => Math.floor(random.uniform() * nColumns));
  const strength = [0, 0.02, 0.05, 0.1][t % 4];
  for (let i = 0; i < nSamples; i++) {
    let value = random.normal();
    for (const column of columns) value += strength * x.data[i * nColumns + column];
    rows.data[t * nSamples + i] = value;
  }
}
const workspace = openWorkspace({ threads: 1 });
const design = await factorDesign(x, undefined, { device: { threads: 1 } });
const exact = await design.exact();
const double = prepareTargets(rows, undefined, true, new Float64Array(0));
const single = prepareTargets(rows, undefined, true, new Float32Array(0));
const width = errorBatch(exact);

/** Each gives the best penalties of as many targets as it takes. */
const choosers = {
  "by definition": () =>
    Int32Array.from({ length: nDefined }, (_, t) => {
      const { errors } = errorsByDefinition(exact, double.data.subarray(t * nSamples, (t + 1) * nSamples));
      return errors.indexOf(Math.min(...errors));
    }),
  "by all errors": async () => {
    const best = new Int32Array(nTargets);
    for (let start = 0; start < nTargets; start += width) {
      const some = sliceTargets(double, start, Math.min(nTargets, start + width));
      best.set((await chooseByErrors(exact, some, workspace)).best, start);
    }
    return best;
  },
  "by bounds": async () =>
    (await chooseByBounds(design.bounds, single, { wantsErrors: false, workspace })).best.slice(),
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const times = Object.fromEntries(Object.keys(choosers).map((name) => [name, []]));
const found = {};
for (let repeat = 0; repeat <= nRepeats; repeat++) {
  for (const [name, choose] of Object.entries(choosers)) {
    const started = performance.now();
    found[name] = await choose();
    // The first is for warming up.
    if (repeat > 0) times[name].push(((performance.now() - started) * 1e3) / found[name].length);
  }
}
const micros = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
// What bounds leave open, double precision decides.
const nOpen = found["by bounds"].filter((best) => best === -1).length;
const nOther = found["by bounds"].filter((best, t) => best !== -1 && best !== found["by all errors"][t]).length;
const nWrong = found["by definition"].filter((best, t) => best !== found["by all errors"][t]).length;
if (nWrong > 0) throw new Error(`all errors must choose as the definition does, got ${nWrong} others.`);
const text = [
  `\n## choice.js: ${nSamples} volumes, ${nColumns} columns, ${nTargets} targets, ten penalties, leave-one-out; time a target on one thread\n`,
  "| date | by definition | by all errors | by bounds | definition / errors | errors / bounds | left open by bounds | other penalties by bounds | machine |",
  "|---|---|---|---|---|---|---|---|---|",
  `| ${[
    new Date().toISOString().slice(0, 10),
    ...Object.values(micros).map((time) => `${time.toFixed(1)} µs`),
    (micros["by definition"] / micros["by all errors"]).toFixed(1),
    `**${(micros["by all errors"] / micros["by bounds"]).toFixed(1)}**`,
    nOpen,
    nOther,
    `${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node}`,
  ].join(" | ")} |`,
  "",
].join("\n");
console.log(text);
if (process.argv.length < 3) appendFileSync(join(dirname(fileURLToPath(import.meta.url)), "RESULTS.md"), text);
