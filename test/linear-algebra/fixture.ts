import { readFileSync } from "node:fs";
import { join } from "node:path";

type Rows = readonly (readonly number[])[];

/** Answers of numpy and scipy, written by fixtures/make_vectors.py. */
export const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/vectors.json"), "utf8")) as {
  readonly correlation: { readonly a: Rows; readonly b: Rows; readonly r: readonly number[] };
  readonly basis: { readonly columns: Rows; readonly rank: number; readonly projector: Rows };
  readonly ranks: readonly {
    readonly nRows: number;
    readonly nColumns: number;
    readonly gram: Rows;
    readonly rank: number;
  }[];
};
