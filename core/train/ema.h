/* A moving average of what learns: steadier than the values themselves, and often better at the end.
 *   average = decay * average + (1 - decay) * value, of every parameter and running statistic, begun with the values
 * after the first step: torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn(decay) and use_buffers. */
#ifndef CORE_TRAIN_EMA_H
#define CORE_TRAIN_EMA_H

#include "core/network/network.h"

/* After step `number`, 1 for the first. `average` is laid out as network_all_values. */
void ema_follow(real *average, const Network *network, double decay, long number);

/* The values become the average and the average the values; the same again undoes it. */
void ema_exchange(real *average, Network *network);

#endif
