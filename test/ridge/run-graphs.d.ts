import type { Rows } from "../../src/ridge/by-bounds-graphs.ts";
import type { Graphs, RoundedNumbers, RoundingInputs } from "./rounding-cases.ts";

/** Runs the graphs on a provider. */
export declare function runGraphs(
  graphs: Graphs,
  inputs: Readonly<Record<keyof RoundingInputs["inputs"], Rows>>,
  provider: "cpu" | "webgpu",
): Promise<RoundedNumbers>;
