import { type Band, type EncodingModel, modelName, type Vectors } from "./encoding-model.ts";
import type { LabelledModel } from "./registry.ts";

/**
 * Encoding models that differ in the distance of their window alone: their designs are made together, so that what the
 * bands before the window need is done once, and windows that share words share the work.
 */
export interface ModelFamily {
  /** What is computed, in words: `"layer 8"`. */
  readonly label: string;
  /** What all have, without a window. */
  readonly base: EncodingModel;
  /** What windows are made of; undefined where there is none. */
  readonly window: { readonly vectors: Vectors; readonly width: number } | undefined;
  /** To be scored: the distance of the window, undefined for the base alone. */
  readonly members: readonly FamilyMember[];
}

/** An encoding model of a family. */
export interface FamilyMember {
  readonly model: EncodingModel;
  readonly distance: number | undefined;
}

type Window = Band & { readonly kind: "window" };

/** Puts encoding models into families, each into one, in the order of first appearance; the base of several into the first. */
export function familiesOf(models: readonly LabelledModel[]): readonly ModelFamily[] {
  const families = new Map<string, ModelFamily & { readonly members: FamilyMember[] }>();
  const alone: (LabelledModel & { readonly name: string })[] = [];
  const add = (key: string, family: Omit<ModelFamily, "members">, member: FamilyMember) => {
    const found = families.get(key) ?? { ...family, members: [] };
    found.members.push(member);
    families.set(key, found);
  };
  for (const { model, label } of models) {
    const { base, window } = split(model);
    const name = modelName(base);
    if (!window) {
      alone.push({ model, label, name });
      // Of the base: it stands where the first of its family stood.
      if (models.some((other) => isWindowOf(other.model, name))) continue;
      add(name, { label, base, window: undefined }, { model, distance: undefined });
      continue;
    }
    const { vectors, width, distance } = window;
    add(JSON.stringify([base, vectors, width]), { label, base, window: { vectors, width } }, { model, distance });
  }
  for (const { model, name } of alone) {
    const first = [...families.values()].find(({ base, window }) => window && modelName(base) === name);
    first?.members.unshift({ model, distance: undefined });
  }
  return [...families.values()];
}

/** Whether a model is others' base, by name, with a window beside it. */
function isWindowOf(model: EncodingModel, name: string): boolean {
  const { base, window } = split(model);
  return window !== undefined && modelName(base) === name;
}

function split({ bands }: EncodingModel): { readonly base: EncodingModel; readonly window: Window | undefined } {
  const last = bands.at(-1);
  return last?.kind === "window"
    ? { base: { bands: bands.slice(0, -1) }, window: last }
    : { base: { bands }, window: undefined };
}
