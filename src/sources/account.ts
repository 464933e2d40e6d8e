import { createHash, type Hash } from "node:crypto";
import { ChangedFileError } from "../errors.ts";

/**
 * Bytes of a piece of a file that has a digest of its own. A range is verified by reading the pieces that it lies in: small
 * ones, so that a tensor of a kilobyte costs little more than itself; for a file of 6 GB their digests are 2 MB.
 */
export const PIECE = 2 ** 18;

/** Digests of the bytes that were read of a file so far, so that other bytes are noticed. */
export interface Account {
  /** Where the file lies, for messages. */
  readonly location: string;
  /** Bytes; undefined until a reading came to the end, or the size was asked for. */
  size: number | undefined;
  /** SHA-256 of pieces, by their index. */
  readonly pieces: Map<number, string>;
  /** SHA-256 of everything before a place, by the place: the end of the file, and where readings stopped early. */
  readonly prefixes: Map<number, string>;
}

/** The account of a file of which nothing was read. */
export function openAccount(location: string): Account {
  return { location, size: undefined, pieces: new Map(), prefixes: new Map() };
}

/** A reading from a file's start on: every byte is compared with the digests of earlier readings, and adds to them. */
export interface Walk {
  /** Bytes that were added. */
  readonly length: number;
  /**
   * Compares the next bytes, and adds them.
   *
   * @throws FormatError where they are not those that were read before
   */
  add(bytes: Uint8Array): void;
  /**
   * How far a reading that stops early must go on, so that all that was added has been compared with earlier digests;
   * undefined where there is none.
   */
  readonly knownUpTo: number | undefined;
  /** Stops early. */
  stop(): void;
  /**
   * The file has ended.
   *
   * @returns SHA-256 of the whole file; undefined where it was not asked for
   * @throws FormatError where it was longer
   */
  end(): string | undefined;
}

/**
 * Begins a reading.
 *
 * @param options.whole - whether to take the SHA-256 of all bytes of the file; else that of its pieces
 */
export function walk(account: Account, { whole }: { readonly whole: boolean }): Walk {
  const { location, pieces, prefixes } = account;
  const running = whole || prefixes.size > 0 ? createHash("sha256") : undefined;
  // A file that turns out to be another one must leave no digests: pieces are added when the reading ends well.
  const added = new Map<number, string>();
  let length = 0;
  let piece: Hash | undefined;

  /** The next place for which there is a digest, or at which a piece ends. */
  const nextPlace = () => {
    let place = (Math.floor(length / PIECE) + 1) * PIECE;
    for (const known of prefixes.keys()) if (known > length && known < place) place = known;
    return place;
  };
  const settlePrefix = () => {
    if (!running) return;
    const digest = running.copy().digest("hex");
    compare(prefixes.get(length), digest, location);
    prefixes.set(length, digest);
  };
  const settlePiece = () => {
    if (!piece) return;
    const index = Math.ceil(length / PIECE) - 1;
    const digest = piece.digest("hex");
    compare(pieces.get(index), digest, location);
    added.set(index, digest);
    piece = undefined;
  };

  return {
    get length() {
      return length;
    },
    add(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const to = Math.min(bytes.length, from + nextPlace() - length);
        const part = bytes.subarray(from, to);
        if (length % PIECE === 0 && (!whole || pieces.has(length / PIECE))) piece = createHash("sha256");
        running?.update(part);
        piece?.update(part);
        length += part.length;
        from = to;
        if (account.size !== undefined && length > account.size)
          throw changed(location, `more bytes than at first (${account.size})`);
        if (length % PIECE === 0 || length === account.size) settlePiece();
        if (prefixes.has(length)) settlePrefix();
      }
    },
    get knownUpTo() {
      const places = [...prefixes.keys()].filter((place) => place >= length);
      if (places.length > 0) return Math.min(...places);
      // There are digests of pieces alone: the pieces before this one have been compared.
      const index = Math.floor(length / PIECE);
      return pieces.has(index) ? Math.min((index + 1) * PIECE, account.size ?? Number.POSITIVE_INFINITY) : undefined;
    },
    stop: settlePrefix,
    end() {
      const before = account.size ?? Math.max(length, ...prefixes.keys());
      if (length !== before) throw changed(location, `${length} bytes in place of ${before}`);
      if (length % PIECE !== 0) settlePiece();
      settlePrefix();
      account.size = length;
      for (const [index, digest] of added) pieces.set(index, digest);
      return whole ? prefixes.get(length) : undefined;
    },
  };
}

/**
 * Compares the pieces that some bytes are with their digests, and adds the digests of new ones.
 *
 * @param first - index of the first
 * @throws FormatError where they are not those that were read before; then no digest is added
 */
export function settlePieces({ pieces, location }: Account, first: number, bytes: Uint8Array): void {
  const digests: string[] = [];
  for (let from = 0; from < bytes.length; from += PIECE) {
    const hash = createHash("sha256").update(bytes.subarray(from, from + PIECE));
    digests.push(hash.digest("hex"));
  }
  digests.forEach((digest, k) => {
    compare(pieces.get(first + k), digest, location);
  });
  digests.forEach((digest, k) => {
    pieces.set(first + k, digest);
  });
}

/** The error for a file that is not what it was. */
export function changed(location: string, got: string): ChangedFileError {
  return new ChangedFileError(
    location,
    `the file must stay as it is while a study runs, got ${got}. Run the command again`,
  );
}

function compare(known: string | undefined, digest: string, location: string): void {
  if ((known ?? digest) !== digest) throw changed(location, "other bytes than at first");
}
