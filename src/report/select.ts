import { isLabel } from "../bids/name.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { ciftiLength } from "../formats/cifti-axes.ts";
import type { PlacedSpace } from "../responses/target.ts";
import type { ScoreKey, StudyResult, SubjectAnalysis, SubjectScores } from "./result.ts";

/** `"forecastScore|8|-3"`: the same for equal keys, different for different ones. */
export function formatScoreKey(key: ScoreKey): string {
  return `${key.analysis}|${key.layer}|${key.distance}`;
}

/** The analysis of one subject at a key, or undefined where it was not run. */
export function selectScores({ analyses }: SubjectScores, key: ScoreKey): SubjectAnalysis | undefined {
  return analyses.find((own) => isSameKey(own, key));
}

/** Whether two keys name the same map of scores. */
export function isSameKey(a: ScoreKey, b: ScoreKey): boolean {
  return a.analysis === b.analysis && a.layer === b.layer && a.distance === b.distance;
}

/** The key of another analysis at a layer and distance, or at the ones that it has; undefined where it was not run there. */
export function keyBeside<Key extends ScoreKey>(
  keys: readonly Key[],
  analysis: string,
  { layer, distance }: Pick<ScoreKey, "layer" | "distance">,
): Key | undefined {
  return keys.find(
    (own) =>
      own.analysis === analysis &&
      (own.layer === layer || own.layer === "n/a") &&
      (own.distance === distance || own.distance === "n/a"),
  );
}

/** Every key that any of the subjects has, in the order of first appearance. */
export function listScoreKeys(subjects: readonly SubjectScores[]): readonly ScoreKey[] {
  const found = new Map<string, ScoreKey>();
  for (const { analyses } of subjects) {
    for (const { analysis, layer, distance } of analyses) {
      const key = { analysis, layer, distance };
      const name = formatScoreKey(key);
      if (!found.has(name)) found.set(name, key);
    }
  }
  return [...found.values()];
}

/** Layers at which an analysis was run in any subject, ascending. */
export function listLayers(subjects: readonly SubjectScores[], analysis: string): readonly number[] {
  const layers = listScoreKeys(subjects).flatMap((key) =>
    key.analysis === analysis && key.layer !== "n/a" ? [key.layer] : [],
  );
  return [...new Set(layers)].sort((a, b) => a - b);
}

/** Distances at which an analysis was run at a layer in any subject, ascending. */
export function listDistances(
  subjects: readonly SubjectScores[],
  analysis: string,
  layer: number | "n/a",
): readonly number[] {
  const distances = listScoreKeys(subjects).flatMap((key) =>
    key.analysis === analysis && key.layer === layer && key.distance !== "n/a" ? [key.distance] : [],
  );
  return [...new Set(distances)].sort((a, b) => a - b);
}

/**
 * The layer that a report leads with for an analysis: `result.mainLayer` where the analysis was run at it. Else it is the one
 * nearest to two thirds of the model's depth, the lower of two equally near; where the depth is undefined, the deepest layer
 * of all analyses counts as the depth. Undefined where the analysis has no layers.
 */
export function mainLayer(result: StudyResult, analysis: string): number | undefined {
  const layers = listLayers(result.subjects, analysis);
  if (result.mainLayer !== undefined && layers.includes(result.mainLayer)) return result.mainLayer;
  const all = listScoreKeys(result.subjects).flatMap((key) => (key.layer === "n/a" ? [] : [key.layer]));
  return leadingLayer(layers, result.nLayers ?? Math.max(...all));
}

/**
 * The main one of several layers, at which controls are made and which a report leads with: the nearest to two thirds of
 * the model's depth (8 of 12, the paper's), the lower of two equally near; undefined where there are none.
 *
 * @param depth - of the model. Default: the deepest of them
 */
export function leadingLayer(layers: readonly number[], depth: number = Math.max(...layers)): number | undefined {
  const wanted = (2 / 3) * depth;
  // The subtraction keeps ties such as 1 and 3 around 2 ties, for all depths that models have.
  return layers.reduce<number | undefined>(
    (best, layer) => (best === undefined || Math.abs(layer - wanted) < Math.abs(best - wanted) - 1e-9 ? layer : best),
    undefined,
  );
}

