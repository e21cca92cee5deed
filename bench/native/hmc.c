// The yardstick of bench/hmc.ts: Hamiltonian Monte Carlo on the bimodal energy, as one would write it in C for this one energy.
// U(q) = -log(exp(-d1 / 1.5) + exp(-d2 / 1.5)), d1 and d2 the squared distances to (2.5, 2.5) and (-2.5, -2.5).
//
// Built with `cc -O3`, no more: what every user's machine runs. usage: hmc leapfrogSteps draws seed
// Prints: seconds, acceptance, mean |x|, variance of a coordinate within its mode.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// xoshiro256** (Blackman & Vigna 2021), seeded by splitmix64.

static uint64_t state[4];

static uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

static inline uint64_t word(void) {
  uint64_t result = rotate(state[1] * 5, 7) * 9;
  uint64_t shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotate(state[3], 45);
  return result;
}

static inline double uniform(void) { return (word() >> 11) * 0x1p-53; }

static void seed_words(uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    state[i] = z ^ (z >> 31);
  }
}

// Normal numbers by a ziggurat of 256 layers (Marsaglia & Tsang 2000): one word chooses the layer with 8 bits and the
// signed position with 53 others. Layer 0 is the base with the tail, layer i is [0, edge[i]] x [height[i], height[i + 1]].

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

static double normal(void);

static double edge_of_normal(int layer, double position) {
  if (layer == 0) {
    for (;;) {
      double x = -log1p(-uniform()) / TAIL;
      if (-2 * log1p(-uniform()) > x * x) return position < 0 ? -TAIL - x : TAIL + x;
    }
  }
  double x = position * width[layer];
  double y = height[layer] + uniform() * (height[layer + 1] - height[layer]);
  return y < exp(-0.5 * x * x) ? x : normal();
}

static inline double normal(void) {
  uint64_t bits = word();
  int layer = bits & 255;
  double position = ((int64_t)bits >> 10) | 1;
  return fabs(position) < bound[layer] ? position * width[layer] : edge_of_normal(layer, position);
}

// The energy. With a = d1 / 1.5 and b = d2 / 1.5: U = min(a, b) - log1p(exp(-|a - b|)), one exp and one log1p, never an overflow.
// Its gradient is 4/3 of the way to the mean of the two centres weighted by the modes' shares of the density; the share of
// the first is 1 / (1 + exp(a - b)), so inside a trajectory, where U is not asked for, one exp does.

static inline double difference(double x, double y) {
  double a = (x - 2.5) * (x - 2.5) + (y - 2.5) * (y - 2.5);
  double b = (x + 2.5) * (x + 2.5) + (y + 2.5) * (y + 2.5);
  return (a - b) * (1 / 1.5);
}

static inline void slope_at(double x, double y, double share, double *gx, double *gy) {
  double center = 2.5 * (2 * share - 1);
  *gx = (2 / 1.5) * (x - center);
  *gy = (2 / 1.5) * (y - center);
}

static inline void gradient(double x, double y, double *gx, double *gy) {
  slope_at(x, y, 1 / (1 + exp(difference(x, y))), gx, gy);
}

static inline double value_and_gradient(double x, double y, double *gx, double *gy) {
  double a = ((x - 2.5) * (x - 2.5) + (y - 2.5) * (y - 2.5)) * (1 / 1.5);
  double b = ((x + 2.5) * (x + 2.5) + (y + 2.5) * (y + 2.5)) * (1 / 1.5);
  double e = exp(-fabs(a - b));
  slope_at(x, y, (a < b ? 1 : e) / (1 + e), gx, gy);
  return fmin(a, b) - log1p(e);
}

// One chain from (0, 0): unit mass, velocity Verlet, the gradient carried from one transition to the next. Returns the acceptance.
static double run(long draws, int steps, double size, double *out) {
  double x = 0, y = 0, gx, gy;
  double energy = value_and_gradient(x, y, &gx, &gy);
  long accepted = 0;
  for (long draw = 0; draw < draws; draw++) {
    double px = normal(), py = normal();
    double start = energy + 0.5 * (px * px + py * py);
    double qx = x, qy = y, hx, hy;
    px -= 0.5 * size * gx;
    py -= 0.5 * size * gy;
    for (int step = 1; step < steps; step++) {
      qx += size * px;
      qy += size * py;
      gradient(qx, qy, &hx, &hy);
      px -= size * hx;
      py -= size * hy;
    }
    qx += size * px;
    qy += size * py;
    double proposed = value_and_gradient(qx, qy, &hx, &hy);
    px -= 0.5 * size * hx;
    py -= 0.5 * size * hy;
    double error = proposed + 0.5 * (px * px + py * py) - start;
    if (error <= 0 || uniform() < exp(-error)) {
      x = qx;
      y = qy;
      gx = hx;
      gy = hy;
      energy = proposed;
      accepted++;
    }
    out[2 * draw] = x;
    out[2 * draw + 1] = y;
  }
  return (double)accepted / draws;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: hmc leapfrogSteps draws seed\n");
    return 2;
  }
  int steps = atoi(argv[1]);
  long draws = atol(argv[2]);
  if (steps < 1 || draws < 1) {
    fprintf(stderr, "hmc: leapfrogSteps and draws must be at least 1\n");
    return 2;
  }
  seed_words(strtoull(argv[3], NULL, 10));

  // From the first line of the library's `sample` to its result: tables and memory belong to the time.
  double began = seconds_now();
  build_ziggurat();
  double *out = malloc(2 * sizeof(double) * draws);
  if (out == NULL) {
    fprintf(stderr, "hmc: no memory for %ld draws\n", draws);
    return 1;
  }
  double acceptance = run(draws, steps, 0.1, out);
  double seconds = seconds_now() - began;

  double size = 0, within = 0;
  for (long draw = 0; draw < draws; draw++) {
    double x = out[2 * draw], y = out[2 * draw + 1];
    double center = x + y < 0 ? -2.5 : 2.5;
    size += fabs(x);
    within += (x - center) * (x - center);
  }
  printf("%.6f %.6f %.6f %.6f\n", seconds, acceptance, size / draws, within / draws);
  free(out);
  return 0;
}
