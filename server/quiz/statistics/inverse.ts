
/** The inverse of a symmetric, positive definite matrix, by Cholesky's decomposition. Changes nothing it is given.
 * @param matrix n × n, row after row */
export function inverseOf (matrix: Float64Array, n: number): Float64Array {
  // The lower triangle, then its inverse, then their product.
  const lower = Float64Array.from(matrix)
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let value = matrix[i * n + j] as number
      for (let k = 0; k < j; k++) value -= (lower[i * n + k] as number) * (lower[j * n + k] as number)
      lower[i * n + j] = i === j ? Math.sqrt(value) : value / (lower[j * n + j] as number)
    }
  }
  const inverted = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    inverted[j * n + j] = 1 / (lower[j * n + j] as number)
    for (let i = j + 1; i < n; i++) {
      let value = 0
      for (let k = j; k < i; k++) value -= (lower[i * n + k] as number) * (inverted[k * n + j] as number)
      inverted[i * n + j] = value / (lower[i * n + i] as number)
    }
  }
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = 0
      for (let k = i; k < n; k++) value += (inverted[k * n + i] as number) * (inverted[k * n + j] as number)
      result[i * n + j] = value
      result[j * n + i] = value
    }
  }
  return result
}
