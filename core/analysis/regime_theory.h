/* What mean-field theory says about gradients at the start of training: infinitely many channels, so that
 * every sum of weights times activations is Gaussian.
 *
 *   plain, no norm      a layer multiplies |g|^2 by gain^2 / 2 (He et al. 2015, arXiv:1502.01852)
 *   plain, batch norm   by pi / (pi - 1): the variance that batch norm divides by is that of a rectified
 *                       Gaussian, (pi - 1) / (2 pi) (Yang et al. 2019, arXiv:1902.08129)
 *   residual            a block adds what comes through its branch to what comes through its shortcut, both
 *                       behind the ReLU after the addition; how much that lets through, and the variance of
 *                       the growing stream, follow from a population of simulated activations
 *
 * Zero padding lets part of the gradient leave at the border, which small maps feel; so the energy is
 * followed on the map of pixels. Shortcuts are of option A. */
#ifndef CORE_ANALYSIS_REGIME_THEORY_H
#define CORE_ANALYSIS_REGIME_THEORY_H

#include <stdbool.h>

typedef struct RegimeCell {
    bool plain, norm, zero_gamma;
    double gain; /* sqrt(2) for He */
} RegimeCell;

/* log10 of |g| at the input of each of 3n blocks and at the output of the last, relative to the last: 3n+1
 * numbers; -INFINITY where nothing arrives. False when memory is short. */
bool regime_predict(const RegimeCell *cell, int blocks_a_stage, double *log10_grad);

/* The factor of one layer on an infinite map after infinitely many layers; NaN where no formula is known. */
double regime_layer_factor(const RegimeCell *cell);

#endif
