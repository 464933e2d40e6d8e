/**
 * A text as it may go to a terminal: characters that a terminal would obey, rather than show, are written as
 * `\u001b`. Names of files and stories come from anywhere. Line ends and tabs stay.
 */
export function plainText(text: string): string {
  // Control characters, and those that turn the direction of writing.
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

/** As {@link plainText}, with words too long for anybody to read cut in the middle: names may be of any length. */
export function plainMessage(text: string): string {
  return plainText(text).replace(/\S{1001,}/g, (word) => {
    return `${word.slice(0, 500)}[${word.length - 700} more]${word.slice(-200)}`;
  });
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
