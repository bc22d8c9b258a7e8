#include <string.h>

#include "app/asset/assets.h"
#include "app/load/setup.h"
#include "core/base/utf8.h"

/* "plain20-cifar10" for resnet20, and for what the experiment left the one beside which it was trained, at the same
 * epoch: "plain56-experiment-epoch1". */
static const Asset *bundled_twin(const Model *model) {
    char arch[ARCH_NAME_MAX], name[ASSET_NAME_MAX];
    const Asset *own = model->source ? asset_named_model(model->source) : NULL;
    bool experiment = own && asset_is_experiment(own) && strchr(model->source, '-');
    resnet_twin_name(model->network, arch);
    utf8_format(name, sizeof name, "%s%s", arch, experiment ? strchr(model->source, '-') : "-cifar10");
    return model->network->classes == 10 ? asset_named_model(name) : NULL;
}

/* A twin that wants its pictures normalised otherwise would read others than this network does. */
static bool reads_alike(const Model *a, const Model *b) {
    for (int c = 0; c < 3; c++)
        if (a->preprocess.normalise.mean[c] != b->preprocess.normalise.mean[c] ||
            a->preprocess.normalise.std[c] != b->preprocess.normalise.std[c])
            return false;
    return true;
}

Model *setup_new_twin(const Setup *setup, char label[SETUP_NOTICE_MAX], Error *err) {
    const Asset *asset = setup->untrained ? NULL : bundled_twin(setup->model);
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
