/* Weights files and networks: which architecture a file's tensors are, whether they fit, and reading them.
 *
 * Names are torchvision's ("layer1.0.bn1.running_var"), which timm shares. A prefix ("module.", "_orig_mod.",
 * "model.", "backbone.") is stripped when every tensor carries it; "linear." is accepted for "fc.";
 * "num_batches_tracked" is ignored. All of this looks at the header only; no data is read before every shape
 * fits.
 *
 * What tensors cannot say, and what is then assumed: whether blocks have shortcuts without parameters (a
 * plain network and option A have the same tensors: residual), and where a bottleneck's stride stands (in the
 * 3x3 convolution, v1.5). */
#ifndef CORE_NETWORK_WEIGHTS_H
#define CORE_NETWORK_WEIGHTS_H

#include "core/format/tensors.h"
#include "core/network/resnet.h"

/* Fills `config` from the tensors. `arch` (NULL: none) is an explicit or recorded architecture that must
 * agree with them. ResNeXt, wide and timm's other stems are refused by name. */
bool weights_find_config(const Tensors *file, const char *arch, ResnetConfig *config, Error *err);

/* Every parameter is there with the right shape and a readable type, and nothing else is. */
bool weights_check(const Tensors *file, const Network *network, Error *err);

/* After weights_check: reads all values into the network; NaN, Inf and negative variances are refused by
 * tensor name. */
bool weights_read(const Tensors *file, Network *network, Error *err);

/* Writes the network's parameters and the pairs, atomically. `half`: what has two dimensions or more as float16,
 * unless a value is out of its range; vectors, which are small and which a rounding would shift as a whole, stay
 * float32. */
typedef struct WeightsNotes {
    const SafetensorsPair *pairs;
    int pair_count;
    bool half;
} WeightsNotes;

bool weights_save(const Network *network, const WeightsNotes *notes, const char *path, Error *err);

#endif
