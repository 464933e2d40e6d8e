import type { AddedToken } from "./added-token.ts";

/** A stretch of a text, in UTF-16 units: one added token, or what lies between two of them. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** The added token, and where its own text ends: white space behind it may be part of the piece (`rstrip`). */
  readonly token: { readonly id: number; readonly contentEnd: number } | undefined;
}

/** Letters, marks, digits, connectors and joiners, as a word's characters are counted where tokens must be whole words. */
const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** Whether a character is white space: always one UTF-16 unit. */
const isWhiteSpace = (character: string | undefined) => character !== undefined && /\p{White_Space}/u.test(character);

/**
 * Cuts texts at their added tokens: pieces in order, which cover the text. At each place the longest token counts; those
 * that are not normalised first, the others in what is left. A token with `singleWord` counts only where no letter or
 * digit touches it; `lstrip` and `rstrip` take in the white space on their side.
 *
 * @remarks As the tokenizers library does it, whose `normalized` tells the order alone where nothing is normalised.
 */
export function addedTokenSplitter(added: readonly AddedToken[]): (text: string) => readonly Piece[] {
  const rounds = [false, true].flatMap((normalized) => {
    const tokens = added.filter((token) => token.normalized === normalized);
    return tokens.length === 0 ? [] : [matcher(tokens)];
  });
  return (text) => {
    let pieces: readonly Piece[] = text === "" ? [] : [{ start: 0, end: text.length, token: undefined }];
    for (const match of rounds)
      pieces = pieces.flatMap((piece) =>
        piece.token ? [piece] : match(text.slice(piece.start, piece.end), piece.start),
      );
    return pieces;
  };
}

function matcher(tokens: readonly AddedToken[]): (text: string, from: number) => readonly Piece[] {
  const byContent = new Map(tokens.map((token) => [token.content, token]));
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    longestFirst.map((content) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"),
    "gu",
  );
  return (text, from) => {
    const pieces: Piece[] = [];
    let done = 0;
    for (const { 0: content, index } of text.matchAll(pattern)) {
      const token = byContent.get(content)!;
      const contentEnd = index + content.length;
      // The characters beside it, of which each may be two units long.
      const [before, after] = [text.slice(Math.max(0, index - 2), index), text.slice(contentEnd, contentEnd + 2)];
      if (token.singleWord && (wordBefore.test(before) || wordAfter.test(after))) continue;
      // White space belongs to one token only: what the token before took in is skipped.
      let start = Math.max(index, done);
      if (token.lstrip) while (start > done && isWhiteSpace(text[start - 1])) start--;
      let end = contentEnd;
      if (token.rstrip) while (isWhiteSpace(text[end])) end++;
      if (start > done) pieces.push({ start: from + done, end: from + start, token: undefined });
      pieces.push({ start: from + start, end: from + end, token: { id: token.id, contentEnd: from + contentEnd } });
      done = end;
    }
    if (done < text.length) pieces.push({ start: from + done, end: from + text.length, token: undefined });
    return pieces;
  };
}
