import { ShapeError } from "../errors.ts";
import {
  type ArrayOf,
  type Attribute,
  broadcastShapes,
  countElements,
  type DataType,
  type Dimension,
  type Expression,
  formatDimensions,
  resolveAxis,
  type Shape,
  type TensorData,
} from "./expression.ts";

// Each function makes one node and says in its error which operator was built from which shapes. Semantics are those of
// ONNX opset 20 (https://onnx.ai/onnx/operators).

function node(
  operator: string,
  inputs: readonly Expression[],
  type: DataType,
  shape: Shape,
  attributes: Readonly<Record<string, Attribute>> = {},
): Expression {
  return { operator, inputs, attributes, type, shape };
}

function sameType(operator: string, ...inputs: readonly Expression[]): DataType {
  const types = inputs.map((input) => input.type);
  if (new Set(types).size > 1) {
    throw new ShapeError(
      `${operator}: inputs must have one type, got ${types.join(" and ")} (shapes ${inputs.map((i) => formatDimensions(i.shape)).join(" and ")}). Use cast.`,
    );
  }
  return types[0]!;
}

function dataTypeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigInt64Array) return "int64";
  return "bool";
}

/** A tensor fed at run time under `name`. */
export function input(name: string, type: DataType, shape: Shape): Expression {
  return { operator: "Input", inputs: [], attributes: {}, type, shape, name };
}

/**
 * Numbers that belong to the graph; kept by reference, not copied.
 *
 * @param name - for messages
 * @throws ShapeError where `data` does not fill `shape`
 */
export function weight<Data extends ArrayOf[DataType]>(name: string, data: Data, shape: readonly number[]): Expression {
  const expected = countElements(shape);
  if (expected !== data.length) {
    throw new ShapeError(
      `weight: data must fill ${formatDimensions(shape)} (${expected}), got ${data.length} (${name}).`,
    );
  }
  return { operator: "Weight", inputs: [], attributes: {}, type: dataTypeOf(data), shape, name, data };
}

/** One number as a 0-d tensor of the given type. */
export function scalar(value: number, type: "float32" | "float64" | "int64" | "int32" = "float32"): Expression {
  const data: TensorData =
    type === "int64"
      ? BigInt64Array.of(BigInt(value))
      : type === "int32"
        ? Int32Array.of(value)
        : type === "float64"
          ? Float64Array.of(value)
          : Float32Array.of(value);
  return weight(`${value}`, data, []);
}

function indices(values: readonly number[]): Expression {
  return weight("indices", BigInt64Array.from(values, BigInt), [values.length]);
}

// ---- elementwise ------------------------------------------------------------------------------------------------

function binary(operator: string, a: Expression, b: Expression, type?: DataType): Expression {
  const common = sameType(operator, a, b);
  return node(operator, [a, b], type ?? common, broadcastShapes(operator, a.shape, b.shape));
}

function unary(operator: string, a: Expression, attributes: Readonly<Record<string, Attribute>> = {}): Expression {
  return node(operator, [a], a.type, a.shape, attributes);
}

/** a + b, broadcast. */
export const add = (a: Expression, b: Expression): Expression => binary("Add", a, b);
/** a - b, broadcast. */
export const subtract = (a: Expression, b: Expression): Expression => binary("Sub", a, b);
/** a * b elementwise, broadcast. */
export const multiplyElements = (a: Expression, b: Expression): Expression => binary("Mul", a, b);
/** a / b elementwise, broadcast. */
export const divide = (a: Expression, b: Expression): Expression => binary("Div", a, b);
/** a to the power b, elementwise, broadcast. */
export const power = (a: Expression, b: Expression): Expression => binary("Pow", a, b);
/** Elementwise larger of a and b, broadcast. */
export const maximum = (a: Expression, b: Expression): Expression => binary("Max", a, b);
/** Elementwise smaller of a and b, broadcast. */
export const minimum = (a: Expression, b: Expression): Expression => binary("Min", a, b);
/** a < b elementwise, broadcast; bool. */
export const less = (a: Expression, b: Expression): Expression => binary("Less", a, b, "bool");
/** a >= b elementwise, broadcast; bool. */
export const greaterOrEqual = (a: Expression, b: Expression): Expression => binary("GreaterOrEqual", a, b, "bool");
/** a = b elementwise, broadcast; bool. */
export const equal = (a: Expression, b: Expression): Expression => binary("Equal", a, b, "bool");

