/** Levels of arrays and objects within each other: no file that is read has twenty, and whoever shows a value climbs down all. */
const mostLevels = 500;

/**
 * The value of a JSON text, as `JSON.parse` gives it.
 *
 * @throws SyntaxError where it is no JSON, or arrays and objects lie more than 500 deep within each other: what is made of such a value
 * (a message, a comparison) would run out of stack
 */
export function parseJsonText(text: string): unknown {
  if (levelsOf(text) > mostLevels) {
    throw new SyntaxError(`arrays and objects more than ${mostLevels} deep within each other`);
  }
  return JSON.parse(text) as unknown;
}

/** How deep brackets outside of strings lie within each other, at most. */
function levelsOf(text: string): number {
  let [level, most] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    // A string, with its escapes.
    if (character === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (character === 0x5b || character === 0x7b) most = Math.max(most, ++level);
    else if (character === 0x5d || character === 0x7d) level--;
  }
  return most;
}
