#include <string.h>

#include "app/asset/assets.h"
#include "app/load/setup.h"
#include "core/base/utf8.h"

enum { PATH_MAX_TWIN = 96 };

/* "assets/models/plain20-cifar10.safetensors" for resnet20. */
static const Asset *bundled_twin(const Network *network) {
    char path[PATH_MAX_TWIN];
    char name[ARCH_NAME_MAX];
    resnet_twin_name(network, name);
    utf8_format(path, sizeof path, "assets/models/%s-cifar10.safetensors", name);
    return network->classes == 10 ? asset_find(path) : NULL;
}

/* A twin that wants its pictures normalised otherwise would read others than this network does. */
static bool reads_alike(const Model *a, const Model *b) {
    for (int c = 0; c < 3; c++)
        if (a->normalise.mean[c] != b->normalise.mean[c] || a->normalise.std[c] != b->normalise.std[c])
            return false;
    return true;
}

Model *setup_new_twin(const Setup *setup, char label[SETUP_NOTICE_MAX], Error *err) {
    const Asset *asset = setup->untrained ? NULL : bundled_twin(setup->model->network);
    Model *twin =
        asset ? model_load_memory(asset->begin, asset_size(asset), "the bundled twin", NULL, err) : NULL;
    bool bundled = twin && reads_alike(twin, setup->model);
    if (twin && !bundled) model_free(twin);
    if (!bundled && (!asset || twin)) twin = model_new_twin(setup->model, err);
    if (twin)
        utf8_format(label, SETUP_NOTICE_MAX, "%s, %s", twin->network->arch,
                    bundled ? "the bundled trained one" : "the same weights");
    return twin;
}