/** -a. */
export const negate = (a: Expression): Expression => unary("Neg", a);
/** Square root. */
export const squareRoot = (a: Expression): Expression => unary("Sqrt", a);
/** 1 / a. */
export const reciprocal = (a: Expression): Expression => unary("Reciprocal", a);
/** e to the power a. */
export const exponential = (a: Expression): Expression => unary("Exp", a);
/** Natural logarithm. */
export const logarithm = (a: Expression): Expression => unary("Log", a);
/** Absolute value. */
export const absolute = (a: Expression): Expression => unary("Abs", a);
/** Hyperbolic tangent. */
export const hyperbolicTangent = (a: Expression): Expression => unary("Tanh", a);
/** The error function. */
export const errorFunction = (a: Expression): Expression => unary("Erf", a);
/** max(a, 0). */
export const relu = (a: Expression): Expression => unary("Relu", a);
/** Gaussian error linear unit; exact (erf), or the tanh form that GPT-2 was trained with. */
export const gelu = (a: Expression, form: "exact" | "tanh" = "exact"): Expression =>
  unary("Gelu", a, { approximate: form === "tanh" ? "tanh" : "none" });

/** `yes` where `condition` is true, else `no`; all three broadcast. */
export function where(condition: Expression, yes: Expression, no: Expression): Expression {
  if (condition.type !== "bool") throw new ShapeError(`Where: the condition must be bool, got ${condition.type}.`);
  const type = sameType("Where", yes, no);
  const shape = broadcastShapes("Where", condition.shape, broadcastShapes("Where", yes.shape, no.shape));
  return node("Where", [condition, yes, no], type, shape);
}

/** The same numbers as another type. */
export function cast(a: Expression, type: DataType): Expression {
  return a.type === type ? a : node("Cast", [a], type, a.shape, { to: onnxTypeNumber[type] });
}

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxTypeNumber: Readonly<Record<DataType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

// ---- products ---------------------------------------------------------------------------------------------------

/** The matrix product of the last two axes; axes before them broadcast. */
export function matmul(a: Expression, b: Expression): Expression {
  const type = sameType("MatMul", a, b);
  const [rows, inner] = a.shape.slice(-2);
  const [innerB, columns] = b.shape.slice(-2);
  if (a.shape.length < 2 || b.shape.length < 2 || inner !== innerB) {
    throw new ShapeError(
      `MatMul: columns of the first must equal rows of the second, got ${formatDimensions(a.shape)} and ${formatDimensions(b.shape)}.`,
    );
  }
  const batch = broadcastShapes("MatMul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return node("MatMul", [a, b], type, [...batch, rows!, columns!]);
}

/** alpha * a b (+ c) for matrices, either of them read as transposed; c broadcasts to the result. */
export function gemm(
  a: Expression,
  b: Expression,
  c?: Expression,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean; readonly alpha?: number } = {},
): Expression {
  const type = sameType("Gemm", a, b, ...(c ? [c] : []));
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const [rows, inner] = transposeA ? a.shape.toReversed() : a.shape;
  const [innerB, columns] = transposeB ? b.shape.toReversed() : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== innerB) {
    throw new ShapeError(
      `Gemm: two matrices whose inner lengths agree are needed, got ${formatDimensions(a.shape)}${transposeA ? " transposed" : ""} and ${formatDimensions(b.shape)}${transposeB ? " transposed" : ""}.`,
    );
  }
  const shape = [rows!, columns!];
  if (c && formatDimensions(broadcastShapes("Gemm", c.shape, shape)) !== formatDimensions(shape)) {
    throw new ShapeError(
      `Gemm: the addend must broadcast to ${formatDimensions(shape)}, got ${formatDimensions(c.shape)}.`,
    );
  }
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } };
  return node("Gemm", c ? [a, b, c] : [a, b], type, shape, attributes);
}

// ---- reductions -------------------------------------------------------------------------------------------------

function reduce(operator: string, a: Expression, axes: readonly number[], keep: boolean): Expression {
  const resolved = axes.map((axis) => resolveAxis(operator, axis, a.shape));
  const shape = a.shape
    .map((dimension, axis) => (resolved.includes(axis) ? (keep ? 1 : undefined) : dimension))
    .filter((dimension) => dimension !== undefined);
  // In opset 20 ReduceSum, -Mean and -Max all take their axes as an input.
  return node(operator, [a, indices(resolved)], a.type, shape, { keepdims: keep ? 1 : 0 });
}

