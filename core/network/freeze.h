/* Parameters that stay as they are while the rest of a network learns. */
#ifndef CORE_NETWORK_FREEZE_H
#define CORE_NETWORK_FREEZE_H

#include "core/network/network.h"

/* Freezes the parameters that a list of patterns names, "conv1,bn1,layer[12].*": with commas between, each a
 * parameter's whole name or the module it belongs to ("layer1", "layer2.0.bn1"), with * ? and [..] as in a shell (a *
 * goes across dots). Running statistics are named as well: a batch norm whose statistics are frozen uses these in
 * training too, as after PyTorch's module.eval(); with its weight and bias alone frozen ("*.bn*.weight,*.bn*.bias") it
 * goes on using those of the batch, as where requires_grad alone is False.
 * An error names a pattern that names nothing, and nothing is frozen then; so does one that leaves nothing to learn.
 * Before a pass is made on the network. */
bool network_freeze(Network *network, const char *patterns, Error *err);

/* Parameters, with running statistics, that are frozen. */
int network_frozen_count(const Network *network);

/* Whether the op normalises by its running statistics whatever the pass does. */
bool network_op_is_fixed(const Network *network, int op);
/* The lowest op that learns something; what comes before it needs no gradients. */
int network_first_learning(const Network *network);

#endif
