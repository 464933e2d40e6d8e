// How long do the bands of all forecast windows of one fold take: 41 distances, windows of 7 words, 768 units, 1,000
// volumes of which 800 are trained on, 20 components, 6 delays? Inner products summed over words beside windows that are
// formed, of which a few are timed and the mean is taken times 41; beside both, the eigenvectors that both look for.
//
// Usage: npm run build && GLIBC_TUNABLES=glibc.malloc.hugetlb=1 node bench/windows.js   (2 GB of memory)
import { appendFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinColumns, Matrix, takeRows } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { beforeReduction, fitBand } from "../dist/features/design.js";
import { slidingBands } from "../dist/features/sliding-windows.js";
import { forecastWindow } from "../dist/features/window.js";
import { multiply } from "../dist/graph/multiply.js";
import { leadingEigen } from "../dist/linear-algebra/leading-eigen.js";
import { trainingKernel } from "../dist/ridge/kernel.js";
import { wordsToVolumes } from "../dist/stimulus/volumes.js";

const [nVolumes, nUnits, width, nWords] = [1000, 768, 7, 3750];
const distances = Array.from({ length: 41 }, (_, k) => k - 10);
const formedDistances = [-10, 0, 8, 15, 30];
const options = { storyLengths: [600, 400], components: 20 };
const train = Int32Array.from({ length: 800 }, (_, i) => (i < 400 ? i : i + 200));

// Activations are mixtures of some 100 signals that fall off in size and are remembered from word to word, plus noise.
const random = createRandom(1);
const nSignals = 100;
const signals = new Float64Array(nWords * nSignals);
for (let word = 0, at = 0; word < nWords; word++) {
  for (let k = 0; k < nSignals; k++, at++) {
    const memory = 0.9 * (1 - k / nSignals);
    signals[at] = random.normal() / (1 + k) ** 0.7 + (word > 0 ? memory * signals[at - nSignals] : 0);
  }
}
const mixing = Float64Array.from({ length: nSignals * nUnits }, () => random.normal());
const mixed = await multiply(Matrix.of(signals, nWords, nSignals), Matrix.of(mixing, nSignals, nUnits));
const words = Matrix.of(
  Float32Array.from(mixed.data, (value) => value + 0.3 * random.normal()),
  nWords,
  nUnits,
);
const onsets = Float64Array.from({ length: nWords }, () => 1500 * random.uniform()).sort();
const offsets = new Map();
for (let offset = distances[0] - width + 1; offset <= distances.at(-1); offset++) {
  const shifted = forecastWindow(words, { distance: offset, width: 1 });
  offsets.set(offset, wordsToVolumes(shifted, onsets, { nVolumes, repetitionTime: 1.5 }));
}
const windows = { distances, width, featuresAt: (offset) => offsets.get(offset) };
const windowAt = (distance) =>
  joinColumns(Array.from({ length: width }, (_, k) => offsets.get(distance - width + 1 + k)));

async function timed(work) {
  const started = performance.now();
  const result = await work();
  return [result, (performance.now() - started) / 1e3];
}

async function slide() {
  const bands = new Map();
  for await (const band of slidingBands(windows, train, options)) bands.set(band.distance, band.columns);
  return bands;
}

/** Of columns of variance 1, each of which may have the other sign. */
function greatestDifference(a, b) {
  let greatest = 0;
  for (let j = 0; j < a.nColumns; j++) {
    let product = 0;
    for (let at = j; at < a.data.length; at += a.nColumns) product += a.data[at] * b.data[at];
    for (let at = j; at < a.data.length; at += a.nColumns) {
      greatest = Math.max(greatest, Math.abs(a.data[at] - Math.sign(product) * b.data[at]));
    }
  }
  return greatest;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [sliding, formed, eigen] = [[], [], []];
let greatest = 0;
await fitBand(windowAt(0), train, options);
for (const distance of formedDistances) {
  const [bands, seconds] = await timed(slide);
  sliding.push(seconds);
  const window = windowAt(distance);
  const [{ columns: band }, each] = await timed(() => fitBand(window, train, options));
  formed.push(each * distances.length);
  greatest = Math.max(greatest, greatestDifference(bands.get(distance), band));
  const kernel = takeRows(await trainingKernel(beforeReduction(window, train, options), train), train);
  const [, one] = await timed(() => leadingEigen(kernel, options.components));
  eigen.push(one * distances.length);
}
const row = [
  new Date().toISOString().slice(0, 10),
  `${median(sliding).toFixed(1)} s`,
  `${median(formed).toFixed(1)} s`,
  `**${(median(formed) / median(sliding)).toFixed(1)}**`,
  `${median(eigen).toFixed(1)} s`,
  greatest.toExponential(1),
  `${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node}`,
];
const text = [
  `\n## windows.js: bands of 41 windows of 7 x 768 columns in one fold, 1,000 volumes, 20 components, 6 delays; medians of ${sliding.length}\n`,
  "| date | summed over words | formed (times 41) | times faster | of both, eigenvectors | greatest difference, in standard deviations of a column | machine |",
  "|---|---|---|---|---|---|---|",
  `| ${row.join(" | ")} |`,
  "",
].join("\n");
console.log(text);
appendFileSync(join(dirname(fileURLToPath(import.meta.url)), "RESULTS.md"), text);
