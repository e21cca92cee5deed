// Loss and gradient of an MLP inputs-h-h-1 with tanh in one precision, as one would write it in C by hand: blocks of rows go through all
// layers while they are in cache, products by register tiles. Included once per precision with REAL, LANES and NAME(x) defined.
// Widths are multiples of 2 LANES; rows of any number.

typedef REAL NAME(vec) __attribute__((vector_size(16), aligned(sizeof(REAL))));
#define VEC NAME(vec)

static inline VEC NAME(load)(const REAL *p) { return *(const VEC *)p; }
static inline void NAME(store)(REAL *p, VEC v) { *(VEC *)p = v; }
static inline VEC NAME(all)(REAL x) { return x - (VEC){0}; }

// C = A B or C += A B. A's entry (i, l) lies at a[i row + l column]; B and C are contiguous [k, n] and [m, n].
static inline __attribute__((always_inline)) void NAME(tile)(int rows, int k, int n, const REAL *a, long row, long column,
                                                             const REAL *b, const REAL *start, int add, REAL *c) {
  VEC sums[4][2];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 2; j++)
      sums[i][j] = add ? NAME(load)(c + (long)i * n + j * LANES) : start ? NAME(load)(start + j * LANES) : NAME(all)(0);
  for (int l = 0; l < k; l++) {
    VEC b0 = NAME(load)(b + (long)l * n), b1 = NAME(load)(b + (long)l * n + LANES);
    for (int i = 0; i < rows; i++) {
      VEC entry = NAME(all)(a[i * row + l * column]);
      sums[i][0] += entry * b0;
      sums[i][1] += entry * b1;
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 2; j++) NAME(store)(c + (long)i * n + j * LANES, sums[i][j]);
}

static void NAME(product)(int m, int k, int n, const REAL *a, long row, long column, const REAL *b, const REAL *start,
                          int add, REAL *c) {
  for (int j = 0; j < n; j += 2 * LANES) {
    int i = 0;
    for (; i + 4 <= m; i += 4)
      NAME(tile)(4, k, n, a + i * row, row, column, b + j, start ? start + j : 0, add, c + (long)i * n + j);
    for (; i < m; i++)
      NAME(tile)(1, k, n, a + i * row, row, column, b + j, start ? start + j : 0, add, c + (long)i * n + j);
  }
}

static inline VEC NAME(tanh)(VEC x);

typedef struct {
  int rows, inputs, width;
  const REAL *x, *y, *w;
  REAL *gradient;
  // Activations and their derivatives of one block, and the second matrix transposed.
  REAL *first, *second, *d1, *d2, *error, *transposed;
} NAME(network);

#define BLOCK 128

