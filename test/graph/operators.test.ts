import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import type { Expression } from "../../src/graph/expression.ts";
import { multiply } from "../../src/graph/multiply.ts";
import * as op from "../../src/graph/operators.ts";
import { compile, type TensorValue } from "../../src/graph/session.ts";

const float = (shape: readonly number[], data: readonly number[]): TensorValue => ({
  type: "float32",
  shape,
  data: Float32Array.from(data),
});

async function evaluate(expression: Expression, inputs: Record<string, TensorValue> = {}) {
  const session = await compile({ result: expression }, { threads: 1 });
  const { result } = await session.run(inputs);
  await session.close();
  return { shape: [...result!.shape], data: Array.from(result!.data as Float32Array, Number) };
}

const w = (shape: readonly number[], data: readonly number[]) => op.weight("w", Float32Array.from(data), shape);

describe("operators: values by hand", () => {
  const a = w([2, 3], [1, 2, 3, 4, 5, 6]);
  const row = w([3], [10, 20, 30]);
  const cases: [string, Expression, number[], number[]][] = [
    ["add broadcasts a row", op.add(a, row), [2, 3], [11, 22, 33, 14, 25, 36]],
    ["subtract", op.subtract(row, a), [2, 3], [9, 18, 27, 6, 15, 24]],
    ["multiplyElements", op.multiplyElements(a, a), [2, 3], [1, 4, 9, 16, 25, 36]],
    ["divide", op.divide(row, a), [2, 3], [10, 10, 10, 2.5, 4, 5]],
    ["power", op.power(a, op.scalar(2)), [2, 3], [1, 4, 9, 16, 25, 36]],
    ["maximum", op.maximum(a, op.scalar(4)), [2, 3], [4, 4, 4, 4, 5, 6]],
    ["minimum", op.minimum(a, op.scalar(4)), [2, 3], [1, 2, 3, 4, 4, 4]],
    ["negate", op.negate(row), [3], [-10, -20, -30]],
    ["squareRoot", op.squareRoot(w([2], [4, 9])), [2], [2, 3]],
    ["reciprocal", op.reciprocal(w([2], [4, 0.5])), [2], [0.25, 2]],
    ["absolute", op.absolute(w([2], [-4, 0.5])), [2], [4, 0.5]],
    ["relu", op.relu(w([2], [-4, 0.5])), [2], [0, 0.5]],
    ["where", op.where(op.less(a, op.scalar(3)), a, op.scalar(0)), [2, 3], [1, 2, 0, 0, 0, 0]],
    ["greaterOrEqual", op.cast(op.greaterOrEqual(a, op.scalar(3)), "float32"), [2, 3], [0, 0, 1, 1, 1, 1]],
    ["equal", op.cast(op.equal(a, op.scalar(3)), "float32"), [2, 3], [0, 0, 1, 0, 0, 0]],
    ["matmul", op.matmul(a, w([3, 1], [1, 0, -1])), [2, 1], [-2, -2]],
    [
      "gemm transposed",
      op.gemm(a, w([2, 3], [1, 0, 0, 0, 1, 0]), row2(), { transposeB: true, alpha: 2 }),
      [2, 2],
      [102, 204, 108, 210],
    ],
    ["reduceSum", op.reduceSum(a, [0]), [3], [5, 7, 9]],
    ["reduceMean keeps the axis", op.reduceMean(a, [1], true), [2, 1], [2, 5]],
    ["reduceMax", op.reduceMax(a, [0, 1]), [], [6]],
    ["softmax of equal numbers", op.softmax(w([1, 4], [7, 7, 7, 7])), [1, 4], [0.25, 0.25, 0.25, 0.25]],
    ["transposeAxes", op.transposeAxes(a), [3, 2], [1, 4, 2, 5, 3, 6]],
    ["reshape", op.reshape(a, [3, 2]), [3, 2], [1, 2, 3, 4, 5, 6]],
    ["unsqueeze", op.unsqueeze(row, 0), [1, 3], [10, 20, 30]],
    ["squeeze", op.squeeze(op.unsqueeze(row, 1), -1), [3], [10, 20, 30]],
    ["slice from the end", op.slice(a, 1, -2, 3), [2, 2], [2, 3, 5, 6]],
    [
      "slice with a bound that is computed",
      op.slice(row, 0, op.subtract(op.lengthOf(row, 0), op.scalar(2, "int64")), 3, 2),
      [2],
      [20, 30],
    ],
    ["concat", op.concat([a, a], 1), [2, 6], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]],
    ["gather", op.gather(a, op.weight("i", BigInt64Array.of(1n, 1n), [2]), 0), [2, 3], [4, 5, 6, 4, 5, 6]],
    ["broadcastTo", op.broadcastTo(row, [2, 3]), [2, 3], [10, 20, 30, 10, 20, 30]],
    [
      "wholeNumbersFrom",
      op.cast(op.wholeNumbersFrom(op.scalar(2, "int64"), op.scalar(5, "int64"), 3), "float32"),
      [3],
      [2, 3, 4],
    ],
    ["lengthOf", op.cast(op.lengthOf(a, 1), "float32"), [], [3]],
  ];
  function row2() {
    return w([2], [100, 200]);
  }
  test.each(cases)("%s", async (_title, expression, shape, data) => {
    expect(await evaluate(expression)).toEqual({ shape, data });
    expect(expression.shape).toEqual(shape);
  });

  test("layerNormalisation: (1, 3) has mean 2 and deviation 1", async () => {
    const one = w([2], [1, 1]);
    const normal = op.layerNormalisation(w([1, 2], [1, 3]), one, w([2], [0.5, 0.5]), 0);
    expect((await evaluate(normal)).data).toEqual([-0.5, 1.5]);
  });

  test("identity: exp(log x) = x, tanh and erf are odd, gelu(x) = x Phi(x)", async () => {
    const x = w([3], [0.5, 1, 2]);
    // 1e-6: a few units in the last place of float32
    const close = (values: number[], expected: number[]) =>
      values.forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
      });
    close((await evaluate(op.exponential(op.logarithm(x)))).data, [0.5, 1, 2]);
    close((await evaluate(op.add(op.hyperbolicTangent(x), op.hyperbolicTangent(op.negate(x))))).data, [0, 0, 0]);
    const phi = op.multiplyElements(
      op.scalar(0.5),
      op.add(op.scalar(1), op.errorFunction(op.divide(x, op.scalar(Math.SQRT2)))),
    );
    close((await evaluate(op.subtract(op.gelu(x), op.multiplyElements(x, phi)))).data, [0, 0, 0]);
    const cube = op.multiplyElements(op.scalar(0.044715), op.power(x, op.scalar(3)));
    const inner = op.multiplyElements(op.scalar(Math.sqrt(2 / Math.PI)), op.add(x, cube));
    const byHand = op.multiplyElements(
      op.multiplyElements(op.scalar(0.5), x),
      op.add(op.scalar(1), op.hyperbolicTangent(inner)),
    );
    close((await evaluate(op.subtract(op.gelu(x, "tanh"), byHand))).data, [0, 0, 0]);
  });

  test("named dimensions are filled in when the graph runs", async () => {
    const x = op.input("x", "float32", ["n", 4]);
    const heads = op.transposeAxes(op.reshape(x, ["n", 2, 2]), [1, 0, 2]);
    const { shape, data } = await evaluate(heads, { x: float([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]) });
    expect(shape).toEqual([2, 2, 2]);
    expect(data).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  });

  test("parts of named lengths, one after the other, are the whole again (identity)", async () => {
    const x = op.input("x", "float32", ["n", 1]);
    const half = op.divide(op.lengthOf(x, 0), op.scalar(2, "int64"));
    const whole = op.concat(
      [op.slice(x, 0, 0, half, "nFirst"), op.slice(x, 0, half, op.lengthOf(x, 0), "nSecond")],
      0,
      "n",
    );
    expect(whole.shape).toEqual(["n", 1]);
    expect(await evaluate(whole, { x: float([3, 1], [1, 2, 3]) })).toEqual({ shape: [3, 1], data: [1, 2, 3] });
  });
});

