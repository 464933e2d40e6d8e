import protobuf from "protobufjs/light.js";
import { OptionError } from "../errors.ts";
import { type Attribute, type DataType, type Expression, inOrder, type Shape, type TensorData } from "./expression.ts";
import { onnxTypeNumber } from "./operators.ts";

// The part of ONNX's protocol (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that is written here.
const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: [1, "int64"],
      producerName: [2, "string"],
      graph: [7, "Graph"],
      opsetImport: [8, "Opset", "repeated"],
    }),
    Opset: message({ domain: [1, "string"], version: [2, "int64"] }),
    Graph: message({
      node: [1, "Node", "repeated"],
      name: [2, "string"],
      initializer: [5, "Tensor", "repeated"],
      input: [11, "ValueInfo", "repeated"],
      output: [12, "ValueInfo", "repeated"],
    }),
    Node: message({
      input: [1, "string", "repeated"],
      output: [2, "string", "repeated"],
      name: [3, "string"],
      opType: [4, "string"],
      attribute: [5, "Attribute", "repeated"],
    }),
    Attribute: message({
      name: [1, "string"],
      f: [2, "float"],
      i: [3, "int64"],
      s: [4, "bytes"],
      ints: [8, "int64", "repeated"],
      type: [20, "int32"],
    }),
    Tensor: message({
      dims: [1, "int64", "repeated"],
      dataType: [2, "int32"],
      name: [8, "string"],
      rawData: [9, "bytes"],
      externalData: [13, "Entry", "repeated"],
      dataLocation: [14, "int32"],
    }),
    Entry: message({ key: [1, "string"], value: [2, "string"] }),
    ValueInfo: message({ name: [1, "string"], type: [2, "Type"] }),
    Type: message({ tensorType: [1, "TensorType"] }),
    TensorType: message({ elemType: [1, "int32"], shape: [2, "TensorShape"] }),
    TensorShape: message({ dim: [1, "Dimension", "repeated"] }),
    Dimension: message({ dimValue: [1, "int64"], dimParam: [2, "string"] }),
  },
});

function message(fields: Readonly<Record<string, readonly [number, string, "repeated"?]>>) {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, type, rule]]) => [name, rule ? { id, type, rule } : { id, type }]),
    ),
  };
}

/** Weights up to this many bytes lie in the model itself; larger ones are handed over beside it, without a copy. */
const largestInline = 1024;

/** An ONNX model, with the weights that are handed to the runtime beside it. */
export interface OnnxModel {
  /** The model as protocol buffer. */
  readonly bytes: Uint8Array;
  /** Weights by the name under which the model refers to them; views onto the expressions' own memory. */
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/**
 * Expressions as an ONNX model (opset 20): every node that the outputs depend on once, in order. The weights are not
 * part of the protocol buffer, whose size is limited to 2 GB, but external data: a model may be of any size.
 *
 * @throws OptionError where two inputs of different shape or type share a name
 */
export function writeOnnx(outputs: Readonly<Record<string, Expression>>): OnnxModel {
  const names = new Map<Expression, string>();
  const inputs = new Map<string, Expression>();
  const nodes: object[] = [];
  const initializers: object[] = [];
  const external: { path: string; data: Uint8Array }[] = [];

  for (const expression of inOrder(Object.values(outputs))) {
    if (expression.operator === "Input") {
      const name = expression.name!;
      const other = inputs.get(name);
      if (other) throw new OptionError(`writeOnnx: each input must have a name of its own, got "${name}" twice.`);
      inputs.set(name, expression);
      names.set(expression, name);
      continue;
    }
    const name = `v${names.size}`;
    names.set(expression, name);
    if (expression.operator === "Weight") {
      const data = asBytes(expression.data!);
      const tensor = { dims: expression.shape, dataType: onnxTypeNumber[expression.type], name };
      if (data.length <= largestInline) {
        initializers.push({ ...tensor, rawData: data });
      } else {
        external.push({ path: name, data });
        const entries = { location: name, offset: "0", length: `${data.length}` };
        const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
        initializers.push({ ...tensor, externalData, dataLocation: 1 });
      }
      continue;
    }
    nodes.push({
      input: expression.inputs.map((child) => names.get(child)!),
      output: [name],
      name,
      opType: expression.operator,
      attribute: Object.entries(expression.attributes).map(([key, value]) => writeAttribute(key, value)),
    });
  }

  // Outputs have names of their own, so that one may be called as an input is, be given out twice, or be an input.
  for (const [name, expression] of Object.entries(outputs)) {
    const output = onnxOutputName(name);
    nodes.push({ input: [names.get(expression)!], output: [output], name: output, opType: "Identity", attribute: [] });
  }

  const model = {
    irVersion: 10,
    producerName: "cortecast",
    opsetImport: [{ domain: "", version: 20 }],
    graph: {
      name: "cortecast",
      node: nodes,
      initializer: initializers,
      input: [...inputs].map(([name, { type, shape }]) => valueInfo(name, type, shape)),
      output: Object.entries(outputs).map(([name, { type, shape }]) => valueInfo(onnxOutputName(name), type, shape)),
    },
  };
  const Model = root.lookupType("Model");
  return { bytes: Model.encode(Model.fromObject(model)).finish(), external };
}

/** The name under which a model written by {@link writeOnnx} gives the output called `name`. */
export function onnxOutputName(name: string): string {
  return `out:${name}`;
}

function asBytes(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function valueInfo(name: string, type: DataType, shape: Shape): object {
  const dim = shape.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: onnxTypeNumber[type], shape: { dim } } } };
}

function writeAttribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  return { name, ints: value, type: 7 };
}
