// The yardstick of bench/engine.ts: loss and gradient of an MLP, by vectors of 128 bits (mlp.h). usage: mlp bits rows inputs width
// Prints: seconds per gradient, loss, sum of the gradient's absolute values.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

#define REAL float
#define LANES 4
#define NAME(x) x##_single
#include "mlp.h"

// tanh = (e^(2a) - 1) / (e^(2a) + 1) by Lambert's fraction: e^(2z) = (z coth z + z) / (z coth z - z), a = k log 2 / 2 + z.
typedef int32_t int4 __attribute__((vector_size(16)));
static inline vec_single tanh_single(vec_single x) {
  int4 sign = (int4)x & (int4){INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN};
  vec_single a = (vec_single)((int4)x ^ sign);
  int4 within = a < 10.0f;
  a = (vec_single)(((int4)a & within) | ((int4)all_single(10) & ~within));
  vec_single k = a * (float)(2 / M_LN2) + 12582912.0f;
  vec_single whole = k - 12582912.0f;
  vec_single z = (a - whole * 0.3465728759765625f) - whole * 7.143034e-07f;
  vec_single square = z * z;
  vec_single c = square * (square * -0.022133874f + 0.33333251f);
  vec_single power = (vec_single)(((int4)k << 23) + 0x3f800000);
  vec_single less = power - 1, more = power + 1;
  vec_single quotient = (less + (less * c + more * z)) / (more + (more * c + less * z));
  return (vec_single)((int4)quotient | sign);
}

#undef REAL
#undef LANES
#undef NAME
#define REAL double
#define LANES 2
#define NAME(x) x##_double
#include "mlp.h"

typedef int64_t long2 __attribute__((vector_size(16)));
static inline vec_double tanh_double(vec_double x) {
  long2 sign = (long2)x & (long2){INT64_MIN, INT64_MIN};
  vec_double a = (vec_double)((long2)x ^ sign);
  long2 within = a < 20.0;
  a = (vec_double)(((long2)a & within) | ((long2)all_double(20) & ~within));
  vec_double k = a * (2 / M_LN2) + 6755399441055744.0;
  vec_double whole = k - 6755399441055744.0;
  vec_double z = (a - whole * 0.34657359027914935) - whole * 8.232974791448541e-13;
  vec_double s = z * z;
  vec_double c = 2.1186920452227984e-05 * s - 0.00021163392566462814;
  c = s * (s * (s * (s * c + 0.002116402022345151) - 0.0222222222216078) + 0.33333333333333204);
  vec_double power = (vec_double)(((long2)k << 52) + 0x3ff0000000000000);
  vec_double less = power - 1, more = power + 1;
  vec_double quotient = (less + (less * c + more * z)) / (more + (more * c + less * z));
  return (vec_double)((long2)quotient | sign);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: mlp bits rows inputs width\n");
    return 2;
  }
  int bits = atoi(argv[1]), rows = atoi(argv[2]), inputs = atoi(argv[3]), width = atoi(argv[4]);
  if ((bits != 32 && bits != 64) || rows < 1 || inputs < 1 || width < 8 || width % 8 != 0) {
    fprintf(stderr, "mlp: bits 32 or 64, rows and inputs at least 1, width a multiple of 8\n");
    return 2;
  }
  if (bits == 32) measure_single(rows, inputs, width);
  else measure_double(rows, inputs, width);
  return 0;
}
