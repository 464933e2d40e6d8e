// How long do the bands of all forecast windows of one fold take: 41 distances, windows of 7 words, 768 units, 1,000
// volumes of which 800 are trained on, 20 components, 6 delays? Sums of the words' inner products beside windows that are
// formed, each of a few distances in turns with the others; beside these the part that both share, the eigenvectors.
//
// Usage: npm run build && GLIBC_TUNABLES=glibc.malloc.hugetlb=1 node bench/windows.js   (2 GB of memory)
import { appendFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinColumns, Matrix, takeRows } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { fitBand } from "../dist/features/design.js";
import { slidingBands } from "../dist/features/sliding-windows.js";
import { forecastWindow } from "../dist/features/window.js";
import { multiply } from "../dist/graph/multiply.js";
import { leadingEigen } from "../dist/regression/leading-eigen.js";
import { wordsToVolumes } from "../dist/stimulus/volumes.js";

const [nVolumes, nUnits, width, nWords] = [1000, 768, 7, 3750];
const distances = Array.from({ length: 41 }, (_, k) => k - 10);
const formedDistances = [-10, 8, 30];
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
const featuresAt = (offset) =>
  wordsToVolumes(forecastWindow(words, { distance: offset, width: 1 }), onsets, { nVolumes, repetitionTime: 1.5 });
const offsets = new Map();
for (let offset = distances[0] - width + 1; offset <= distances.at(-1); offset++)
  offsets.set(offset, featuresAt(offset));
const windows = { distances, width, featuresAt: (offset) => offsets.get(offset) };

async function formed(distance) {
  const started = performance.now();
  const parts = Array.from({ length: width }, (_, k) => offsets.get(distance - width + 1 + k));
  const columns = await fitBand(joinColumns(parts), train, options);
  return { columns, seconds: (performance.now() - started) / 1e3 };
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

async function eigenSeconds() {
  const part = takeRows(offsets.get(0), train);
  const centred = Matrix.zeros(part.nRows, part.nColumns);
  const means = new Float64Array(part.nColumns);
  part.data.forEach((value, at) => (means[at % part.nColumns] += value / part.nRows));
  part.data.forEach((value, at) => (centred.data[at] = value - means[at % part.nColumns]));
  const gram = await multiply(centred, centred, { transposeB: true });
  const started = performance.now();
  await leadingEigen(gram, 20);
  return (performance.now() - started) / 1e3;
}

await formed(0);
const bands = new Map();
const direct = [];
let greatest = 0;
const started = performance.now();
for await (const { distance, columns } of slidingBands(windows, train, options)) bands.set(distance, columns);
const sliding = (performance.now() - started) / 1e3;
for (const distance of formedDistances) {
  const { columns, seconds } = await formed(distance);
  direct.push(seconds);
  greatest = Math.max(greatest, greatestDifference(bands.get(distance), columns));
}
const eigen = await eigenSeconds();
const each = direct.reduce((sum, seconds) => sum + seconds, 0) / direct.length;
console.log({ sliding, each, all: each * 41, ratio: (each * 41) / sliding, greatest, eigen });
