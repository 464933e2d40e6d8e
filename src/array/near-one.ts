/** Magnitudes whose squares double precision holds with all digits, sums of a million of them too. */
const [LEAST, GREATEST] = [2 ** -400, 2 ** 400];

/**
 * A factor, a power of two, that brings numbers near 1 whose squares or sums would overflow or vanish in double precision. Arithmetic
 * then rounds as it would on the same numbers in another unit. 1 for all other numbers, of which no bit changes.
 *
 * @param largest - the largest magnitude among the numbers; 1 for 0, NaN and infinity
 */
export function factorNearOne(largest: number): number {
  if (!(largest > 0 && Number.isFinite(largest)) || (largest >= LEAST && largest <= GREATEST)) return 1;
  // Bounds for which the factor and its inverse are numbers of double precision.
  return 2 ** Math.max(-1023, Math.min(1000, -Math.floor(Math.log2(largest))));
}
