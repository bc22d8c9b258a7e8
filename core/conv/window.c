#include "core/conv/window.h"

#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"

/* One kernel row of one window, from x_row (W,C) to out (S,C); columns left .. right-1 lie inside the image,
 * the others are 0. */
static real *unroll_row(const ConvShape *q, const real *x_row, int iw, real *out) {
    int left = integer_clamp(-iw, 0, q->s), right = integer_clamp(q->w - iw, left, q->s);
    size_t c = (size_t)q->c;
    memset(out, 0, (size_t)left * c * sizeof *out);
    if (right > left)
        memcpy(out + (size_t)left * c, x_row + (size_t)(iw + left) * c,
               (size_t)(right - left) * c * sizeof *out);
    memset(out + (size_t)right * c, 0, (size_t)(q->s - right) * c * sizeof *out);
    return out + (size_t)q->s * c;
}

/* rows[p - begin, r, s, c] = x[n, oh*stride - pad + r, ow*stride - pad + s, c] for pixel p = (n*OH + oh)*OW +
 * ow.
 *   x (N,H,W,C) read    rows (end - begin, R*S*C) overwritten */
void window_unroll(const ConvShape *q, const real *x, int begin, int end, real *rows) {
    size_t row_size = (size_t)q->w * (size_t)q->c, kernel_row = (size_t)q->s * (size_t)q->c;
    for (int p = begin; p < end; p++) {
        int ow = p % q->ow, oh = p / q->ow % q->oh, n = p / q->ow / q->oh;
        int iw = ow * q->stride - q->pad;
        for (int r = 0; r < q->r; r++) {
            int ih = oh * q->stride - q->pad + r;
            if (ih < 0 || ih >= q->h) {
                memset(rows, 0, kernel_row * sizeof *rows);
                rows += kernel_row;
            } else {
                rows = unroll_row(q, x + ((size_t)n * (size_t)q->h + (size_t)ih) * row_size, iw, rows);
            }
        }
    }
}

/* Adds kernel row r of every window of one output row to the input row it was taken from:
 *   dx_row[ow*stride - pad + s, c] += windows[ow, r, s, c]    dx_row (W,C), windows (OW, R*S*C) */
CPU_CLONES static void fold_taps(const ConvShape *q, const real *windows, int r, real *dx_row) {
    size_t c_count = (size_t)q->c, window = (size_t)q->r * (size_t)q->s * c_count;
    for (int ow = 0; ow < q->ow; ow++) {
        const real *taps = windows + (size_t)ow * window + (size_t)r * (size_t)q->s * c_count;
        int iw = ow * q->stride - q->pad;
        int left = integer_clamp(-iw, 0, q->s), right = integer_clamp(q->w - iw, left, q->s);
        if (right <= left) continue;
        real *to = dx_row + (size_t)(iw + left) * c_count;
        const real *from = taps + (size_t)left * c_count;
        size_t count = (size_t)(right - left) * c_count;
        for (size_t j = 0; j < count; j++) to[j] += from[j];
    }
}

/* dx[n, ih, iw, c] = (or +=) sum of rows[(n*OH + oh)*OW + ow, r, s, c] over all taps that read it. */
void window_fold(const WindowFold *fold, int begin, int end) {
    const ConvShape *q = fold->shape;
    size_t row_size = (size_t)q->w * (size_t)q->c, window = (size_t)(q->r * q->s) * (size_t)q->c;
    for (int line = begin; line < end; line++) {
        int n = line / q->h, h = line % q->h;
        real *dx_row = fold->dx + ((size_t)fold->first_image * (size_t)q->h + (size_t)line) * row_size;
        if (!fold->add) memset(dx_row, 0, row_size * sizeof *dx_row);
        for (int r = 0; r < q->r; r++) {
            int top = h + q->pad - r;
            if (top < 0 || top % q->stride != 0 || top / q->stride >= q->oh) continue;
            size_t pixel = ((size_t)n * (size_t)q->oh + (size_t)(top / q->stride)) * (size_t)q->ow;
            fold_taps(q, fold->rows + pixel * window, r, dx_row);
        }
    }
}

/* Edge of the square that is turned at once: its rows and columns stay in the first-level cache. */
enum { TURN_EDGE = 16 };

/* out[k,c] = w[c,k], for the square of channels from c and k on. w (C,K), out (K,C) */
static void transpose_square(const ConvShape *q, const real *w, real *out, int c, int k) {
    int c_end = integer_min(c + TURN_EDGE, q->c), k_end = integer_min(k + TURN_EDGE, q->k);
    for (int i = k; i < k_end; i++)
        for (int j = c; j < c_end; j++)
            out[(size_t)i * (size_t)q->c + (size_t)j] = w[(size_t)j * (size_t)q->k + (size_t)i];
}

void window_turn(const ConvShape *q, const real *w, real *turned) {
    size_t tap_size = (size_t)q->c * (size_t)q->k;
    int taps = q->r * q->s;
    for (int tap = 0; tap < taps; tap++)
        for (int k = 0; k < q->k; k += TURN_EDGE)
            for (int c = 0; c < q->c; c += TURN_EDGE)
                transpose_square(q, w + (size_t)tap * tap_size, turned + (size_t)(taps - 1 - tap) * tap_size,
                                 c, k);
}
