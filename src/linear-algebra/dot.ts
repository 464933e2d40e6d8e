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

/** Two vectors rotated in their plane, in place: a becomes c a - s b, and b becomes s a + c b. */
export function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    const first = a[i]!;
    const second = b[i]!;
    a[i] = cosine * first - sine * second;
    b[i] = sine * first + cosine * second;
  }
}

/** The squared length of a vector, summed from its first number to its last. */
export function sumOfSquares(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return sum;
}
