#include "app/load/fine_tune.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "app/cli/progress.h"
#include "app/load/setup.h"
#include "core/base/utf8.h"
#include "core/network/freeze.h"
#include "core/network/resnet.h"

bool fine_tune_open(Model **given, const Options *options, const char *arch, Error *err) {
    Setup setup;
    *given = NULL;
    bool weights = options_given(options, "weights");
    if (!weights && options_given(options, "key"))
        return error_set(err, ERROR_USAGE, "--key chooses in the file that --weights names");
    if (!weights) return true;
    if (options_given(options, "init"))
        return error_set(err, ERROR_USAGE,
                         "--init makes random weights, and %s is a file of trained ones: choose one of them",
                         options->model.weights);
    ModelSpec spec = options->model;
    spec.init = NULL;
    spec.arch = arch;
    if (!setup_open_model(&setup, &spec, err)) return false;
    progress_say(setup.notice);
    *given = setup.model;
    return true;
}

/* Of the values in the file's order, which no processor or version changes. */
static bool name_origin(const Network *network, char origin[FINE_TUNE_ORIGIN_MAX], Error *err) {
    uLong crc = crc32(0, NULL, 0);
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        float *values = malloc(param->count * sizeof *values);
        if (!values) return error_set(err, ERROR_FAILED, "not enough memory for the weights");
        param_to_file(values, network_const_values(network, param), param);
        crc = crc32_z(crc, (const Bytef *)values, param->count * sizeof *values);
        free(values);
    }
    snprintf(origin, FINE_TUNE_ORIGIN_MAX, "weights %08lx", (unsigned long)crc);
    return true;
}

/* The same network with another number of classes. */
static Model *new_head(const Model *given, const Dataset *train, unsigned long long seed, Error *err) {
    ResnetConfig config = resnet_config_of(given->network);
    char notice[240];
    config.classes = dataset_classes(train);
    Network *network = resnet_new(&config, err);
    if (!network) return NULL;
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = seed});
    network_copy_values(network, given->network);
    Model *model = model_new(network, err);
    if (!model) return NULL;
    model->preprocess = given->preprocess;
    utf8_format(notice, sizeof notice,
                "the weights tell %d classes apart, the data set has %d: the last layer (fc) is new, drawn "
                "by seed %llu",
                given->network->classes, config.classes, seed);
    progress_say(notice);
    return model;
}

Model *fine_tune_fit(Model *given, const Dataset *train, unsigned long long seed,
                     char origin[FINE_TUNE_ORIGIN_MAX], Error *err) {
    Model *model = given;
    bool good = name_origin(given->network, origin, err);
    if (good && given->network->classes != dataset_classes(train)) model = new_head(given, train, seed, err);
    good = good && model && model_set_class_names(model, dataset_class_names(train), err);
    if (model != given) model_free(given);
    if (good) return model;
    model_free(model);
    return NULL;
}

bool fine_tune_freeze(Network *network, const char *patterns, bool quiet, Error *err) {
    int fixed = 0, norms = 0;
    size_t frozen = 0;
    if (!patterns) return true;
    if (!network_freeze(network, patterns, err)) return false;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (param->frozen && param_role_learns(param->role)) frozen += param->count;
    }
    for (int i = 0; i < network->op_count; i++) {
        norms += network_op_param(network, i, PARAM_NORM_MEAN) != NULL;
        fixed += network_op_is_fixed(network, i);
    }
    if (quiet) return true;
    fprintf(stderr,
            "skipscope: %s: %zu of %zu parameters are frozen; %d of %d batch norms keep their running "
            "statistics, and "
            "use them\n",
            network->arch, frozen, network_param_count(network), fixed, norms);
    return true;
}
