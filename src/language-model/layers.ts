import { OptionError } from "../errors.ts";

/**
 * Wanted layers in rising order, each once; all of them where none are named.
 *
 * @throws OptionError where a layer is not a whole number in 0..nLayers, or the list is empty
 */
export function resolveLayers(layers: readonly number[] | undefined, nLayers: number): readonly number[] {
  if (layers === undefined) return Array.from({ length: nLayers + 1 }, (_, layer) => layer);
  if (layers.length === 0) throw new OptionError("layers: at least one layer must be asked for, got none.");
  for (const layer of layers) {
    if (!Number.isInteger(layer) || layer < 0 || layer > nLayers) {
      throw new OptionError(
        `layers: layers must be whole numbers in 0..${nLayers} (0 is the embedding output), got ${layer}.`,
      );
    }
  }
  return [...new Set(layers)].sort((a, b) => a - b);
}