/** Sum over axes; `keep` leaves them with length 1. */
export const reduceSum = (a: Expression, axes: readonly number[], keep = false): Expression =>
  reduce("ReduceSum", a, axes, keep);
/** Mean over axes; `keep` leaves them with length 1. */
export const reduceMean = (a: Expression, axes: readonly number[], keep = false): Expression =>
  reduce("ReduceMean", a, axes, keep);
/** Largest over axes; `keep` leaves them with length 1. */
export const reduceMax = (a: Expression, axes: readonly number[], keep = false): Expression =>
  reduce("ReduceMax", a, axes, keep);

/** exp(a) / sum exp(a) along an axis, computed stably. */
export function softmax(a: Expression, axis = -1): Expression {
  return unary("Softmax", a, { axis: resolveAxis("Softmax", axis, a.shape) });
}

/** (a - mean) / sqrt(variance + epsilon) * scale + bias over the last axis. */
export function layerNormalisation(a: Expression, scale: Expression, bias: Expression, epsilon: number): Expression {
  const type = sameType("LayerNormalization", a, scale, bias);
  const last = a.shape.at(-1);
  for (const parameter of [scale, bias]) {
    if (parameter.shape.length !== 1 || parameter.shape[0] !== last) {
      throw new ShapeError(
        `LayerNormalization: scale and bias must have the last axis' length, got ${formatDimensions(a.shape)} and ${formatDimensions(parameter.shape)}.`,
      );
    }
  }
  return node("LayerNormalization", [a, scale, bias], type, a.shape, { axis: -1, epsilon: { float: epsilon } });
}

// ---- shapes -----------------------------------------------------------------------------------------------------

/** Axes in another order; reversed where no order is given. */
export function transposeAxes(
  a: Expression,
  order: readonly number[] = a.shape.map((_, i) => i).reverse(),
): Expression {
  const resolved = order.map((axis) => resolveAxis("Transpose", axis, a.shape));
  if (new Set(resolved).size !== a.shape.length || resolved.length !== a.shape.length) {
    throw new ShapeError(
      `Transpose: the order must name each axis once, got [${order.join(", ")}] for shape ${formatDimensions(a.shape)}.`,
    );
  }
  return node(
    "Transpose",
    [a],
    a.type,
    resolved.map((axis) => a.shape[axis]!),
    { perm: resolved },
  );
}

/**
 * The same numbers in another shape. Named dimensions may move, but only one may be of unknown length on its own: it
 * is inferred at run time.
 */
export function reshape(a: Expression, shape: Shape): Expression {
  const before = countElements(a.shape);
  const after = countElements(shape);
  const names = (s: Shape) =>
    s
      .filter((d) => typeof d === "string")
      .sort()
      .join();
  const known = (s: Shape) => countElements(s.filter((d) => typeof d === "number"));
  if (before !== after || names(a.shape) !== names(shape) || known(a.shape) !== known(shape)) {
    throw new ShapeError(
      `Reshape: both shapes must hold equally many elements, got ${formatDimensions(a.shape)} and ${formatDimensions(shape)}.`,
    );
  }
  const target = shape.map((dimension, axis) => {
    if (typeof dimension === "number") return dimension;
    return a.shape[axis] === dimension ? 0 : -1; // 0 copies the input's length of that axis
  });
  if (target.filter((length) => length === -1).length > 1) {
    throw new ShapeError(
      `Reshape: at most one named dimension may change its place, got ${formatDimensions(a.shape)} and ${formatDimensions(shape)}.`,
    );
  }
  return node("Reshape", [a, indices(target)], a.type, shape);
}

/** `a` repeated along axes of length 1 until it has `shape`; lengths must be numbers. */
export function broadcastTo(a: Expression, shape: readonly number[]): Expression {
  const result = broadcastShapes("Expand", a.shape, shape);
  return node("Expand", [a, indices(shape)], a.type, result);
}

