/** A checksum of bytes that arrive in pieces. */
export interface RunningChecksum {
  readonly add: (bytes: Uint8Array) => void;
  /** Of all so far, an unsigned number of 32 bits. */
  readonly value: () => number;
}

/** By a byte: what it adds to a CRC-32 (RFC 1952, section 8). */
const remainders: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** The checksum of gzip. */
export function crc32(): RunningChecksum {
  let sum = -1;
  return {
    add(bytes) {
      let next = sum;
      for (let i = 0; i < bytes.length; i++) next = remainders[(next ^ bytes[i]!) & 255]! ^ (next >>> 8);
      sum = next;
    },
    value: () => ~sum >>> 0,
  };
}

/** Bytes after which the sums of Adler-32 are brought below its modulus: fewer than would pass 2^31. */
const adlerRun = 2048;

/** The checksum of zlib: Adler-32 (RFC 1950, section 9). */
export function adler32(): RunningChecksum {
  let low = 1;
  let high = 0;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + adlerRun);
        for (; at < end; at++) {
          low += bytes[at]!;
          high += low;
        }
        low %= 65_521;
        high %= 65_521;
      }
    },
    value: () => ((high << 16) | low) >>> 0,
  };
}
