import { FormatError, NotFoundError, nearestNames, OptionError, ShapeError } from "../errors.ts";
import { parseNumber } from "./number.ts";
import { splitLines } from "./text.ts";

/** A table with named columns: the content of a BIDS `.tsv` file. */
export interface Table {
  readonly columns: readonly string[];
  /** Cells as text, one array a row, as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
  /** The file, for messages. */
  readonly path: string;
}

/** Settings of {@link readTsv}. */
export interface ReadTsvOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * The table of a tab-separated file: UTF-8 with or without byte order mark, lines ended by LF or CRLF, the first one
 * the names of the columns. Quotes mean nothing, as BIDS says.
 *
 * @throws FormatError where there is no header, a name is empty or given twice, or a row has more or fewer cells than
 * there are columns
 */
export function readTsv(bytes: Uint8Array, options: ReadTsvOptions = {}): Table {
  const path = options.path ?? "TSV";
  const [header, ...lines] = splitLines(bytes, path);
  if (header === undefined || header.text === "") {
    throw new FormatError(path, "the first line must name the columns, got an empty one", 0);
  }
  const columns = header.text.split("\t");
  columns.forEach((name, i) => {
    if (name === "") throw new FormatError(path, `every column must have a name, got none for column ${i + 1}`, 0);
    const first = columns.indexOf(name);
    if (first < i) {
      throw new FormatError(
        path,
        `columns must have different names, got "${name}" for columns ${first + 1} and ${i + 1}`,
        0,
      );
    }
  });
  const rows = lines.map(({ text, start }, i) => {
    const cells = text.split("\t");
    if (cells.length === columns.length) return cells;
    const message = `every line must have as many cells as the first, ${columns.length}, got ${cells.length} in line ${i + 2}`;
    throw new FormatError(path, message, start);
  });
  return { columns, rows, path };
}

/**
 * The cells of a column.
 *
 * @throws NotFoundError where there is no such column, with the nearest names
 */
export function textColumn(table: Table, name: string): string[] {
  const index = table.columns.indexOf(name);
  if (index < 0) {
    throw new NotFoundError(`${table.path}: there must be a column "${name}". ${nearestNames(name, table.columns)}`);
  }
  return table.rows.map((row) => row[index]!);
}

/**
 * The numbers of a column, [nRows]; `n/a` and `nan` become NaN.
 *
 * @throws NotFoundError where there is no such column, with the nearest names
 * @throws FormatError where a cell is neither a number nor `n/a`, with its line
 */
export function numericColumn(table: Table, name: string): Float64Array<ArrayBuffer> {
  return Float64Array.from(textColumn(table, name), (cell, row) => {
    const value = cell === "n/a" ? Number.NaN : parseNumber(cell);
    if (value !== undefined) return value;
    const message = `column "${name}" must hold numbers or n/a, got ${JSON.stringify(cell)} in line ${row + 2}`;
    throw new FormatError(table.path, message);
  });
}

/**
 * A table as tab-separated text: NaN as `n/a`, other numbers with all digits that tell them from their neighbours, LF
 * after every line.
 *
 * @throws ShapeError where a row has more or fewer cells than there are columns
 * @throws OptionError where a name is empty or given twice, or a text holds a tab or the end of a line
 */
export function writeTsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (columns.length === 0 || new Set(columns).size < columns.length || columns.includes("")) {
    throw new OptionError(`writeTsv: columns must have different names, none empty, got ${JSON.stringify(columns)}.`);
  }
  const lines = rows.map((row, i) => {
    if (row.length === columns.length) return formatRow(row);
    throw new ShapeError(
      `writeTsv: rows must have as many cells as there are columns (${columns.length}), got ${row.length} (row ${i}).`,
    );
  });
  return `${[formatRow(columns), ...lines].join("\n")}\n`;
}

function formatRow(cells: readonly (string | number)[]): string {
  return cells.map(formatCell).join("\t");
}

function formatCell(cell: string | number): string {
  if (typeof cell === "number") {
    if (Number.isNaN(cell)) return "n/a";
    return Number.isFinite(cell) ? String(cell) : cell > 0 ? "inf" : "-inf";
  }
  if (!/[\t\n\r]/.test(cell)) return cell;
  throw new OptionError(`writeTsv: texts must hold no tab and no end of line, got ${JSON.stringify(cell)}.`);
}
