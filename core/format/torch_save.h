/* Writing a state_dict as torch.save does since 1.6: a zip archive of a pickle and one storage for each tensor, all
 * stored. torch.load reads it with weights_only, too. Source: github.com/pytorch/pytorch, torch/serialization.py;
 * PKWARE's APPNOTE.TXT, 4.3. */
#ifndef CORE_FORMAT_TORCH_SAVE_H
#define CORE_FORMAT_TORCH_SAVE_H

#include "core/format/safetensors.h"

/* The entries in their order, all as float32; pairs and `half` are not looked at. Atomic. Up to 4 GB in all. */
bool torch_save(const char *path, const SafetensorsContent *content, Error *err);

#endif
