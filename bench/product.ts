// A matrix product in plain JavaScript as one would write it to be fast: blocks of 4 x 4 sums that stay in registers.

/** `C = A B` of `[m, k]` and `[k, n]`. Strides are those of a row and of a column. */
export function product(
  c: Float64Array,
  a: Float64Array,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bRow: number,
  bColumn: number,
  m: number,
  k: number,
  n: number,
): void {
  const [wholeM, wholeN] = [m - (m % 4), n - (n % 4)];
  for (let i = 0; i < wholeM; i += 4) {
    for (let j = 0; j < wholeN; j += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      let s23 = 0;
      let s30 = 0;
      let s31 = 0;
      let s32 = 0;
      let s33 = 0;
      let p = i * aRow;
      let q = j * bColumn;
      for (let l = 0; l < k; l++) {
        const b0 = b[q];
        const b1 = b[q + bColumn];
        const b2 = b[q + 2 * bColumn];
        const b3 = b[q + 3 * bColumn];
        const a0 = a[p];
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        const a1 = a[p + aRow];
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
        const a2 = a[p + 2 * aRow];
        s20 += a2 * b0;
        s21 += a2 * b1;
        s22 += a2 * b2;
        s23 += a2 * b3;
        const a3 = a[p + 3 * aRow];
        s30 += a3 * b0;
        s31 += a3 * b1;
        s32 += a3 * b2;
        s33 += a3 * b3;
        p += aColumn;
        q += bRow;
      }
      const r = i * n + j;
      c[r] = s00;
      c[r + 1] = s01;
      c[r + 2] = s02;
      c[r + 3] = s03;
      c[r + n] = s10;
      c[r + n + 1] = s11;
      c[r + n + 2] = s12;
      c[r + n + 3] = s13;
      c[r + 2 * n] = s20;
      c[r + 2 * n + 1] = s21;
      c[r + 2 * n + 2] = s22;
      c[r + 2 * n + 3] = s23;
      c[r + 3 * n] = s30;
      c[r + 3 * n + 1] = s31;
      c[r + 3 * n + 2] = s32;
      c[r + 3 * n + 3] = s33;
    }
  }
  for (let i = 0; i < m; i++) {
    for (let j = i < wholeM ? wholeN : 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * aRow + l * aColumn] * b[l * bRow + j * bColumn];
      c[i * n + j] = sum;
    }
  }
}
