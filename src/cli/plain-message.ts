import { plainText } from "../array/plain-text.ts";

/** As {@link plainText}, with words too long for anybody to read cut in the middle: names may be of any length. */
export function plainMessage(text: string): string {
  return plainText(text).replace(/\S{1001,}/g, (word) => {
    return `${word.slice(0, 500)}[${word.length - 700} more]${word.slice(-200)}`;
  });
}
