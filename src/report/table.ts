import { type Content, html, type Markup, trusted } from "./markup.ts";

/** One column of a table. */
export interface TableColumn {
  readonly name: Content;
  /** Numbers stand flush right in figures of equal width. */
  readonly kind: "text" | "number";
}

/** Tables of more columns than this are set tighter, so that the page holds them. */
const mostRoomy = 11;

/**
 * A table of the page. The first cell of each row is its header; wide tables scroll within themselves.
 *
 * @param rows - as many cells as columns
 * @param caption - what the table says and how to read it
 */
export function dataTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  caption: Content,
): Markup {
  const name = (kind: TableColumn["kind"]) => (kind === "number" ? "number" : "text");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table${columns.length > mostRoomy && trusted(' class="dense"')}><caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${name(column.kind)}">${column.name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, i) =>
      i === 0
        ? html`<th scope="row" class="${name(columns[i]!.kind)}">${cell}</th>`
        : html`<td class="${name(columns[i]!.kind)}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

/** A table that stays folded up until asked for: the numbers behind a figure. */
export function foldedTable(summary: string, table: Markup): Markup {
  return html`<details><summary>${summary}</summary>${table}</details>`;
}
