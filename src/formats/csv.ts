import { utf8Length } from "#platform/bytes";
import { FormatError } from "../errors.ts";
import { checkFileBytes } from "./file-bytes.ts";
import { decodeUtf8 } from "./text.ts";

/** One row of comma-separated cells. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** Line it begins in, from 1. */
  readonly line: number;
  /** Byte it begins at, not counting a byte order mark. */
  readonly start: number;
}

/** One cell and what ends it: quoted with doubled quotes inside, or plain. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * The rows of comma-separated text in UTF-8, lines ended by LF or CRLF; a cell may be quoted, with quotes inside
 * doubled. A byte order mark is left out.
 *
 * @throws FormatError where a quoted cell does not end, or goes on after its last quote
 */
export function splitCsv(bytes: Uint8Array, path: string): CsvRow[] {
  checkFileBytes(bytes, path);
  const text = decodeUtf8(bytes, path);
  const rows: CsvRow[] = [];
  let at = 0;
  let line = 1;
  let start = 0;
  while (at < text.length) {
    const from = at;
    const cells: string[] = [];
    for (let end = ","; end === ","; ) {
      cellPattern.lastIndex = at;
      const match = cellPattern.exec(text);
      if (!match) {
        const message = `a quoted cell must end with a quote, then a comma or the end of the line, got otherwise in line ${line}`;
        throw new FormatError(path, message, start);
      }
      cells.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
      at += match[0].length;
      end = match[3]!;
    }
    rows.push({ cells, line, start });
    const row = text.slice(from, at);
    start += utf8Length(row);
    line += row.split("\n").length - 1;
  }
  return rows;
}
