import { Tokenizer as BpeTokenizer } from "@huggingface/tokenizers";
import { OptionError } from "../errors.ts";
import type { Source } from "../sources/source.ts";
import { loadBytePairs } from "./byte-pairs.ts";
import { byteOfSymbol } from "./byte-symbols.ts";

/** A text as a language model reads it. */
export interface TokenisedText {
  /** Numbers of the tokens, in order. */
  readonly tokens: Int32Array;
  /** For every token, the byte of the UTF-8 text behind its last one: token i covers bytes `ends[i - 1]`..`ends[i]`. */
  readonly ends: Int32Array;
}

/** Turns text into tokens and back. */
export interface Tokenizer {
  /** One more than the largest token number. */
  readonly vocabularySize: number;
  /** The files that it was read from, within the model's folder. */
  readonly files: readonly string[];
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
 * `merges.txt`.
 *
 * @throws NotFoundError where neither is there
 * @throws FormatError where the files are malformed, or describe anything but GPT-2's byte-level byte-pair encoding
 */
export async function loadTokenizer(source: Source): Promise<Tokenizer> {
  const { vocabulary, merges, added, path, files } = await loadBytePairs(source);
  const utf8 = new TextEncoder();
  const specials = new Map(added.map(({ id, content }) => [id, utf8.encode(content)]));
  const bytes = new Map<number, Uint8Array>(specials);
  for (const [symbol, id] of Object.entries(vocabulary)) {
    if (!specials.has(id))
      bytes.set(
        id,
        Uint8Array.from(symbol, (character) => byteOfSymbol(character, path)),
      );
  }
  const encoder = new BpeTokenizer(
    {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: added.map((token) => ({ ...plainToken, ...token })),
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
      model: { type: "BPE", dropout: null, unk_token: null, vocab: vocabulary, merges },
    },
    {},
  );
  const bytesOf = (id: number): Uint8Array => {
    const found = bytes.get(id);
    if (found) return found;
    throw new OptionError(`decode: tokens must be in the vocabulary of ${path}, got ${id}.`);
  };

  return {
    vocabularySize: [...bytes.keys()].reduce((largest, id) => Math.max(largest, id), -1) + 1,
    files,
    tokenise(text) {
      const lone = text.search(/\p{Surrogate}/u);
      if (lone >= 0) {
        throw new OptionError(
          `tokenise: text must be whole Unicode characters, got half of a surrogate pair (character ${lone}).`,
        );
      }
      const tokens = Int32Array.from(text === "" ? [] : encoder.encode(text, { add_special_tokens: false }).ids);
      return { tokens, ends: coveredBytes(tokens, utf8.encode(text)) };
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
  function coveredBytes(tokens: Int32Array, text: Uint8Array): Int32Array {
    const ends = new Int32Array(tokens.length);
    let end = 0;
    tokens.forEach((token, i) => {
      for (const byte of bytesOf(token)) {
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

const plainToken = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true } as const;
