import { InferenceSession, Tensor } from "onnxruntime-node";
import { freeNow } from "../array/free-now.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { DeviceError, ShapeError } from "../errors.ts";
import { isSinglePrecision, N_SUMMANDS, N_VECTORS, productRounding, trialMatrices } from "./check-precision.ts";
import { type Device, resolveDevice } from "./device.ts";
import { setRuntimeEnvironment } from "./environment.ts";
import { type DataType, type Expression, formatDimensions, inOrder, type TensorData } from "./expression.ts";
import { onnxOutputName, writeOnnx } from "./onnx.ts";
import { gemm, input } from "./operators.ts";

/** A tensor with its numbers: row-major, `shape` of numbers. */
export interface TensorValue {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * Memory for outputs, by name: what {@link Session.run} writes into where it is given, and enlarges where it must. Memory
 * that is used again is not handed back to the system and zeroed by it in between, which takes longer than small products.
 */
export type OutputMemory = Map<string, Float32Array>;

/** A graph that is ready to run. Holds native memory until closed. */
export interface Session {
  /** The names that {@link Session.run} must be given, and gives. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Computes every output.
   *
   * @param inputs - one value an input, under its name; extra names are refused
   * @param memory - where outputs are to lie: they hold until it is given to another run
   * @throws ShapeError where an input is missing, unknown, or not of the declared type and shape
   * @throws DeviceError where the runtime fails (out of memory, say)
   */
  run(
    inputs: Readonly<Record<string, TensorValue>>,
    memory?: OutputMemory,
  ): Promise<Readonly<Record<string, TensorValue>>>;
  /** Frees the native memory; the session cannot be used after it. */
  close(): Promise<void>;
}

/**
 * Compiles expressions into a session. One that holds numbers in double precision runs on the CPU, whatever the device says
 * (see {@link Device.provider}).
 *
 * @param outputs - the expressions to compute, under the names that {@link Session.run} gives them
 * @throws DeviceError where the runtime refuses the graph, has no such provider, or the provider's products are coarser than
 *   those of single precision
 */
export async function compile(outputs: Readonly<Record<string, Expression>>, device: Device = {}): Promise<Session> {
  const { provider: asked, threads } = resolveDevice(device);
  const isDouble = inOrder(Object.values(outputs)).some(({ type }) => type === "float64");
  const provider = isDouble ? "cpu" : asked;
  if (provider !== "cpu") await checkPrecision(provider);
  return compileFor(outputs, provider, threads);
}

// One check a provider and process.
const checks = new Map<string, Promise<void>>();

/** Refuses a provider whose products are coarser than those of single precision: what is computed by them would be, too. */
function checkPrecision(provider: string): Promise<void> {
  let check = checks.get(provider);
  if (!check) {
    check = multiplyTrial(provider).then((product) => {
      if (isSinglePrecision(product)) return;
      const remedy = provider === "cuda" ? `Set NVIDIA_TF32_OVERRIDE=0 in the environment, or take` : "Take";
      throw new DeviceError(
        `compile: provider "${provider}" must multiply in single precision, got products that are off by ${productRounding(product).toPrecision(3)} times its rounding. ${remedy} the provider "cpu".`,
      );
    });
    checks.set(provider, check);
  }
  return check;
}

async function multiplyTrial(provider: string): Promise<Float32Array> {
  const left = input("a", "float32", [N_VECTORS, N_SUMMANDS]);
  const right = input("b", "float32", [N_SUMMANDS, N_VECTORS]);
  const session = await compileFor({ product: gemm(left, right) }, provider, 1);
  const { a, b } = trialMatrices();
  const { product } = await session.run({
    a: { type: "float32", shape: [N_VECTORS, N_SUMMANDS], data: a },
    b: { type: "float32", shape: [N_SUMMANDS, N_VECTORS], data: b },
  });
  await session.close();
  return product!.data as Float32Array;
}

async function compileFor(
  outputs: Readonly<Record<string, Expression>>,
  provider: string,
  threads: number,
): Promise<Session> {
  const model = writeOnnx(outputs);
  const declared = declaredInputs(Object.values(outputs));
  // `externalData` takes bytes in Node as well; the type that ONNX Runtime ships names it for the browser only.
  const options: InferenceSession.SessionOptions & { externalData: typeof model.external } = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Every session has threads of its own. Those that wait for work by spinning take the cores from the session that runs:
    // with two sessions in turn, on two cores, a product takes twice as long.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    externalData: model.external,
  };
  setRuntimeEnvironment();
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(model.bytes, options);
  } catch (error) {
    const remedy = provider === "cpu" ? "" : ` "cortecast doctor" lists the providers of this machine.`;
    throw new DeviceError(
      `compile: ONNX Runtime must accept the graph on provider "${provider}", got: ${(error as Error).message.replace(/\s+/g, " ").trim()}.${remedy}`,
      { cause: error },
    );
  }
  return {
    inputNames: [...declared.keys()],
    outputNames: Object.keys(outputs),
    async run(inputs, memory) {
      const feeds = emptyRecord<Tensor>();
      for (const name of Object.keys(inputs)) {
        if (!declared.has(name)) {
          throw new ShapeError(`Session.run: inputs must be among ${[...declared.keys()].join(", ")}, got "${name}".`);
        }
      }
      const lengths = new Map<string, number>();
      for (const [name, expression] of declared) {
        const value = ownValue(inputs, name);
        if (!value) throw new ShapeError(`Session.run: input "${name}" must be given, got none.`);
        checkInput(name, value, expression, lengths);
        feeds[name] = new Tensor(value.type as "float32", value.data as Float32Array, value.shape);
      }
      const places = memory && provider === "cpu" ? placesFor(outputs, lengths, memory) : undefined;
      let results: Awaited<ReturnType<InferenceSession["run"]>>;
      try {
        results = await (places ? session.run(feeds, places) : session.run(feeds));
      } catch (error) {
        throw new DeviceError(`Session.run: ONNX Runtime failed: ${(error as Error).message}`, { cause: error });
      }
      return Object.fromEntries(
        Object.keys(outputs).map((name) => {
          const result = results[onnxOutputName(name)]!;
          const place = places?.[onnxOutputName(name)];
          // ONNX Runtime writes into a place that it is given, and gives a copy of it beside.
          if (place) freeNow(result.data as Float32Array);
          const { type, dims, data } = place ?? result;
          return [name, { type: type as DataType, shape: dims, data: data as TensorData }];
        }),
      );
    },
    close: () => session.release(),
  };
}

