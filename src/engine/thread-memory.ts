import { MODELS_AT_ONCE } from "../encoding/block-scores.ts";
import type { Device } from "../graph/device.ts";
import { openWorkspace, type Workspace } from "../graph/workspace.ts";
import { designInMemory, type ExactDesign, type FactoredDesign } from "../ridge/factored-design.ts";
import { folderStore } from "../sources/node.ts";
import { designPath, loadDesign, loadSingleDesign } from "./design-file.ts";
import type { ScoreJob } from "./job.ts";

/** What a thread keeps from one job to the next, until it ends. */
export interface ThreadMemory {
  /** The same workspace for the same device. */
  workspaceOn(device: Device | undefined): Workspace;
  readonly designs: DesignMemory;
}

/** Designs that lie on the disk, in the memory of one thread. */
export interface DesignMemory {
  /** A design of a job, in the precision of its scores. It holds until as many as are scored side by side were loaded after it. */
  load(job: ScoreJob, model: number, fold: number): Promise<FactoredDesign>;
  /** A design in double precision, for a few targets of a block; it holds until the next is asked for. */
  loadExact(job: Pick<ScoreJob, "designs">, model: number, fold: number): Promise<ExactDesign>;
}

/** The memory of a thread that has done nothing yet. */
export function openThreadMemory(): ThreadMemory {
  let workspace: Workspace | undefined;
  let last = "";
  return {
    workspaceOn(device) {
      const asked = JSON.stringify(device ?? {});
      if (!workspace || asked !== last) workspace = openWorkspace(device);
      last = asked;
      return workspace;
    },
    designs: openDesignMemory(),
  };
}

function openDesignMemory(): DesignMemory {
  // As many designs as fit. Every block asks for them in the same order.
  const held = new Map<string, FactoredDesign>();
  let heldBytes = 0;
  // The encoding models that these are of.
  let heldKeys = "";
  // Memory of designs that are not held: as many as are scored on side by side, then that of the first again.
  const memories: Uint8Array[] = [];
  let nextMemory = 0;
  // Files whose digest this thread has checked: it is checked once, since that takes longer than reading the file.
  const checksums = new Map<string, number>();
  // Memory of one design in double precision, beside those in single precision.
  let exactMemory = new Uint8Array(0);

  async function loadExact(
    { designs: { location, keys } }: Pick<ScoreJob, "designs">,
    model: number,
    fold: number,
  ): Promise<ExactDesign> {
    const key = keys[model]!;
    const design = await loadDesign(folderStore(location), designPath(key, fold), key, {
      checksums,
      memory: exactMemory,
    });
    const { byteLength } = design.left.data.buffer;
    if (byteLength > exactMemory.length) exactMemory = new Uint8Array(byteLength);
    return design;
  }

  async function load(job: ScoreJob, model: number, fold: number): Promise<FactoredDesign> {
    const { designs, ridge, average, designBytes: mostBytes } = job;
    const { location, keys } = designs;
    const key = keys[model]!;
    const path = designPath(key, fold);
    // Scores that are pooled, and errors of inner folds, are computed from the design in double precision.
    const inSingle = ridge.precision === "float32" && average === "folds" && ridge.choice !== "inner-folds";
    const name = `${path} ${inSingle ? "single" : "double"}`;
    const asked = [location, ...keys].join();
    if (heldKeys !== asked) {
      held.clear();
      checksums.clear();
      heldBytes = 0;
      heldKeys = asked;
    }
    const found = held.get(name);
    if (found) return found;
    const isHeld = mostBytes > 0;
    const memory = isHeld ? undefined : memories[nextMemory];
    const settings = { checksums, memory };
    const store = folderStore(location);
    const design = inSingle
      ? await loadSingleDesign(store, path, key, settings, () => loadExact(job, model, fold))
      : designInMemory(await loadDesign(store, path, key, settings));
    const { byteLength } = (inSingle ? design.predictor.test : (await design.exact()).left).data.buffer;
    if (!isHeld) {
      if (!(memory && memory.length >= byteLength)) memories[nextMemory] = new Uint8Array(byteLength);
      nextMemory = (nextMemory + 1) % MODELS_AT_ONCE;
    } else if (heldBytes + byteLength <= mostBytes) {
      held.set(name, design);
      heldBytes += byteLength;
    }
    return design;
  }

  return { load, loadExact };
}
