// How fast ONNX Runtime multiplies matrices of 2048 x 2048 in single precision here, in a process that is started as the
// command is: prints GFLOP/s, the median of nine.
import { Matrix } from "../../dist/array/matrix.js";
import { createRandom } from "../../dist/array/random.js";
import { multiply } from "../../dist/graph/multiply.js";

const [n, nRepeats] = [2048, 9];
const random = createRandom(0);
const matrix = Matrix.of(
  Float32Array.from({ length: n * n }, () => random.normal()),
  n,
  n,
);
await multiply(matrix, matrix);
const rates = [];
for (let i = 0; i < nRepeats; i++) {
  const started = performance.now();
  await multiply(matrix, matrix);
  rates.push((2 * n ** 3) / ((performance.now() - started) * 1e6));
}
console.log(rates.toSorted((a, b) => a - b)[Math.floor(nRepeats / 2)].toFixed(1));