describe("operators: what cannot be built is refused, naming the operator and both shapes", () => {
  const a = w([2, 3], [1, 2, 3, 4, 5, 6]);
  const b = w([2, 2], [1, 2, 3, 4]);
  const double = op.weight("d", Float64Array.of(1), [1]);
  const n = op.input("x", "float32", ["n", 4]);
  test.each<[string, () => Expression, string]>([
    ["add", () => op.add(a, b), "Add: shapes must broadcast (aligned at the end, equal or 1), got [2, 3] and [2, 2]."],
    ["types", () => op.add(a, double), "Add: inputs must have one type, got float32 and float64"],
    [
      "matmul",
      () => op.matmul(a, b),
      "MatMul: columns of the first must equal rows of the second, got [2, 3] and [2, 2].",
    ],
    ["gemm", () => op.gemm(a, b, undefined, { transposeB: true }), "Gemm: two matrices whose inner lengths agree"],
    ["gemm addend", () => op.gemm(b, b, w([3], [1, 2, 3])), "Gemm: shapes must broadcast"],
    ["reduce", () => op.reduceSum(a, [2]), "ReduceSum: axis must lie in -2..1, got 2 (shape [2, 3])."],
    ["reshape", () => op.reshape(a, [4]), "Reshape: both shapes must hold equally many elements, got [2, 3] and [4]."],
    [
      "reshape named",
      () => op.reshape(n, [4, "m"]),
      "Reshape: both shapes must hold equally many elements, got [n, 4] and [4, m].",
    ],
    ["transpose", () => op.transposeAxes(a, [0, 0]), "Transpose: the order must name each axis once, got [0, 0]"],
    ["concat", () => op.concat([a, b], 0), "Concat: shapes must agree but for axis 0"],
    ["concat nothing", () => op.concat([], 0), "Concat: at least one tensor must be given, got none."],
    ["squeeze", () => op.squeeze(a, 0), "Squeeze: axis 0 must have length 1, got [2, 3]."],
    ["unsqueeze", () => op.unsqueeze(a, 4), "Unsqueeze: axis must lie in 0..2, got 4 ([2, 3])."],
    [
      "slice",
      () => op.slice(n, 0, 0, 2),
      "Slice: a length must be given where it does not follow from numbers, got [n, 4].",
    ],
    [
      "slice bound",
      () => op.slice(a, 0, op.scalar(0, "int64"), 2),
      "Slice: a length must be given where it does not follow from numbers, got [2, 3].",
    ],
    [
      "concat named",
      () => op.concat([n, n], 0),
      "Concat: shapes must agree but for axis 0, whose lengths must be known, got [n, 4] and [n, 4].",
    ],
    ["gather", () => op.gather(a, b), "Gather: positions must be int64 or int32, got float32."],
    ["where", () => op.where(a, a, a), "Where: the condition must be bool, got float32."],
    [
      "layer norm",
      () => op.layerNormalisation(a, w([2], [1, 1]), w([2], [1, 1]), 0),
      "LayerNormalization: scale and bias must",
    ],
    ["weight", () => w([2, 2], [1, 2, 3]), "weight: data must fill [2, 2] (4), got 3 (w)."],
  ])("%s", (_title, build, message) => {
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  });
});

