import { FormatError, NotFoundError, nearestNames, OptionError, ShapeError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import { parseNumber } from "./number.ts";
import { type Line, splitLines } from "./text.ts";

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

/** A cell as CSV writers quote it: quotes around it, those in it doubled. */
const quoted = /^"(?:[^"]|"")*"$/;

/** The next cell of a line in which cells with tabs are quoted, and what ends it. */
const nextCell = /("(?:[^"]|"")*"|[^\t]*)(\t|$)/y;

/**
 * The table of a tab-separated file: UTF-8 with or without byte order mark, lines ended by LF or CRLF, the first one
 * the names of the columns. Cells that are quoted as CSV writers quote them (Python's csv, pandas) lose these quotes:
 *
 * - a cell between quotes whose inner quotes are doubled: `"""We"` is `"We`;
 * - a cell between quotes without a quote in it, `"We"`, where all cells of the file but numbers are quoted, the names of
 *   the columns too: a writer that quotes only what must be does not quote it, so that elsewhere the quotes are the text's;
 * - a cell between quotes with tabs in it, where its line would have too many cells without it.
 *
 * Any other quote stays: an inch sign, a quotation that begins in one cell and ends in another.
 *
 * @throws FormatError where there is no header, a name is empty or given twice, a row has more or fewer cells than
 * there are columns, or a quoted cell goes on in the next line
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#tabular-files ("String values
 * containing tabs MUST be escaped using double quotes")
 */
export function readTsv(bytes: Uint8Array, options: ReadTsvOptions = {}): Table {
  const path = pathOf(options, "TSV");
  const [header, ...lines] = splitLines(bytes, path);
  if (header === undefined || header.text === "") {
    throw new FormatError(path, "the first line must name the columns, got an empty one", 0);
  }
  const all = [header, ...lines];
  const holdsQuotes = all.some(({ text }) => text.includes('"'));
  const width = holdsQuotes ? splitQuoted(header.text).length : header.text.split("\t").length;
  const cellsOf = holdsQuotes ? quotedCells(all, width) : (line: Line) => line.text.split("\t");
  const columns = cellsOf(header);
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
  const rows = lines.map((line, i) => {
    const cells = cellsOf(line);
    if (cells.length === columns.length) return cells;
    const open = cells.at(-1)!.startsWith('"')
      ? ". Its last cell begins with a quote: a quoted cell must end in the line in which it begins"
      : "";
    const message = `every line must have as many cells as the first, ${columns.length}, got ${cells.length} in line ${i + 2}${open}`;
    throw new FormatError(path, message, line.start);
  });
  return { columns, rows, path };
}

/** The cells of a line of a file that holds quotes, by the rules of {@link readTsv}. */
function quotedCells(lines: readonly Line[], width: number): (line: Line) => readonly string[] {
  const split = ({ text }: Line) => {
    const plain = text.split("\t");
    if (plain.length <= width) return plain;
    const joined = splitQuoted(text);
    return joined.length === width ? joined : plain;
  };
  const isQuoted = lines.every((line) =>
    split(line).every((cell) => cell === "" || quoted.test(cell) || parseNumber(cell) !== undefined),
  );
  return (line) =>
    split(line).map((cell) => {
      if (!quoted.test(cell)) return cell;
      const inner = cell.slice(1, -1);
      return isQuoted || /["\t]/.test(inner) ? inner.replaceAll('""', '"') : cell;
    });
}

/** A line at its tabs, but for those within quoted cells; the quotes stay. */
function splitQuoted(text: string): string[] {
  const cells: string[] = [];
  for (let at = 0, end = "\t"; end === "\t"; ) {
    nextCell.lastIndex = at;
    const match = nextCell.exec(text)!;
    cells.push(match[1]!);
    at += match[0].length;
    end = match[2]!;
  }
  return cells;
}

/**
 * The cells of a column.
 *
 * @throws NotFoundError where there is no such column, with the nearest names
 */
export function textColumn(table: Table, name: string): string[] {
  const index = table.columns.indexOf(name);
  if (index < 0) {
    throw new NotFoundError(`there must be a column "${name}". ${nearestNames(name, table.columns)}`, {
      where: table.path,
    });
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
 * after every line. Texts that hold quotes are quoted as CSV writers do, so that every reader gives them back.
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
  if (!/[\t\n\r]/.test(cell)) return cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
  throw new OptionError(`writeTsv: texts must hold no tab and no end of line, got ${JSON.stringify(cell)}.`);
}
