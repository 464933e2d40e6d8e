import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Tail {
  readonly statistic: number;
  readonly pValue: number;
}

/** Answers of scipy and mpmath, written by fixtures/make_statistics.py. */
export const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/statistics.json"), "utf8")) as {
  readonly wilcoxon: readonly {
    readonly name: string;
    readonly differences: readonly number[];
    readonly "two-sided": Tail;
    readonly greater: Tail;
    readonly less: Tail;
  }[];
  readonly fdr: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[];
  readonly intervals: readonly {
    readonly values: readonly number[];
    readonly level: number;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly normal: readonly { readonly z: number; readonly p: number }[];
  readonly student: readonly { readonly level: number; readonly degrees: number; readonly t: number }[];
};