/** A new axis of length 1 before axis `axis` of the result. */
export function unsqueeze(a: Expression, axis: number): Expression {
  const index = axis < 0 ? axis + a.shape.length + 1 : axis;
  if (!Number.isInteger(axis) || index < 0 || index > a.shape.length) {
    throw new ShapeError(
      `Unsqueeze: axis must lie in 0..${a.shape.length}, got ${axis} (${formatDimensions(a.shape)}).`,
    );
  }
  return node("Unsqueeze", [a, indices([index])], a.type, a.shape.toSpliced(index, 0, 1));
}

/** Drops an axis of length 1. */
export function squeeze(a: Expression, axis: number): Expression {
  const index = resolveAxis("Squeeze", axis, a.shape);
  if (a.shape[index] !== 1) {
    throw new ShapeError(`Squeeze: axis ${axis} must have length 1, got ${formatDimensions(a.shape)}.`);
  }
  return node("Squeeze", [a, indices([index])], a.type, a.shape.toSpliced(index, 1));
}

/**
 * Elements `start` to `end` (exclusive) along an axis.
 *
 * @param start - a number, from the end where negative, or a 0-d int64 tensor; `end` likewise
 * @param length - the length of the result's axis; needed where it cannot be known from numbers
 */
export function slice(
  a: Expression,
  axis: number,
  start: number | Expression,
  end: number | Expression,
  length?: Dimension,
): Expression {
  const index = resolveAxis("Slice", axis, a.shape);
  const full = a.shape[index]!;
  const known =
    typeof full === "number" && typeof start === "number" && typeof end === "number"
      ? Math.max(0, clamp(end, full) - clamp(start, full))
      : length;
  if (known === undefined) {
    throw new ShapeError(
      `Slice: a length must be given where it does not follow from numbers, got ${formatDimensions(a.shape)}.`,
    );
  }
  const bound = (value: number | Expression) => (typeof value === "number" ? indices([value]) : unsqueeze(value, 0));
  const inputs = [a, bound(start), bound(end), indices([index])];
  return node("Slice", inputs, a.type, a.shape.with(index, known));
}

function clamp(position: number, length: number): number {
  return Math.min(length, Math.max(0, position < 0 ? position + length : position));
}

/**
 * Tensors one after the other along an axis; all other lengths must agree.
 *
 * @param total - the length of the result's axis; needed where it cannot be known from numbers
 */
export function concat(parts: readonly Expression[], axis: number, total?: Dimension): Expression {
  const first = parts[0];
  if (!first) throw new ShapeError("Concat: at least one tensor must be given, got none.");
  const type = sameType("Concat", ...parts);
  const index = resolveAxis("Concat", axis, first.shape);
  let length = total ?? 0;
  for (const part of parts) {
    const along = part.shape[index];
    const agrees =
      part.shape.length === first.shape.length && part.shape.every((d, i) => i === index || d === first.shape[i]);
    if (!agrees || (typeof along !== "number" && total === undefined)) {
      throw new ShapeError(
        `Concat: shapes must agree but for axis ${index}, whose lengths must be known, got ${formatDimensions(first.shape)} and ${formatDimensions(part.shape)}.`,
      );
    }
    if (total === undefined) length = (length as number) + (along as number);
  }
  return node("Concat", parts, type, first.shape.with(index, length), { axis: index });
}

/** The entries of `a` along `axis` that `positions` (int64 or int32) name; their shape takes the axis' place. */
export function gather(a: Expression, positions: Expression, axis = 0): Expression {
  const index = resolveAxis("Gather", axis, a.shape);
  if (positions.type !== "int64" && positions.type !== "int32") {
    throw new ShapeError(`Gather: positions must be int64 or int32, got ${positions.type}.`);
  }
  const shape = [...a.shape.slice(0, index), ...positions.shape, ...a.shape.slice(index + 1)];
  return node("Gather", [a, positions], a.type, shape, { axis: index });
}

/** The length of one axis as a 0-d int64 tensor, at run time. */
export function lengthOf(a: Expression, axis: number): Expression {
  const index = resolveAxis("Shape", axis, a.shape);
  const length = node("Shape", [a], "int64", [1], { start: index, end: index + 1 });
  return squeeze(length, 0);
}

/** Whole numbers start, start + 1, ..., end - 1 as int64, [name]. */
export function wholeNumbersFrom(start: Expression, end: Expression, name: Dimension): Expression {
  return node("Range", [start, end, scalar(1, "int64")], "int64", [name]);
}