/**
 * Makes sure that subjects can be put side by side: at least one, no participant twice, names that may stand in file
 * names, the same targets in the same order. Their scores are looked at when they are loaded.
 *
 * @throws OptionError where names cannot be used
 * @throws ShapeError where targets differ
 */
export function checkSubjects(subjects: readonly SubjectScores[]): void {
  const first = subjects[0];
  if (!first) throw new OptionError("participants: there must be at least one, got none. Check what was excluded.");
  const seen = new Set<string>();
  for (const subject of subjects) {
    checkSubject(subject);
    const { participant, targets } = subject;
    if (seen.has(participant)) {
      throw new OptionError(
        `participants must be named once each, got "${participant}" twice. Join a participant's runs first.`,
      );
    }
    seen.add(participant);
    const differs =
      targets !== first.targets &&
      (targets.length !== first.targets.length ||
        targets.some(({ name, hemi }, i) => name !== first.targets[i]!.name || hemi !== first.targets[i]!.hemi));
    if (differs) {
      throw new ShapeError(
        `participants must have the same targets in the same order (${first.targets.length}, as ${first.participant} has), got ` +
          `${targets.length} that differ (${participant}). Score them in one space.`,
      );
    }
  }
}

/**
 * Makes sure that one subject's analyses and targets fit together and can be written under BIDS names.
 *
 * @throws OptionError where a name cannot stand in a file name, or an analysis is given twice
 * @throws ShapeError where there are not as many targets as places
 */
export function checkSubject(subject: SubjectScores): void {
  const { participant, targets, space, analyses } = subject;
  if (!participant.startsWith("sub-") || !isLabel(participant.slice(4))) {
    throw new OptionError(
      `participant must be "sub-" and letters or digits, got "${participant}". Rename the participant.`,
    );
  }
  if (space.kind !== "region") {
    if (!isLabel(space.space) && space.space !== "n/a") {
      throw new OptionError(
        `space must be letters or digits, got "${space.space}" (${participant}). Rename the space.`,
      );
    }
    const [what, n] = countPlaces(space);
    if (n !== targets.length) {
      throw new ShapeError(`targets must be ${what}, got ${targets.length} (${participant}). Keep every one.`);
    }
  }
  const seen = new Set<string>();
  for (const own of analyses) {
    const { analysis, layer, distance } = own;
    const name = formatScoreKey(own);
    const where = describeScores(subject, own);
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(analysis)) {
      throw new OptionError(
        `analysis must be letters and digits, got "${analysis}" (${where}). It becomes part of file names: rename it.`,
      );
    }
    for (const [what, value] of [
      ["layer", layer],
      ["distance", distance],
    ] as const) {
      if (value !== "n/a" && !(Number.isInteger(value) && (what === "distance" || value >= 0))) {
        throw new OptionError(
          `${what} must be a whole number${what === "layer" ? " from 0" : ""} or "n/a", got ${value} (${where}). Check the plan.`,
        );
      }
    }
    if (seen.has(name)) throw new OptionError(`analyses must be given once each, got one twice (${where}). Drop one.`);
    seen.add(name);
  }
}

/** `"sub-01, analysis forecastScore, layer 8, distance -3"`, for messages. */
export function describeScores({ participant }: SubjectScores, { analysis, layer, distance }: ScoreKey): string {
  return `${participant}, analysis ${analysis}, layer ${layer}, distance ${distance}`;
}

/** The targets that a space has, in words and number. */
function countPlaces(space: PlacedSpace): readonly [string, number] {
  switch (space.kind) {
    case "surface":
      return [
        `the vertices of both hemispheres (${space.nVertices.join(" + ")})`,
        space.nVertices[0] + space.nVertices[1],
      ];
    case "volume":
      return [`the voxels of the mask (${space.voxels.length})`, space.voxels.length];
    case "grayordinate": {
      const n = ciftiLength(space.grayordinates);
      return [`the grayordinates (${n})`, n];
    }
    default:
      return space satisfies never;
  }
}
