import { type FloatArray, formatShape, Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import { compileOnce } from "./compile-once.ts";
import type { Device } from "./device.ts";
import { gemm, input } from "./operators.ts";
import type { TensorValue } from "./session.ts";

/** How {@link multiply} reads its arguments, and where it runs. */
export interface MultiplyOptions {
  /** Read `a` as its transpose (default false). */
  readonly transposeA?: boolean | undefined;
  /** Read `b` as its transpose (default false). */
  readonly transposeB?: boolean | undefined;
  readonly device?: Device | undefined;
}

/**
 * The matrix product a b, in the precision of its arguments, by ONNX Runtime on all threads of the device.
 *
 * @param a - [n x k], or [k x n] with `transposeA`
 * @param b - [k x m], or [m x k] with `transposeB`, in the precision of `a`
 * @returns [n x m]
 * @throws ShapeError where inner lengths or precisions differ
 * @throws OptionError where the device's `threads` is not a whole number from 1
 * @throws DeviceError where the runtime fails or has no such provider
 */
export async function multiply<Data extends FloatArray>(
  a: Matrix<Data>,
  b: Matrix<Data>,
  options: MultiplyOptions = {},
): Promise<Matrix<Data>> {
  const { transposeA = false, transposeB = false, device = {} } = options;
  const [n, k] = transposeA ? [a.nColumns, a.nRows] : [a.nRows, a.nColumns];
  const [kOfB, m] = transposeB ? [b.nColumns, b.nRows] : [b.nRows, b.nColumns];
  const type = a.data instanceof Float32Array ? "float32" : "float64";
  if (k !== kOfB || b.data instanceof Float32Array !== (type === "float32")) {
    throw new ShapeError(
      `multiply: inner lengths and precisions must agree, got ${formatShape(a)}${transposeA ? " transposed" : ""} (${type}) and ${formatShape(b)}${transposeB ? " transposed" : ""} (${b.data instanceof Float32Array ? "float32" : "float64"}).`,
    );
  }
  if (n === 0 || m === 0 || k === 0) {
    const zeros = type === "float32" ? new Float32Array(n * m) : new Float64Array(n * m);
    return Matrix.of(zeros as Data, n, m);
  }
  const graph = () => {
    const left = input("a", type, transposeA ? ["k", "n"] : ["n", "k"]);
    const right = input("b", type, transposeB ? ["m", "k"] : ["k", "m"]);
    return { product: gemm(left, right, undefined, { transposeA, transposeB }) };
  };
  const session = await compileOnce(["multiply", type, transposeA, transposeB].join(), graph, device);
  const value = (x: Matrix): TensorValue => ({ type, shape: [x.nRows, x.nColumns], data: x.data });
  const { product } = await session.run({ a: value(a), b: value(b) });
  return Matrix.of(product!.data as Data, n, m);
}
