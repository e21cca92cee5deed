// The yardstick of bench/chains.ts: Hamiltonian Monte Carlo on the banana for many chains, one chain per SIMD lane and several
// vectors in flight, as one would write it in C for this one energy. U(x, y) = (1 - x)^2 + 10 (y - x^2)^2.
//
// usage: chains count leapfrogSteps transitions seed
// Prints: seconds, acceptance, mean x and mean y over the chains' last positions.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
typedef double vector __attribute__((vector_size(BYTES)));
enum { LANES = BYTES / 8, IN_FLIGHT = 4, GROUP = LANES * IN_FLIGHT };

// One xoshiro256** (Blackman & Vigna 2021) per chain, seeded by splitmix64.

typedef struct {
  uint64_t s[4];
} generator;

static inline uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

static inline uint64_t word(generator *g) {
  uint64_t *s = g->s;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 45);
  return result;
}

static inline double uniform(generator *g) { return (word(g) >> 11) * 0x1p-53; }

static uint64_t seed_word(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Normal numbers by a ziggurat of 256 layers (Marsaglia & Tsang 2000), as in hmc.c.

#define LAYERS 256
static const double TAIL = 3.654152885361009;
static const double AREA = 0.004928673233974655;
static double edge[LAYERS + 1], height[LAYERS + 1], width[LAYERS], bound[LAYERS];

static void build_ziggurat(void) {
  edge[0] = AREA / exp(-0.5 * TAIL * TAIL);
  edge[1] = TAIL;
  for (int i = 1; i < LAYERS - 1; i++) edge[i + 1] = sqrt(-2 * log(exp(-0.5 * edge[i] * edge[i]) + AREA / edge[i]));
  edge[LAYERS] = 0;
  for (int i = 0; i <= LAYERS; i++) height[i] = exp(-0.5 * edge[i] * edge[i]);
  for (int i = 0; i < LAYERS; i++) {
    width[i] = edge[i] * 0x1p-53;
    bound[i] = edge[i + 1] / edge[i] * 0x1p53;
  }
}

static double normal(generator *g);

static double edge_of_normal(generator *g, int layer, double position) {
  if (layer == 0) {
    for (;;) {
      double x = -log1p(-uniform(g)) / TAIL;
      if (-2 * log1p(-uniform(g)) > x * x) return position < 0 ? -TAIL - x : TAIL + x;
    }
  }
  double x = position * width[layer];
  double y = height[layer] + uniform(g) * (height[layer + 1] - height[layer]);
  return y < exp(-0.5 * x * x) ? x : normal(g);
}

static inline double normal(generator *g) {
  uint64_t bits = word(g);
  int layer = bits & 255;
  double position = ((int64_t)bits >> 10) | 1;
  return fabs(position) < bound[layer] ? position * width[layer] : edge_of_normal(g, layer, position);
}

/** The chains of one group, coordinate by coordinate. */
typedef struct {
  double x[GROUP], y[GROUP], gx[GROUP], gy[GROUP], energy[GROUP];
  generator random[GROUP];
} group;

static inline vector value_and_gradient(vector x, vector y, vector *gx, vector *gy) {
  vector a = 1 - x, b = y - x * x;
  *gx = -2 * a - 40 * x * b;
  *gy = 20 * b;
  return a * a + 10 * (b * b);
}

/** One transition of a group: unit mass, velocity Verlet, the gradient carried on. Returns how many proposals were taken. */
static int transition(group *chains, int steps, double size) {
  double px[GROUP], py[GROUP], start[GROUP], u[GROUP];
  for (int c = 0; c < GROUP; c++) {
    px[c] = normal(&chains->random[c]);
    py[c] = normal(&chains->random[c]);
    u[c] = uniform(&chains->random[c]);
    start[c] = chains->energy[c] + 0.5 * (px[c] * px[c] + py[c] * py[c]);
  }
  vector x[IN_FLIGHT], y[IN_FLIGHT], gx[IN_FLIGHT], gy[IN_FLIGHT], p[IN_FLIGHT], q[IN_FLIGHT], value[IN_FLIGHT];
  memcpy(x, chains->x, sizeof x);
  memcpy(y, chains->y, sizeof y);
  memcpy(gx, chains->gx, sizeof gx);
  memcpy(gy, chains->gy, sizeof gy);
  memcpy(p, px, sizeof p);
  memcpy(q, py, sizeof q);
  for (int k = 0; k < IN_FLIGHT; k++) {
    p[k] -= 0.5 * size * gx[k];
    q[k] -= 0.5 * size * gy[k];
  }
  for (int step = 1; step < steps; step++) {
    for (int k = 0; k < IN_FLIGHT; k++) {
      x[k] += size * p[k];
      y[k] += size * q[k];
      value_and_gradient(x[k], y[k], &gx[k], &gy[k]);
      p[k] -= size * gx[k];
      q[k] -= size * gy[k];
    }
  }
  for (int k = 0; k < IN_FLIGHT; k++) {
    x[k] += size * p[k];
    y[k] += size * q[k];
    vector u1 = value_and_gradient(x[k], y[k], &gx[k], &gy[k]);
    p[k] -= 0.5 * size * gx[k];
    q[k] -= 0.5 * size * gy[k];
    value[k] = u1;
    p[k] = u1 + 0.5 * (p[k] * p[k] + q[k] * q[k]);
  }
  double end[GROUP], x1[GROUP], y1[GROUP], gx1[GROUP], gy1[GROUP], value1[GROUP];
  memcpy(end, p, sizeof p);
  memcpy(x1, x, sizeof x);
  memcpy(y1, y, sizeof y);
  memcpy(gx1, gx, sizeof gx);
  memcpy(gy1, gy, sizeof gy);
  memcpy(value1, value, sizeof value);
  int taken = 0;
  for (int c = 0; c < GROUP; c++) {
    double error = end[c] - start[c];
    if (error <= 0 || u[c] < exp(-error)) {
      chains->x[c] = x1[c];
      chains->y[c] = y1[c];
      chains->gx[c] = gx1[c];
      chains->gy[c] = gy1[c];
      chains->energy[c] = value1[c];
      taken++;
    }
  }
  return taken;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: chains count leapfrogSteps transitions seed\n");
    return 2;
  }
  int count = atoi(argv[1]), steps = atoi(argv[2]);
  long transitions = atol(argv[3]);
  uint64_t seed = strtoull(argv[4], NULL, 10);
  if (count < 1 || steps < 1 || transitions < 1) {
    fprintf(stderr, "chains: count, leapfrogSteps and transitions must be at least 1\n");
    return 2;
  }
  build_ziggurat();
  // The last group is filled up with chains that nobody looks at.
  int groups = (count + GROUP - 1) / GROUP;
  group *all = aligned_alloc(64, (groups * sizeof(group) + 63) / 64 * 64);
  if (all == NULL) {
    fprintf(stderr, "chains: no memory for %d chains\n", count);
    return 1;
  }
  for (int i = 0; i < groups * GROUP; i++) {
    group *of = &all[i / GROUP];
    int c = i % GROUP;
    for (int k = 0; k < 4; k++) of->random[c].s[k] = seed_word(&seed);
    // A draw of the law itself: E x = 1, var x = 1/2, var of y given x = 1/20.
    double x = 1 + sqrt(0.5) * normal(&of->random[c]);
    double y = x * x + sqrt(0.05) * normal(&of->random[c]);
    of->x[c] = x;
    of->y[c] = y;
    of->gx[c] = -2 * (1 - x) - 40 * x * (y - x * x);
    of->gy[c] = 20 * (y - x * x);
    of->energy[c] = (1 - x) * (1 - x) + 10 * (y - x * x) * (y - x * x);
  }
  long taken = 0;
  double began = seconds_now();
  for (long t = 0; t < transitions; t++)
    for (int g = 0; g < groups; g++) taken += transition(&all[g], steps, 0.1);
  double seconds = seconds_now() - began;

  double x = 0, y = 0;
  for (int i = 0; i < count; i++) {
    x += all[i / GROUP].x[i % GROUP];
    y += all[i / GROUP].y[i % GROUP];
  }
  printf("%.9f %.6f %.6f %.6f\n", seconds, taken / ((double)transitions * groups * GROUP), x / count, y / count);
  free(all);
  return 0;
}
