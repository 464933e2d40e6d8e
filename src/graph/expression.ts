import { ShapeError } from "../errors.ts";

/** Element types that cortecast's graphs use. */
export type DataType = "float32" | "float64" | "int32" | "int64" | "bool";

/** The array that holds elements of each type; booleans are bytes 0 and 1. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly bool: Uint8Array;
}

/** Any array that can be fed to a graph. */
export type TensorData = ArrayOf[DataType];

/** A length as a number, or a name (`"nTokens"`) for one that is set only when the graph runs. */
export type Dimension = number | string;

/** The shape of an expression. */
export type Shape = readonly Dimension[];

/** A setting of an operator that is fixed while building. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/**
 * A node of a tensor expression: plain data, made by the functions of `operators.ts`, which check shapes and types.
 * `operator` is the ONNX operator's name, or `Input` (fed at run time) or `Weight` (numbers that belong to the graph).
 * Nothing in a node says how it is run, so that other walks over the same nodes (writing ONNX, differentiating) stand
 * beside each other.
 */
export interface Expression {
  readonly operator: string;
  readonly inputs: readonly Expression[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly type: DataType;
  readonly shape: Shape;
  /** The name of an `Input`; for a `Weight`, a name for messages. */
  readonly name?: string;
  /** The numbers of a `Weight`, row-major. */
  readonly data?: TensorData;
}

/** `"[nTokens, 768]"`, for messages. */
export function formatDimensions(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The shape that two shapes broadcast to, by NumPy's rule: aligned at the end; equal, or one of them 1.
 * A named dimension equals itself only.
 *
 * @throws ShapeError naming the operator and both shapes
 */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const da = a[axis - rank + a.length] ?? 1;
    const db = b[axis - rank + b.length] ?? 1;
    if (da === db || db === 1) return da;
    if (da === 1) return db;
    throw new ShapeError(
      `${operator}: shapes must broadcast (aligned at the end, equal or 1), got ${formatDimensions(a)} and ${formatDimensions(b)}.`,
    );
  });
}

/** An axis counted from the end where negative, as a plain index.
 *
 * @throws ShapeError where it leaves the shape
 */
export function resolveAxis(operator: string, axis: number, shape: Shape): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= shape.length) {
    throw new ShapeError(
      `${operator}: axis must lie in ${-shape.length}..${shape.length - 1}, got ${axis} (shape ${formatDimensions(shape)}).`,
    );
  }
  return index;
}

/** Number of elements of a shape whose lengths are all numbers, else undefined. */
export function countElements(shape: Shape): number | undefined {
  let count = 1;
  for (const dimension of shape) {
    if (typeof dimension === "string") return undefined;
    count *= dimension;
  }
  return count;
}

/** Every expression that the outputs depend on, each after its inputs. Iterative: graphs may be thousands deep. */
export function inOrder(outputs: readonly Expression[]): Expression[] {
  const ordered: Expression[] = [];
  const state = new Map<Expression, "open" | "done">();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const expression = stack.at(-1)!;
    if (!state.has(expression)) {
      state.set(expression, "open");
      for (const child of expression.inputs.toReversed()) if (!state.has(child)) stack.push(child);
      continue;
    }
    stack.pop();
    if (state.get(expression) === "open") {
      state.set(expression, "done");
      ordered.push(expression);
    }
  }
  return ordered;
}
