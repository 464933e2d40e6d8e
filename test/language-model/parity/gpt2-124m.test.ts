import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors } from "../../../src/formats/safetensors.ts";
import { loadLanguageModel } from "../../../src/language-model/load.ts";
import { folderStore } from "../../../src/sources/node.ts";
import { findPythonOrSay, runPython } from "../../support/python.ts";
import { relativeError } from "../small-models.ts";

// The checkpoint has half a gigabyte: it is made when wanted, or read from the folder that CORTECAST_PARITY_DIR names.
const given = process.env["CORTECAST_PARITY_DIR"];
const python =
  given === undefined ? findPythonOrSay("GPT-2 of the 124M size", ["torch", "transformers", "safetensors"]) : undefined;
const script = join(import.meta.dirname, "make_gpt2_124m.py");

describe.skipIf(given === undefined && python === undefined)("GPT-2 of the 124M size", () => {
  let folder: string;
  beforeAll(() => {
    folder = given ?? mkdtempSync(join(tmpdir(), "cortecast-parity-"));
  });
  afterAll(() => {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("1,024 tokens: all 13 layers agree with transformers to 1e-4 (oracle)", async () => {
    if (!existsSync(join(folder, "expected.safetensors"))) {
      if (python === undefined) throw new Error(`${folder} must be filled by ${script}`);
      console.log(runPython(python, [script, folder]).trim());
    }
    const { tensors } = readSafetensors(await folderStore(folder).read("expected.safetensors"));
    const model = await loadLanguageModel(folder);
    const states = await model.hiddenStates(Int32Array.from(tensors.get("tokens")!.data));
    const errors = [...states].map(([layer, { data }]) => relativeError(data, tensors.get(`layer${layer}`)!.data));
    await model.close();
    console.log(`relative error of layers 0..12: ${errors.map((error) => error.toExponential(1)).join(" ")}`);
    expect(errors).toHaveLength(13);
    // float32 on both sides with sums in another order: 1e-6 is usual, 1e-4 is what an analysis can bear.
    for (const error of errors) expect(error).toBeLessThan(1e-4);
  });
});
