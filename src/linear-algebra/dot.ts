/** The sum of the products of two vectors of equal length. */
export function dot(a: Float64Array, b: Float64Array): number {
  // Two running sums: one alone waits for each addition to end.
  let even = 0;
  let odd = 0;
  const n = a.length;
  for (let i = 0; i + 1 < n; i += 2) {
    even += a[i]! * b[i]!;
    odd += a[i + 1]! * b[i + 1]!;
  }
  if (n % 2 === 1) even += a[n - 1]! * b[n - 1]!;
  return even + odd;
}

/** The squared length of a vector, summed from its first number to its last. */
export function sumOfSquares(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return sum;
}