describe("compile", () => {
  test("weights beyond the inline size are handed over beside the model (agreement with a plain loop)", async () => {
    const random = createRandom(1);
    const table = Float32Array.from({ length: 40 * 50 }, () => random.normal());
    const x = op.input("x", "float32", ["n", 40]);
    const session = await compile({ y: op.matmul(x, op.weight("table", table, [40, 50])), x }, { threads: 2 });
    const one = new Float32Array(40);
    one[7] = 1;
    const { y, x: same } = await session.run({ x: { type: "float32", shape: [1, 40], data: one } });
    expect(y!.data).toEqual(table.slice(7 * 50, 8 * 50));
    expect(same!.data).toEqual(one);
    await session.close();
  });

  test.each([
    ["missing", {}, 'input "x" must be given, got none.'],
    ["unknown", { z: float([1], [1]) }, 'inputs must be among x, y, got "z".'],
    ["shape", { x: float([2], [1, 2]) }, 'input "x" must be float32 [n, 2], got float32 [2].'],
    [
      "type",
      { x: { type: "float64", shape: [1, 2], data: new Float64Array(2) } as const },
      "must be float32 [n, 2], got float64 [1, 2]",
    ],
    ["count", { x: float([2, 2], [1, 2]) }, "must hold 4 numbers for shape [2, 2], got 2"],
    [
      "named lengths disagree",
      { x: float([1, 2], [1, 2]), y: float([2, 2], [1, 2, 3, 4]) },
      "got float32 [2, 2] (n = 1)",
    ],
  ] as [string, Record<string, TensorValue>, string][])(
    "refuses inputs that do not fit: %s",
    async (_t, inputs, message) => {
      const session = await compile({
        sum: op.add(op.input("x", "float32", ["n", 2]), op.input("y", "float32", ["n", 2])),
      });
      await expect(session.run(inputs)).rejects.toThrow(message);
      await session.close();
    },
  );

  test("two inputs of one name are refused", async () => {
    const twice = op.add(op.input("x", "float32", [1]), op.input("x", "float32", [1]));
    await expect(compile({ twice })).rejects.toThrow('each input must have a name of its own, got "x" twice');
  });

  test("threads must be a whole number", async () => {
    await expect(compile({ x: op.scalar(1) }, { threads: 0.5 })).rejects.toThrow(
      "threads must be a whole number from 1, got 0.5",
    );
  });
});

