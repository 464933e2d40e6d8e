/** What one column of the responses belongs to: a region, or a vertex of one hemisphere. */
export interface Target {
  /** The region's name, or the vertex's number within its hemisphere, from 0. */
  readonly name: string;
  /** "n/a" for regions whose file does not say. */
  readonly hemi: "L" | "R" | "n/a";
}

/** What the columns of a response are. */
export type TargetSpace =
  | { readonly kind: "region" }
  | {
      readonly kind: "surface";
      /** As in the file names: "fsaverage6". */
      readonly space: string;
      /** Vertices of L and R; 0 where the hemisphere is absent. */
      readonly nVertices: readonly [number, number];
    };

// Every subject of a study has the same vertices: 81,924 small objects are worth making once.
const made = new Map<string, readonly Target[]>();

/**
 * The targets of a surface: the vertices of L, then those of R, numbered from 0 within each. The same array for the
 * same numbers.
 */
export function surfaceTargets(nVertices: readonly [number, number]): readonly Target[] {
  const key = nVertices.join();
  let targets = made.get(key);
  if (!targets) {
    const [left, right] = nVertices;
    targets = [
      ...Array.from({ length: left }, (_, vertex): Target => ({ name: String(vertex), hemi: "L" })),
      ...Array.from({ length: right }, (_, vertex): Target => ({ name: String(vertex), hemi: "R" })),
    ];
    made.set(key, targets);
  }
  return targets;
}

/** Vertices a hemisphere of the surface spaces that are in use, by the name in `space-<label>`. */
const KNOWN_SPACES: Readonly<Record<string, number>> = {
  fsaverage3: 642,
  fsaverage4: 2562,
  fsaverage5: 10242,
  fsaverage6: 40962,
  fsaverage: 163842,
};

/** How many vertices a hemisphere has in this space; undefined where the name does not say. */
export function knownVertices(space: string): number | undefined {
  return Object.hasOwn(KNOWN_SPACES, space) ? KNOWN_SPACES[space] : undefined;
}
