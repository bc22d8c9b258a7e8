/* Weights files and networks: which architecture a file's tensors are, whether they fit, and reading them.
 *
 * Names are torchvision's ("layer1.0.bn1.running_var"), or others that core/network/weights_names knows, with any prefix.
 * All of this looks at names and shapes only; no data is read before every shape fits. Tensors that the network does
 * not have are left out and said; one that is missing, or has another shape, is an error.
 *
 * What tensors cannot say, and what is then assumed: whether blocks have shortcuts without parameters (a
 * plain network and option A have the same tensors: residual), and where a bottleneck's stride stands (in the
 * 3x3 convolution, v1.5). */
#ifndef CORE_NETWORK_WEIGHTS_H
#define CORE_NETWORK_WEIGHTS_H

#include "core/format/tensors.h"
#include "core/network/resnet.h"

enum { WEIGHTS_LINE_MAX = 480 };

/* What was understood of a file, and what is wrong with its values; "" for nothing. */
typedef struct WeightsReport {
    char names[WEIGHTS_LINE_MAX];    /* "names after 'module.', as in Hugging Face" */
    char left_out[WEIGHTS_LINE_MAX]; /* "left out: criterion.weight, model_ema.* (122 tensors)" */
    char values[WEIGHTS_LINE_MAX];   /* "layer2.1.bn1.running_var: 1 of 32 values is NaN or infinite" */
    int bad_tensors;                 /* that `values` is about */
} WeightsReport;

/* Fills `config` from the tensors. `arch` (NULL: none) is an explicit or recorded architecture that must
 * agree with them. ResNeXt, wide and timm's other stems are refused by name. */
bool weights_find_config(const Tensors *file, const char *arch, ResnetConfig *config, Error *err);

/* Every parameter is there with the right shape and a readable type. */
bool weights_check(const Tensors *file, const Network *network, Error *err);

/* After weights_check: reads all values into the network, whatever they are. A convolution's bias goes into the running
 * mean behind it, where batch norm takes it off again: BN(z + b) with the mean m is BN(z) with m - b; without batch norm
 * it is refused unless it is 0. */
bool weights_read(const Tensors *file, Network *network, WeightsReport *report, Error *err);

/* Writes the network's parameters and the pairs, atomically. `half`: what has two dimensions or more as float16,
 * unless a value is out of its range; vectors, which are small and which a rounding would shift as a whole, stay
 * float32. */
typedef struct WeightsNotes {
    const SafetensorsPair *pairs;
    int pair_count;
    bool half;
    bool torch; /* as torch.save writes a state_dict, which has no room for pairs */
} WeightsNotes;

bool weights_save(const Network *network, const WeightsNotes *notes, const char *path, Error *err);

#endif