describe("multiply", () => {
  const random = createRandom(2);
  const matrix = (rows: number, columns: number) =>
    Matrix.of(
      Float64Array.from({ length: rows * columns }, () => random.normal()),
      rows,
      columns,
    );
  const plain = (a: Matrix, b: Matrix, ta: boolean, tb: boolean) => {
    const at = (m: Matrix, i: number, j: number, t: boolean) =>
      t ? m.data[j * m.nColumns + i]! : m.data[i * m.nColumns + j]!;
    const n = ta ? a.nColumns : a.nRows;
    const k = ta ? a.nRows : a.nColumns;
    const m = tb ? b.nRows : b.nColumns;
    return Float64Array.from({ length: n * m }, (_, index) => {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += at(a, Math.floor(index / m), p, ta) * at(b, p, index % m, tb);
      return sum;
    });
  };
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("agreement with a triple loop, transposeA %s, transposeB %s", async (transposeA, transposeB) => {
    const a = transposeA ? matrix(7, 5) : matrix(5, 7);
    const b = transposeB ? matrix(3, 7) : matrix(7, 3);
    const product = await multiply(a, b, { transposeA, transposeB });
    const expected = plain(a, b, transposeA, transposeB);
    // 1e-14: seven terms of order one in double precision, summed in another order
    product.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-14);
    });
  });

  test.each(["webgpu", "cuda"] as const)("double precision, %s: runs on the CPU (agreement)", async (provider) => {
    const [a, b] = [matrix(5, 7), matrix(7, 3)];
    expect(await multiply(a, b, { device: { provider } })).toEqual(await multiply(a, b));
  });

  test("an empty inner length gives zeros", async () => {
    expect((await multiply(Matrix.zeros(2, 0), Matrix.zeros(0, 3))).data).toEqual(new Float64Array(6));
  });

  test("refuses shapes and precisions that differ", async () => {
    await expect(multiply(Matrix.zeros(2, 3), Matrix.zeros(2, 3))).rejects.toThrow(
      "multiply: inner lengths and precisions must agree, got 2 x 3 (float64) and 2 x 3 (float64).",
    );
  });
});
