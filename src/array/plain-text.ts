/**
 * A text that is safe on a terminal and in a page: characters that these would obey, rather than show, are written as
 * `\u001b`. Names of files, stories and regions may hold any. Line ends and tabs stay.
 */
export function plainText(text: string): string {
  // Control characters, and those that turn the direction of writing.
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

/** A text with blanks in the place of line ends, tabs and other control characters: for a line, or a cell of a table. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** As {@link plainText}, with words that are too long to be read cut in the middle: names may be of any length. */
export function plainMessage(text: string): string {
  return plainText(text).replace(/\S{1001,}/g, (word) => {
    return `${word.slice(0, 500)}[${word.length - 700} more]${word.slice(-200)}`;
  });
}
