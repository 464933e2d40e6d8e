import { fileURLToPath } from "node:url";

/**
 * The folder of the small language model that comes with the package, storyteller-7m: 6 layers of 256 units, 512
 * tokens of context. For demonstrations and tests; not a substitute for a model of published size in science.
 */
export function embeddedModelFolder(): string {
  return fileURLToPath(new URL("../../models/storyteller-7m", import.meta.url));
}
