#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/network/model.h"
#include "core/network/resnet.h"

/* "resnet20" and "plain20" name each other. */
static void twin_name(const Network *network, char out[ARCH_NAME_MAX]) {
    const char *depth = network->arch + strcspn(network->arch, "0123456789");
    snprintf(out, ARCH_NAME_MAX, "%s%.8s", network->shortcut == '-' ? "resnet" : "plain", depth);
}

static void copy_values(Network *to, const Network *from) {
    for (int k = 0; k < to->param_count; k++) {
        const Param *param = &to->params[k], *other = network_find_param(from, param->name);
        assert(other && other->count == param->count); /* option A has no parameters of its own */
        memcpy(network_values(to, param), network_const_values(from, other), param->count * sizeof(real));
    }
}

Model *model_new_twin(const Model *model, Error *err) {
    const Network *network = model->network;
    ResnetConfig config = {
        .shortcut = 'A', .stride_in_1x1 = network->stride_in_1x1, .classes = network->classes};
    twin_name(network, config.arch);
    Network *other = resnet_new(&config, err);
    if (!other) return NULL;
    copy_values(other, network);
    Model *twin = model_new(other, err);
    if (!twin) return NULL;
    twin->normalise = model->normalise;
    if (!model->class_names || model_set_class_names(twin, model->class_names, err)) return twin;
    model_free(twin);
    return NULL;
}
