/* Weights, inputs and targets from a formula, the same here and in tests/reference/fixture.py: a network with
 * known values in both worlds without a file.
 *
 * Element j (file order) of the tensor called `name` is center + scale * u(j), rounded to float; u(j), in
 * [-1, 1), is a hash of the name, the salt and j. */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include <stdint.h>

#include "core/network/resnet.h"
#include "core/pass/pass.h"

#define FIXTURE_GOLDEN_RATIO 0x9E3779B97F4A7C15u

/* FNV-1a of the name, with the salt folded in. */
uint64_t fixture_seed(const char *name, uint64_t salt);
/* splitmix64's output number j after `seed`. */
static inline uint64_t fixture_hash(uint64_t seed, uint64_t j) {
    uint64_t z = seed + (j + 1) * FIXTURE_GOLDEN_RATIO;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* In [-1, 1), a multiple of 2^-23. */
double fixture_uniform(uint64_t seed, uint64_t j);

/* Where element `at` of file order (N,C,H,W) lies in memory. */
size_t fixture_tensor_index(Shape shape, size_t at);

/* He-like weights, gamma around 1 (around 0.25 where it closes a residual branch), beta and running mean
 * around 0, running variance around 1. */
void fixture_fill_network(Network *network, uint64_t salt);
/* The input of a pass, uniform in [-2, 2). */
void fixture_fill_input(Pass *pass, uint64_t salt);
int fixture_target(int image, int classes);
/* `count` values uniform in [-scale, scale). */
void fixture_fill(real *values, size_t count, double scale, const char *name);

/* For the messages of assertions, where a test makes the network itself: see subject.h. */
void fixture_note_network(const ResnetConfig *config);
/* resnet_new with the formula's weights; fails the running test when there is no such network. */
Network *fixture_network(const ResnetConfig *config, uint64_t salt);
/* A pass over it with the formula's input and targets, not yet run. */
Pass *fixture_pass(const Network *network, const PassConfig *config, uint64_t salt);

#endif