static double NAME(gradient)(NAME(network) * s) {
  int d = s->inputs, h = s->width;
  const REAL *w1 = s->w, *b1 = w1 + d * h, *w2 = b1 + h, *b2 = w2 + h * h, *w3 = b2 + h, *b3 = w3 + h;
  REAL *g1 = s->gradient, *c1 = g1 + d * h, *g2 = c1 + h, *c2 = g2 + h * h, *g3 = c2 + h, *c3 = g3 + h;
  memset(s->gradient, 0, sizeof(REAL) * (d * h + h * h + 3 * h + 1));
  for (int i = 0; i < h; i++)
    for (int j = 0; j < h; j++) s->transposed[j * h + i] = w2[i * h + j];
  double loss = 0;
  for (int from = 0; from < s->rows; from += BLOCK) {
    int rows = s->rows - from < BLOCK ? s->rows - from : BLOCK;
    const REAL *x = s->x + (long)from * d, *y = s->y + from;
    NAME(product)(rows, d, h, x, d, 1, w1, b1, 0, s->first);
    for (int i = 0; i < rows * h; i += LANES) NAME(store)(s->first + i, NAME(tanh)(NAME(load)(s->first + i)));
    NAME(product)(rows, h, h, s->first, h, 1, w2, b2, 0, s->second);
    for (int i = 0; i < rows; i++) {
      REAL *own = s->second + (long)i * h;
      VEC sum = NAME(all)(0);
      for (int j = 0; j < h; j += LANES) {
        VEC value = NAME(tanh)(NAME(load)(own + j));
        NAME(store)(own + j, value);
        sum += value * NAME(load)(w3 + j);
      }
      REAL total = *b3 - y[i];
      for (int lane = 0; lane < LANES; lane++) total += sum[lane];
      loss += total * total;
      s->error[i] = 2 * total / s->rows;
      *c3 += s->error[i];
    }
    VEC one = NAME(all)(1);
    for (int j = 0; j < h; j += 2 * LANES) {
      VEC bias[2], last[2], weights[2];
      for (int u = 0; u < 2; u++) {
        bias[u] = NAME(load)(c2 + j + u * LANES);
        last[u] = NAME(load)(g3 + j + u * LANES);
        weights[u] = NAME(load)(w3 + j + u * LANES);
      }
      for (int i = 0; i < rows; i++) {
        VEC error = NAME(all)(s->error[i]);
        for (int u = 0; u < 2; u++) {
          VEC value = NAME(load)(s->second + (long)i * h + j + u * LANES);
          VEC own = error * weights[u] * (one - value * value);
          NAME(store)(s->d2 + (long)i * h + j + u * LANES, own);
          bias[u] += own;
          last[u] += error * value;
        }
      }
      for (int u = 0; u < 2; u++) {
        NAME(store)(c2 + j + u * LANES, bias[u]);
        NAME(store)(g3 + j + u * LANES, last[u]);
      }
    }
    NAME(product)(h, rows, h, s->first, 1, h, s->d2, 0, 1, g2);
    NAME(product)(rows, h, h, s->d2, h, 1, s->transposed, 0, 0, s->d1);
    for (int j = 0; j < h; j += 2 * LANES) {
      VEC bias[2];
      for (int u = 0; u < 2; u++) bias[u] = NAME(load)(c1 + j + u * LANES);
      for (int i = 0; i < rows; i++) {
        for (int u = 0; u < 2; u++) {
          VEC value = NAME(load)(s->first + (long)i * h + j + u * LANES);
          VEC own = NAME(load)(s->d1 + (long)i * h + j + u * LANES) * (one - value * value);
          NAME(store)(s->d1 + (long)i * h + j + u * LANES, own);
          bias[u] += own;
        }
      }
      for (int u = 0; u < 2; u++) NAME(store)(c1 + j + u * LANES, bias[u]);
    }
    NAME(product)(d, rows, h, x, 1, d, s->d1, 0, 1, g1);
  }
  return loss / s->rows;
}

// Inputs as bench/engine.ts makes them: 0.3 sin(1.7 i + k). Prints the shortest time of a gradient in seconds and the loss.
static void NAME(measure)(int rows, int inputs, int width) {
  int size = inputs * width + width * width + 3 * width + 1;
  long most = (long)BLOCK * width;
  REAL *numbers = aligned_alloc(64, (sizeof(REAL) * ((long)rows * inputs + rows + size) + 127) / 64 * 64);
  REAL *space = aligned_alloc(64, (sizeof(REAL) * (size + 4 * most + BLOCK + width * width) + 63) / 64 * 64);
  if (numbers == NULL || space == NULL) exit(1);
  REAL *x = numbers, *y = x + (long)rows * inputs, *w = y + rows;
  for (long i = 0; i < (long)rows * inputs; i++) x[i] = 0.3 * sin(1.7 * i);
  for (long i = 0; i < rows; i++) y[i] = 0.3 * sin(1.7 * i + 1);
  for (long i = 0; i < size; i++) w[i] = 0.3 * sin(1.7 * i + 2);
  REAL *first = space + size, *error = first + 4 * most;
  NAME(network) s = {rows, inputs, width, x, y, w, space, first, first + most, first + 2 * most, first + 3 * most, error, error + BLOCK};
  double best = 1e9, loss = 0, size_of_gradient = 0;
  double end = seconds_now() + 1.5;
  for (double start = seconds_now(); start < end;) {
    loss = NAME(gradient)(&s);
    double now = seconds_now();
    if (now - start < best) best = now - start;
    start = now;
  }
  for (int i = 0; i < size; i++) size_of_gradient += fabs(s.gradient[i]);
  printf("%.9f %.9f %.9f\n", best, loss, size_of_gradient);
}

#undef BLOCK
#undef VEC
