#include "core/conv/winograd_fits.h"

#include "core/base/integer.h"
#include "core/kernel/kernel.h"

enum {
    PREPARED_WEIGHTS = 1 << 14, /* C*K up to which components are kept: four times as large as weights */
};

bool winograd_is_prepared(const ConvShape *q) {
    return q->c * q->k <= PREPARED_WEIGHTS;
}

static bool is_possible(const ConvShape *q) {
    const Kernels *set = kernels();
    return set && q->r == 3 && q->s == 3 && q->stride == 1 && q->pad >= 0 && q->pad <= 2 &&
           q->c % set->lanes == 0 && q->k % set->lanes == 0;
}

/* What an image costs for each pair of channels, in multiply-adds: those of the products, and, as they were
 * measured, the transforms of the tiles' inputs and outputs, which all output or input channels share, and of weights
 * that are not prepared. */
static double cost(const ConvShape *q, int size) {
    const int components = (size + 2) * (size + 2);
    const double tiles = integer_divide_up(q->oh, size) * integer_divide_up(q->ow, size);
    const double weights = winograd_is_prepared(q) ? 0 : 3 * components;
    return components * tiles * (1 + 4.0 / q->k + 3.0 / q->c) + weights;
}

static bool is_worth_it(const ConvShape *q, int size) {
    return is_possible(q) && cost(q, size) < 9 * q->oh * q->ow;
}

/* A network is no more exact than all its layers together: tiles of 4x4 in every one of plain34 or of resnet20 are
 * beyond what the explained pass may differ from PyTorch by, in the first layers, which have the large maps, not. */
static bool is_exact_enough(const ConvShape *q) {
    return q->fast || (q->c >= 64 && q->oh * q->ow >= 28 * 28);
}

static bool fits_4(const ConvShape *q) {
    return is_worth_it(q, 4) && is_exact_enough(q) && cost(q, 4) <= cost(q, 2);
}

bool winograd_fits(const ConvShape *q, int size) {
    return size == 4 ? fits_4(q) : is_worth_it(q, 2) && !fits_4(q);
}

WinogradMap winograd_map(const ConvShape *q, int size) {
    return (WinogradMap){.size = size,
                         .h = q->h,
                         .w = q->w,
                         .c = q->c,
                         .pad = q->pad,
                         .oh = q->oh,
                         .ow = q->ow,
                         .k = q->k,
                         .across = integer_divide_up(q->ow, size),
                         .down = integer_divide_up(q->oh, size)};
}
