/** What a column of a CIFTI matrix belongs to. */
export type CiftiColumns = CiftiGrayordinates | CiftiParcels;

/** Columns are vertices and voxels ("dense"): those of the first model, then those of the second, and so on. */
export interface CiftiGrayordinates {
  readonly kind: "grayordinates";
  readonly models: readonly CiftiBrainModel[];
  /** The grid that voxels are counted in; undefined where there are none. */
  readonly volume: CiftiVolume | undefined;
}

/** The vertices or voxels of one structure. */
export type CiftiBrainModel = CiftiSurfaceModel | CiftiVoxelModel;

/** Columns that are vertices of a surface. */
export interface CiftiSurfaceModel {
  readonly kind: "surface";
  /** `"CIFTI_STRUCTURE_CORTEX_LEFT"`, ... */
  readonly structure: string;
  /** The first of its columns. */
  readonly start: number;
  /** Vertices of the whole surface. */
  readonly nVertices: number;
  /** The vertex of each column, ascending. */
  readonly vertices: Int32Array;
}

/** Columns that are voxels. */
export interface CiftiVoxelModel {
  readonly kind: "voxels";
  /** `"CIFTI_STRUCTURE_THALAMUS_LEFT"`, ... */
  readonly structure: string;
  /** The first of its columns. */
  readonly start: number;
  /** Indices i, j, k of each column's voxel, [n x 3]. */
  readonly voxels: Int32Array;
}

/** A grid of voxels. */
export interface CiftiVolume {
  readonly shape: readonly [number, number, number];
  /** From indices (i, j, k, 1) to coordinates in millimetres, [4 x 4] row-major. */
  readonly affine: readonly number[];
}

/** Columns are parcels. */
export interface CiftiParcels {
  readonly kind: "parcels";
  /** The surfaces that parcels lie on. */
  readonly surfaces: readonly { readonly structure: string; readonly nVertices: number }[];
  readonly parcels: readonly CiftiParcel[];
  readonly volume: CiftiVolume | undefined;
}

/** One parcel: vertices of surfaces, voxels, or both. */
export interface CiftiParcel {
  readonly name: string;
  readonly vertices: readonly { readonly structure: string; readonly vertices: Int32Array }[];
  /** Indices i, j, k, [n x 3]. */
  readonly voxels: Int32Array;
}

/** What a row of a CIFTI matrix is. */
export type CiftiRows = CiftiSeries | CiftiScalars;

/** Rows are evenly spaced: row r is at `start + r * step`. */
export interface CiftiSeries {
  readonly kind: "series";
  /** `"SECOND"` for time; the others for what is rarely met. */
  readonly unit: "SECOND" | "HERTZ" | "METER" | "RADIAN";
  /** In whole units (seconds), the file's exponent applied. */
  readonly start: number;
  /** In whole units (seconds), the file's exponent applied. */
  readonly step: number;
}

/** Rows are maps with names. */
export interface CiftiScalars {
  readonly kind: "scalars";
  readonly maps: readonly CiftiMap[];
}

/** One map. */
export interface CiftiMap {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a CIFTI file says of its matrix. */
export interface CiftiAxes {
  readonly rows: CiftiRows;
  readonly columns: CiftiColumns;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How many columns there are. */
export function ciftiLength(columns: CiftiColumns): number {
  if (columns.kind === "parcels") return columns.parcels.length;
  return columns.models.reduce((sum, model) => sum + ciftiModelLength(model), 0);
}

/** How many columns a model has. */
export function ciftiModelLength(model: CiftiBrainModel): number {
  return model.kind === "surface" ? model.vertices.length : model.voxels.length / 3;
}

/**
 * The code and name of the intent that the standard gives to a matrix of these rows and columns.
 *
 * @see https://www.nitrc.org/forum/attachment.php?attachid=341&group_id=454&forum_id=1955
 */
export function ciftiIntent(axes: Pick<CiftiAxes, "rows" | "columns">): {
  readonly code: number;
  readonly name: string;
} {
  const isSeries = axes.rows.kind === "series";
  if (axes.columns.kind === "grayordinates") {
    return isSeries ? { code: 3002, name: "ConnDenseSeries" } : { code: 3006, name: "ConnDenseScalar" };
  }
  return isSeries ? { code: 3004, name: "ConnParcelSries" } : { code: 3008, name: "ConnParcelScalr" };
}
