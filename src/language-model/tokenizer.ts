import { Tokenizer as BpeTokenizer } from "@huggingface/tokenizers";
import { utf8Length } from "#platform/bytes";
import { OptionError } from "../errors.ts";
import type { Source } from "../sources/source.ts";
import type { AddedToken } from "./added-token.ts";
import { loadAddedTokens } from "./added-tokens.ts";
import { loadBytePairs } from "./byte-pairs.ts";
import { byteOfSymbol, isSymbol } from "./byte-symbols.ts";
import { addedTokenSplitter } from "./split-added.ts";

/** A text as a language model reads it. */
export interface TokenisedText {
  /** Numbers of the tokens, in order. */
  readonly tokens: Int32Array;
  /**
   * For every token, the byte of the UTF-8 text behind its last one: token i covers bytes `ends[i - 1]`..`ends[i]`. White
   * space that an added token takes in behind it counts to the token after it.
   */
  readonly ends: Int32Array;
}

/** Turns text into tokens and back. */
export interface Tokenizer {
  /** One more than the largest token number. */
  readonly vocabularySize: number;
  /** The same without the added tokens that are behind the vocabulary. */
  readonly baseVocabularySize: number;
  /** Texts that are one token wherever they stand. */
  readonly added: readonly AddedToken[];
  /** The files that the tokens depend on, within the model's folder. */
  readonly files: readonly string[];
  /** What its files ask for that is not done, and fields that no table lists: one sentence each. */
  readonly warnings: readonly string[];
  /**
   * The tokens of a text, with the bytes that each covers. No token is added at either end.
   *
   * @throws OptionError where the text holds half of a surrogate pair, or something the vocabulary cannot write
   */
  tokenise(text: string): TokenisedText;
  /**
   * The text of tokens. Bytes that are not UTF-8 (a character cut in two) become U+FFFD.
   *
   * @throws OptionError where a number is not in the vocabulary
   */
  decode(tokens: ArrayLike<number>): string;
}

/**
 * GPT-2's rule that cuts text before byte pairs are merged. Merges never cross these cuts.
 * White space is Unicode's property, as in the reference; JavaScript's own class of white space counts U+FEFF in
 * and leaves U+0085 out.
 */
const cutting = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`;

/**
 * The byte-level tokenizer of a model's folder: `tokenizer.json`, or where there is none `vocab.json` and
 * `merges.txt`; with the added tokens of these files and of `tokenizer_config.json`, `special_tokens_map.json` and
 * `added_tokens.json`, as transformers' GPT2Tokenizer has them.
 *
 * @throws NotFoundError where neither is there
 * @throws FormatError where the files are malformed, or describe anything but GPT-2's byte-level byte-pair encoding
 */
export async function loadTokenizer(source: Source): Promise<Tokenizer> {
  const { vocabulary, merges, listed, path, ...pairs } = await loadBytePairs(source);
  const { added, ...beside } = await loadAddedTokens(source, vocabulary, listed);
  const split = addedTokenSplitter(added);
  const utf8 = new TextEncoder();
  /** The bytes of each symbol; where a symbol is an added token as well (`é` is the symbol of one byte), still those of the symbol. */
  const bytes = new Map<number, Uint8Array>();
  const contents = new Map(added.map(({ id, content }) => [id, utf8.encode(content)]));
  const addedContents = new Set(added.map(({ content }) => content));
  let baseVocabularySize = 0;
  for (const [symbol, id] of vocabulary) {
    baseVocabularySize = Math.max(baseVocabularySize, id + 1);
    // Contents of added tokens need not be symbols.
    if (addedContents.has(symbol) && !isSymbol(symbol)) continue;
    bytes.set(
      id,
      Uint8Array.from(symbol, (character) => byteOfSymbol(character, path)),
    );
  }
  const vocabularySize = added.reduce((largest, { id }) => Math.max(largest, id + 1), baseVocabularySize);
  const encoder = new BpeTokenizer(
    {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: cutting }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: { type: "BPE", dropout: null, unk_token: null, vocab: Object.fromEntries(vocabulary), merges },
    },
    {},
  );
  const bytesOf = (id: number): Uint8Array => {
    const found = contents.get(id) ?? bytes.get(id);
    if (found) return found;
    throw new OptionError(`decode: tokens must be in the vocabulary of ${path}, got ${id}.`);
  };

  return {
    vocabularySize,
    baseVocabularySize,
    added,
    files: [...pairs.files, ...beside.files],
    warnings: [...pairs.warnings, ...beside.warnings],
    tokenise(text) {
      const lone = text.search(/\p{Surrogate}/u);
      if (lone >= 0) {
        throw new OptionError(
          `tokenise: text must be whole Unicode characters, got half of a surrogate pair (character ${lone}).`,
        );
      }
      const tokens: number[] = [];
      const ends: number[] = [];
      let end = 0;
      for (const { start, end: pieceEnd, token } of split(text)) {
        const piece = utf8.encode(text.slice(start, pieceEnd));
        if (token) {
          tokens.push(token.id);
          // White space behind it is no part of the word that it stands for.
          const behind = text.length === pieceEnd ? 0 : utf8Length(text.slice(token.contentEnd, pieceEnd));
          ends.push(end + piece.length - behind);
        } else {
          const { ids } = encoder.encode(text.slice(start, pieceEnd), { add_special_tokens: false });
          for (const covered of coveredBytes(ids, piece)) ends.push(end + covered);
          for (const id of ids) tokens.push(id);
        }
        end += piece.length;
      }
      return { tokens: Int32Array.from(tokens), ends: Int32Array.from(ends) };
    },
    decode(tokens) {
      const parts = Array.from(tokens, bytesOf);
      const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let end = 0;
      for (const part of parts) {
        joined.set(part, end);
        end += part.length;
      }
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined);
    },
  };

  /** Walks tokens and text side by side, so that a token that does not say what the text says is never let through. */
  function coveredBytes(tokens: readonly number[], text: Uint8Array): Int32Array {
    const ends = new Int32Array(tokens.length);
    let end = 0;
    tokens.forEach((token, i) => {
      for (const byte of bytes.get(token)!) {
        if (byte !== text[end]) throw cannotWrite(text, end);
        end++;
      }
      ends[i] = end;
    });
    if (end !== text.length) throw cannotWrite(text, end);
    return ends;
  }

  function cannotWrite(text: Uint8Array, at: number): OptionError {
    const near = new TextDecoder().decode(text.subarray(Math.max(0, at - 20), at + 20));
    return new OptionError(
      `tokenise: the vocabulary of ${path} must be able to write the text, got "${near}" (byte ${at} of the text). Is a byte missing from the vocabulary?`,
    );
  }
}
