import { compileOnce } from "./compile-once.ts";
import { type Device, resolveDevice } from "./device.ts";
import type { Expression } from "./expression.ts";
import type { OutputMemory, Session } from "./session.ts";

/**
 * What computations use again and again on a device: graphs that are compiled, and memory. For one call at a time; what lies in its
 * memory holds until the next call that uses the same name.
 */
export interface Workspace {
  readonly device: Required<Device>;
  /**
   * The session of a graph: compiled when it is asked for first, the same one ever after.
   *
   * @param name - what the graph computes, after the file that makes it; one name stands for one graph
   * @param graph - makes its outputs
   * @throws DeviceError as `compile`
   */
  session(name: string, graph: () => Readonly<Record<string, Expression>>): Promise<Session>;
  /** Memory for the outputs of a graph. */
  outputs(name: string): OutputMemory;
  /** So many numbers in double precision, of any value. */
  numbers(name: string, count: number): Float64Array;
  /** So many whole numbers, of any value. */
  integers(name: string, count: number): Int32Array;
}

/** A workspace on a device. */
export function openWorkspace(device?: Device): Workspace {
  const resolved = resolveDevice(device) as Required<Device>;
  const outputs = new Map<string, OutputMemory>();
  const numbers = new Map<string, Float64Array>();
  const integers = new Map<string, Int32Array>();
  return {
    device: resolved,
    session: (name, graph) => compileOnce(name, graph, resolved),
    outputs: (name) =>
      found(
        outputs,
        name,
        () => true,
        () => new Map(),
      ),
    numbers: (name, count) =>
      found(
        numbers,
        name,
        ({ length }) => length >= count,
        () => new Float64Array(count),
      ).subarray(0, count),
    integers: (name, count) =>
      found(
        integers,
        name,
        ({ length }) => length >= count,
        () => new Int32Array(count),
      ).subarray(0, count),
  };
}

/** What is kept under a name where it will do, else made and kept. */
function found<T>(kept: Map<string, T>, name: string, willDo: (one: T) => boolean, make: () => T): T {
  const known = kept.get(name);
  if (known !== undefined && willDo(known)) return known;
  const made = make();
  kept.set(name, made);
  return made;
}