/** A tensor of the right shape over the memory for each output of single precision; others are left to the runtime. */
function placesFor(
  outputs: Readonly<Record<string, Expression>>,
  lengths: ReadonlyMap<string, number>,
  memory: OutputMemory,
): Record<string, Tensor | null> {
  const places = emptyRecord<Tensor | null>();
  for (const [name, { type, shape }] of Object.entries(outputs)) {
    const dims = shape.map((dimension) => (typeof dimension === "number" ? dimension : lengths.get(dimension)));
    places[onnxOutputName(name)] = null;
    if (type !== "float32" || !dims.every((length) => length !== undefined)) continue;
    const count = dims.reduce((product, length) => product * length, 1);
    places[onnxOutputName(name)] = new Tensor("float32", memoryIn(memory, name, count), dims);
  }
  return places;
}

/** The first numbers of an output's memory, which is made larger where it must be. */
export function memoryIn(memory: OutputMemory, name: string, count: number): Float32Array {
  let numbers = memory.get(name);
  if (!numbers || numbers.length < count) {
    numbers = new Float32Array(count);
    memory.set(name, numbers);
  }
  return numbers.subarray(0, count);
}

function declaredInputs(outputs: readonly Expression[]): Map<string, Expression> {
  const inputs = inOrder(outputs).filter((expression) => expression.operator === "Input");
  return new Map(inputs.map((expression) => [expression.name!, expression]));
}

function checkInput(name: string, value: TensorValue, declared: Expression, lengths: Map<string, number>): void {
  const fits =
    value.type === declared.type &&
    value.shape.length === declared.shape.length &&
    declared.shape.every((dimension, axis) => {
      const length = value.shape[axis]!;
      if (typeof dimension === "number") return dimension === length;
      const known = lengths.get(dimension) ?? length;
      lengths.set(dimension, known);
      return known === length;
    });
  if (!fits) {
    const named = [...lengths].map(([key, length]) => `${key} = ${length}`).join(", ");
    throw new ShapeError(
      `Session.run: input "${name}" must be ${declared.type} ${formatDimensions(declared.shape)}, got ${value.type} ${formatDimensions(value.shape)}${named ? ` (${named})` : ""}.`,
    );
  }
  const count = value.shape.reduce((product, length) => product * length, 1);
  if (value.data.length !== count) {
    throw new ShapeError(
      `Session.run: input "${name}" must hold ${count} numbers for shape ${formatDimensions(value.shape)}, got ${value.data.length}.`,
    );
  }
}
