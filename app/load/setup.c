#include "app/load/setup.h"

#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/cli/words.h"
#include "core/base/utf8.h"
#include "core/network/class_names.h"

static const char BUNDLED_MODEL[] = "assets/models/resnet20-cifar10.safetensors";
static const char BUNDLED_ARCH[] = "resnet20";
static const char IMAGENET_NAMES[] = "assets/classes/imagenet.txt";

/* Where the model is to come from. */
typedef struct Origin {
    const char *arch, *weights;
} Origin;

static bool parse_scale(const char *text, double *value) {
    char *end = NULL;
    if (strspn(text, "0123456789.e-") != strlen(text)) return false;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value > 0 && *value <= 100;
}

bool setup_parse_init(const Options *options, InitConfig *init, Error *err) {
    const char *text = options->init ? options->init : "he";
    *init = (InitConfig){.seed = options->seed};
    if (strcmp(text, "he") == 0) {
        init->kind = INIT_HE;
    } else if (strcmp(text, "glorot") == 0) {
        init->kind = INIT_GLOROT;
    } else if (strcmp(text, "zero-gamma") == 0) {
        init->kind = INIT_ZERO_GAMMA;
    } else {
        bool gain = strncmp(text, "gain:", 5) == 0;
        double value = 0;
        bool known = gain ? parse_scale(text + 5, &value)
                          : strncmp(text, "normal:", 7) == 0 && parse_scale(text + 7, &value);
        *init = (InitConfig){
            .seed = options->seed, .kind = gain ? INIT_GAIN : INIT_NORMAL, .std = value, .gain = value};
        if (!known)
            return error_set(
                err, ERROR_USAGE,
                "--init: expected he, glorot, zero-gamma, gain:G (as in gain:1) or normal:STD (as in "
                "normal:0.01, up to 100), found '%.*s'",
                utf8_first(text, 60), text);
    }
    return true;
}

InitConfig setup_init(const Setup *setup) {
    Options options = {.init = setup->untrained ? (char *)setup->init : NULL, .seed = setup->seed};
    InitConfig init;
    Error err = {0};
    if (!setup_parse_init(&options, &init, &err)) init = (InitConfig){.kind = INIT_HE, .seed = setup->seed};
    return init;
}

Model *setup_new_model(const Options *options, const char *arch, int classes, Error *err) {
    InitConfig init;
    if (!setup_parse_init(options, &init, err)) return NULL;
    ResnetConfig config = {.shortcut = options->shortcut ? (char)('A' + options->shortcut - 1) : '\0',
                           .stride_in_1x1 = options->stride_in == STRIDE_IN_1X1,
                           .classes = classes};
    utf8_copy(config.arch, sizeof config.arch, arch);
    Network *network = resnet_new(&config, err);
    if (!network) return NULL;
    if (init.kind == INIT_ZERO_GAMMA && resnet_is_norm_free(arch)) {
        network_free(network);
        error_set(err, ERROR_USAGE, "--init zero-gamma: %s has no batch norm and so no gamma", arch);
        return NULL;
    }
    /* A table of shapes needs no values, and sixty million random numbers take their time. */
    if (options->command != COMMAND_SUMMARY) network_init_values(network, &init);
    return model_new(network, err);
}

/* The weights that only the environment names give way to an architecture on the command line. */
static bool find_origin(Origin *origin, const Setup *setup, const Options *options, Error *err) {
    *origin = (Origin){.arch = options->arch, .weights = options->weights};
    WordKind kind;
    const char *word = options->word_count > setup->image_count ? options->words[0] : NULL;
    if (word && !word_find_kind(word, &kind, err)) return false;
    const char *option = !word ? NULL : kind == WORD_ARCH ? origin->arch : origin->weights;
    const char *name = word && kind == WORD_ARCH ? "arch" : "weights";
    if (option && options_given(options, name) && strcmp(option, word) != 0)
        return error_set(err, ERROR_USAGE, "the model is given twice: '%s' and --%s %s", word, name, option);
    if (word && kind == WORD_ARCH) origin->arch = word;
    if (word && kind == WORD_WEIGHTS) origin->weights = word;
    bool arch_asked = options_given(options, "arch") || (word && kind == WORD_ARCH);
    bool weights_asked = options_given(options, "weights") || (word && kind == WORD_WEIGHTS);
    bool init_asked = options_given(options, "init");
    if (weights_asked && init_asked)
        return error_set(err, ERROR_USAGE,
                         "--init makes random weights, and %s is a file of trained ones: "
                         "choose one of them",
                         origin->weights);
    if ((arch_asked || init_asked) && !weights_asked) origin->weights = NULL;
    if (weights_asked && !arch_asked) origin->arch = NULL;
    return true;
}

static Model *load_bundled(Setup *setup, const Options *options, Error *err) {
    const Asset *asset = asset_find(BUNDLED_MODEL);
    if (asset) return model_load_memory(asset->begin, asset_size(asset), "bundled resnet20", NULL, err);
    setup->untrained = true;
    utf8_format(setup->notice, sizeof setup->notice,
                "this build has no trained model inside: %s has random weights and its answers mean nothing",
                BUNDLED_ARCH);
    return setup_new_model(options, BUNDLED_ARCH, 0, err);
}

