import { type Content, html, type Markup, trusted } from "./markup.ts";

/** One column of a table. */
export interface TableColumn {
  readonly name: Content;
  /** Numbers stand flush right in figures of equal width. */
  readonly kind: "text" | "number";
}

/** Tables of more columns than this are set tighter, and of more than that tighter still, so that the page holds them. */
const [mostRoomy, mostDense] = [11, 13];

/**
 * A table of the page. The first cell of each row is its header; wide tables scroll within themselves.
 *
 * @param name - what the table holds, like no other table of the page: screen readers list the tables by it
 * @param rows - as many cells as columns
 * @param caption - what the table says and how to read it
 */
export function dataTable(
  name: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  caption: Content,
): Markup {
  return html`<section class="scroll" tabindex="0" aria-label="Table: ${name}"><table${columns.length > mostRoomy && trusted(columns.length > mostDense ? ' class="dense denser"' : ' class="dense"')}><caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${column.kind}">${column.name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, i) =>
      i === 0
        ? html`<th scope="row" class="${columns[i]!.kind}">${cell}</th>`
        : html`<td class="${columns[i]!.kind}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></section>`;
}

/** A table that stays folded up until asked for: the numbers behind a figure. */
export function foldedTable(summary: string, table: Markup): Markup {
  return html`<details><summary>${summary}</summary>${table}</details>`;
}
