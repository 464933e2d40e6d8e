/** Text that is markup already: what {@link html} gives. Anything else is escaped on its way into a page. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template of {@link html}: false and undefined leave nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/** Markup from a template: text put into it is escaped, markup is kept, lists are joined without separators. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { markup: parts.reduce((text, part, i) => text + formatContent(contents[i - 1]) + part) };
}

/** Marks text as markup that is right as it is, e.g. an SVG that a library wrote. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** The text with the five characters that mean something in HTML and XML written as references. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function formatContent(content: Content): string {
  if (content === false || content === undefined) return "";
  if (typeof content === "string" || typeof content === "number") return escapeHtml(String(content));
  return "markup" in content ? content.markup : content.map(formatContent).join("");
}