static Model *load_model(Setup *setup, const Options *options, const Origin *origin, Error *err) {
    if (origin->weights) {
        ModelOptions model = {.arch = origin->arch,
                              .stride_in_1x1 = options->stride_in == STRIDE_IN_1X1,
                              .shortcut = options->shortcut ? (char)('A' + options->shortcut - 1) : '\0'};
        return model_load_file(origin->weights, &model, err);
    }
    bool own = options->shortcut || options->stride_in || options->init;
    if (!origin->arch && !own) return load_bundled(setup, options, err);
    const char *arch = origin->arch ? origin->arch : BUNDLED_ARCH;
    setup->untrained = true;
    utf8_format(setup->notice, sizeof setup->notice, "%s has random weights (--init %s, seed %llu)", arch,
                options->init ? options->init : "he", options->seed);
    return setup_new_model(options, arch, 0, err);
}

/* From the file of --classes, unless that is NULL. */
static bool name_classes(Model *model, const char *path, Error *err) {
    const Asset *names = asset_find(IMAGENET_NAMES);
    if (path) {
        model->class_names = class_names_load(model->arena, path, model->network->classes, err);
        return model->class_names;
    }
    if (model->class_names || model->network->classes != 1000 || !names) return true;
    model->class_names = class_names_parse(model->arena, (const char *)names->begin, asset_size(names),
                                           model->network->classes, IMAGENET_NAMES, err);
    return model->class_names;
}

static void apply_normalise(Model *model, const Options *options) {
    for (int c = 0; c < 3; c++) {
        if (options->mean.known) model->normalise.mean[c] = options->mean.values[c];
        if (options->std.known) model->normalise.std[c] = options->std.values[c];
    }
}

/* The first word may be the model; the others are pictures. */
static bool split_words(Setup *setup, const Options *options, Error *err) {
    setup->images = options->words;
    setup->image_count = options->word_count;
    for (int k = 0; k < options->word_count; k++) {
        WordKind kind;
        if (!word_find_kind(options->words[k], &kind, err)) return false;
        if (kind == WORD_IMAGE || kind == WORD_BUNDLED) continue;
        if (k > 0)
            return error_set(err, kind == WORD_ARCH ? ERROR_USAGE : ERROR_FILE,
                             "%s: expected a PNG or JPEG picture, found %s", options->words[k],
                             kind == WORD_ARCH ? "an architecture; the model comes first" : "something else");
        setup->images++;
        setup->image_count--;
    }
    return true;
}

bool setup_check_words(const Options *options, Error *err) {
    Setup setup = {.model = NULL};
    Origin origin;
    return split_words(&setup, options, err) && find_origin(&origin, &setup, options, err);
}

bool setup_open(Setup *setup, const Options *options, Error *err) {
    Origin origin;
    *setup = (Setup){.seed = options->seed, .bn = options->bn};
    if (!split_words(setup, options, err) || !find_origin(&origin, setup, options, err)) return false;
    setup->model = load_model(setup, options, &origin, err);
    if (!setup->model) return false;
    const char *random = options->init ? options->init : "he";
    utf8_copy(setup->init, sizeof setup->init, setup->untrained ? random : "trained");
    apply_normalise(setup->model, options);
    if (name_classes(setup->model, options->classes, err)) return true;
    setup_close(setup);
    return false;
}

void setup_close(Setup *setup) {
    model_free(setup->model);
    *setup = (Setup){0};
}

static Model *load_named(const char *name, Error *err) {
    const Asset *asset = asset_find_model(name);
    char label[ASSET_NAME_MAX + 16];
    if (!asset) return model_load_file(name, NULL, err);
    utf8_format(label, sizeof label, "bundled %.*s", (int)strcspn(asset_model_name(asset), "-."),
                asset_model_name(asset));
    return model_load_memory(asset->begin, asset_size(asset), label, NULL, err);
}

/* Takes the model; NULL is a failure that err tells of. */
static bool complete(Setup *setup, Model *model, Error *err) {
    setup->model = model;
    if (model && name_classes(model, NULL, err)) return true;
    setup_close(setup);
    return false;
}

bool setup_open_weights(Setup *setup, const Setup *old, const char *name, Error *err) {
    *setup = (Setup){.init = "trained", .seed = old->seed, .bn = old->bn};
    return complete(setup, load_named(name, err), err);
}

bool setup_open_arch(Setup *setup, const Setup *old, const char *arch, Error *err) {
    *setup = (Setup){.untrained = true, .seed = old->seed, .bn = old->bn};
    utf8_copy(setup->init, sizeof setup->init, old->untrained ? old->init : "he");
    Options options = {.init = setup->init, .seed = old->seed};
    return complete(setup, setup_new_model(&options, arch, 0, err), err);
}

bool setup_batch_statistics(const Setup *setup) {
    return setup->bn == BN_DEFAULT ? setup->untrained : setup->bn == BN_TRAIN;
}
