/* Inside of core/network/weights: what is said of a file that opens. */
#ifndef CORE_NETWORK_WEIGHTS_REPORT_H
#define CORE_NETWORK_WEIGHTS_REPORT_H

#include "core/network/weights.h"
#include "core/network/weights_names.h"

/* Of a parameter with values that are not finite, or with variances below 0. */
void weights_report_value(WeightsReport *report, const Param *param, size_t wild, size_t negative);

/* The prefix, the style, and the tensors that are none of the network's. */
void weights_report_names(WeightsReport *report, const WeightsNames *names, const Network *network);

/* Biases of convolutions, which the network does not have: see weights_read. */
bool weights_settle_biases(const WeightsNames *names, Network *network, WeightsReport *report, Error *err);

#endif
