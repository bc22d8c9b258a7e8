/* How much each input channel of a convolution has to do with one output channel:
 *   y[k] = sum over c of y_c,   y_c[i,j] = Σr Σs w[k,c,r,s] · x[c, i·stride−pad+r, j·stride−pad+s]
 * and backward how much of dx[c] comes from dy[k]. The measure of a part is its length, over all places. */
#ifndef CORE_INSPECT_CONTRIBUTION_H
#define CORE_INSPECT_CONTRIBUTION_H

#include "core/pass/pass.h"

/* |y_c| for each input channel c of operation `op`, of image 0; backward the length of what dy[channel] adds
 * to dx[c]. `out` has room for the input's channels. False, and `out` unspecified, when the operation has no
 * filters, its input (backward: its gradient) has not been computed, or memory is short. */
bool contribution_of_channels(const Pass *pass, int op, bool backward, int channel, double *out);

#endif
