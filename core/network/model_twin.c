#include "core/network/model.h"
#include "core/network/resnet.h"

Model *model_new_twin(const Model *model, Error *err) {
    Network *other = resnet_new_twin(model->network, err);
    Model *twin = other ? model_new(other, err) : NULL;
    if (!twin) return NULL;
    twin->preprocess = model->preprocess;
    if (!model->class_names || model_set_class_names(twin, model->class_names, err)) return twin;
    model_free(twin);
    return NULL;
}
