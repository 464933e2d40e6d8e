import { createHash } from "node:crypto";

/** What the scripts beside the fixtures print of values: the hash of their bytes as little-endian doubles, and some. */
export interface PrintedValues {
  readonly sha256: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** Our values in the form of {@link PrintedValues}. */
export function describeValues(data: ArrayLike<number>): PrintedValues {
  const doubles = Float64Array.from(data);
  const shown = (value: number) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    return Object.is(value, -0) ? "-0.0" : pythonNumber(value);
  };
  return {
    sha256: createHash("sha256").update(new Uint8Array(doubles.buffer)).digest("hex"),
    first: Array.from(doubles.subarray(0, 4), shown),
    last: Array.from(doubles.subarray(-4), shown),
  };
}

/** A number as Python prints it: both languages give the shortest text that reads back, in different dress. */
function pythonNumber(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= 16 || exponent < -4) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
