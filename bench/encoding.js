// How long does it take to choose a penalty for every vertex, predict held-out volumes and correlate: one fold of 1,000
// volumes, ten designs of 240 columns (delayed components, as of ten forecast distances), 8,192 vertices, ten penalties,
// leave-one-out? Beside it, in the same run, scikit-learn's RidgeCV (alpha_per_target) in double precision, as the paper
// used it, on one design of the ten; both are given as time a vertex and design. The readers take turns.
//
// Usage: npm run build && CORTECAST_PYTHON=<a Python with scikit-learn> node bench/encoding.js   (3 GB of memory)
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Matrix } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { scoreBlock } from "../dist/encoding/brain-score.js";
import { openWorkspace } from "../dist/graph/workspace.js";
import { factorDesign } from "../dist/ridge/factor.js";
import { resolveRidgeOptions } from "../dist/ridge/ridge-options.js";
import { targetRows } from "../dist/ridge/targets.js";

const [nTrain, nTest, nColumns, nTargets, nDesigns] = [800, 200, 240, 8192, 10];
const nRepeats = 3;
const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";
const random = createRandom(1);

/** Components that fall off in size, each followed by itself five volumes late. */
function design(nRows) {
  const data = new Float32Array(nRows * nColumns);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++) {
      const before = j % 6 === 0 || i === 0 ? undefined : data[(i - 1) * nColumns + j - 1];
      data[i * nColumns + j] = before ?? (5 * random.normal()) / Math.sqrt(1 + (j % 40));
    }
  }
  return Matrix.of(data, nRows, nColumns);
}

function rows(matrix, from, to) {
  return Matrix.of(matrix.data.slice(from * matrix.nColumns, to * matrix.nColumns), to - from, matrix.nColumns);
}

const designs = Array.from({ length: nDesigns }, () => design(nTrain + nTest));
const y = Matrix.of(new Float32Array((nTrain + nTest) * nTargets), nTrain + nTest, nTargets);
for (let t = 0; t < nTargets; t++) {
  // From none to a third of the variance is the first design's.
  const weights = Array.from({ length: 5 }, () => [Math.floor(random.uniform() * nColumns), random.normal()]);
  const strength = [0, 0.02, 0.05, 0.1][t % 4];
  for (let i = 0; i < nTrain + nTest; i++) {
    let value = random.normal();
    for (const [column, weight] of weights) value += strength * weight * designs[0].data[i * nColumns + column];
    y.data[i * nTargets + t] = value;
  }
}
const ridge = resolveRidgeOptions({}, "bench");
const prepared = [];
for (const one of designs)
  prepared.push(await factorDesign(rows(one, 0, nTrain), rows(one, nTrain, nTrain + nTest), ridge));
const workspace = openWorkspace();
const indices = (from, to) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const folds = [{ index: 0, train: indices(0, nTrain), test: indices(nTrain, nTrain + nTest) }];
const columns = indices(0, nTargets);
/** r and penalty of every target by some of the designs. */
async function score(nModels) {
  const models = { nModels, folds, ridge, designOf: (model) => prepared[model], average: "folds", workspace };
  return scoreBlock(models, targetRows(y, columns));
}

const program = `
import json, sys, time
import numpy, sklearn
from sklearn.linear_model import RidgeCV
folder, n_train, n_columns, n_targets = sys.argv[1], *map(int, sys.argv[2:])
x = numpy.fromfile(folder + "/x", "<f4").reshape(-1, n_columns).astype(float)
y = numpy.fromfile(folder + "/y", "<f4").reshape(-1, n_targets).astype(float)
started = time.perf_counter()
fit = RidgeCV(numpy.logspace(-1, 8, 10), alpha_per_target=True).fit(x[:n_train], y[:n_train])
p, o = fit.predict(x[n_train:]), y[n_train:]
p, o = p - p.mean(0), o - o.mean(0)
r = (p * o).sum(0) / numpy.sqrt((p ** 2).sum(0) * (o ** 2).sum(0))
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "r": r.tolist(), "alpha": fit.alpha_.tolist(), "versions": [sklearn.__version__, numpy.__version__]}))
`;

const folder = mkdtempSync(join(tmpdir(), "cortecast-bench-"));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
try {
  writeFileSync(join(folder, "x"), designs[0].data);
  writeFileSync(join(folder, "y"), y.data);
  const [ours, theirs] = [[], []];
  let [worst, nOther, versions] = [0, 0, ["", ""]];
  await score(1);
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    const started = performance.now();
    const scores = await score(nDesigns);
    ours.push(((performance.now() - started) * 1e3) / nTargets / nDesigns);
    const args = ["-c", program, folder, nTrain, nColumns, nTargets].map(String);
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
    if (status !== 0) throw new Error(`${python} must succeed, got ${status}:\n${stderr}`);
    const { seconds, r, alpha, versions: found } = JSON.parse(stdout);
    versions = found;
    theirs.push((seconds * 1e6) / nTargets);
    const same = r.map((_, t) => Math.abs(Math.log10(alpha[t] / scores.bestAlpha[t])) < 0.5);
    nOther = same.filter((one) => !one).length;
    worst = Math.max(...r.map((value, t) => (same[t] ? Math.abs(value - scores.r[t]) : 0)));
  }
  const row = [
    new Date().toISOString().slice(0, 10),
    `${median(ours).toFixed(1)} µs`,
    `${median(theirs).toFixed(1)} µs`,
    `**${(median(theirs) / median(ours)).toFixed(1)}**`,
    worst.toExponential(1),
    nOther,
    `${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node}; scikit-learn ${versions[0]}, numpy ${versions[1]}`,
  ];
  const text = [
    `\n## encoding.js: ${nTrain} + ${nTest} volumes, ${nColumns} columns, ten penalties, leave-one-out; time a vertex and design\n`,
    "| date | ours | scikit-learn | times faster | greatest difference of r | other penalties (of 8,192) | machine |",
    "|---|---|---|---|---|---|---|",
    `| ${row.join(" | ")} |`,
    "",
  ].join("\n");
  console.log(text);
  appendFileSync(join(dirname(fileURLToPath(import.meta.url)), "RESULTS.md"), text);
} finally {
  rmSync(folder, { recursive: true });
}
