/* Inside of core/format/tensors: the dictionaries of tensors in what a checkpoint's pickle holds. */
#ifndef CORE_FORMAT_TORCH_DICT_H
#define CORE_FORMAT_TORCH_DICT_H

#include "core/format/pickle.h"
#include "core/format/tensors_inside.h"

/* Finds the record that holds a storage; NULL with a sentence when there is none of its size. */
typedef struct TorchRecords {
    Record *(*find)(void *context, const PickleStorage *storage, Error *err);
    void *context;
} TorchRecords;

/* Chooses one of the dictionaries and fills tensors, groups and left_out. */
bool torch_dict_place(Tensors *tensors, const PickleValue *root, const TensorsOptions *options,
                      const TorchRecords *records, Error *err);

#endif
