#include "app/train/networks.h"

#include <string.h>

#include "app/load/setup.h"
#include "core/base/utf8.h"

static const char DEFAULT_ARCH[] = "resnet20";

/* Pixels of a side of what the two families read. */
enum { CIFAR_SIDE = DATASET_SIDE, IMAGENET_SIDE = 224 };

static bool add_arch(TrainNetworks *networks, const char *word, size_t length, Error *err) {
    if (networks->count == TRAIN_NETWORKS_MAX)
        return error_set(err, ERROR_USAGE, "--compare: expected at most %d architectures with commas",
                         TRAIN_NETWORKS_MAX);
    if (length == 0 || length >= ARCH_NAME_MAX)
        return error_set(
            err, ERROR_USAGE,
            "--compare: expected architectures with commas, as in resnet56,plain56, found '%.*s'",
            (int)(length < 40 ? length : 40), word);
    char *arch = networks->archs[networks->count++];
    memcpy(arch, word, length);
    arch[length] = '\0';
    return true;
}

static bool parse_list(TrainNetworks *networks, const char *list, Error *err) {
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        if (!add_arch(networks, at, length, err)) return false;
        at += length;
        if (*at == '\0') break;
    }
    return networks->count > 1 ||
           error_set(err, ERROR_USAGE,
                     "--compare: expected two to %d architectures with commas, found '%.*s'",
                     TRAIN_NETWORKS_MAX, utf8_first(list, 40), list);
}

bool train_networks_parse(TrainNetworks *networks, const Options *options, Error *err) {
    const char *word = options->word_count ? options->words[0] : NULL, *arch = options->model.arch;
    *networks = (TrainNetworks){.several = options->train.compare};
    if (word && options_given(options, "arch") && strcmp(word, arch) != 0)
        return error_set(err, ERROR_USAGE, "the architecture is given twice: '%s' and --arch %s", word, arch);
    if (networks->several && (word || options_given(options, "arch")))
        return error_set(err, ERROR_USAGE, "--compare names all networks: leave out '%s'",
                         word ? word : arch);
    if (networks->several) return parse_list(networks, options->train.compare, err);
    const char *only = word || options_given(options, "arch") ? (word ? word : arch)
                       : options_given(options, "weights")    ? ""
                       : arch                                 ? arch
                                                              : DEFAULT_ARCH;
    networks->count = 1;
    utf8_copy(networks->archs[0], ARCH_NAME_MAX, only);
    return true;
}

static bool add_model(TrainLoaded *loaded, const char *arch, const Options *options, Error *err) {
    const Dataset *train = loaded->data.train;
    ModelSpec spec = options->model;
    spec.arch = arch;
    Model *model = setup_new_model(&spec, dataset_classes(train), err);
    if (!model) return false;
    loaded->models[loaded->count++] = model;
    model->preprocess.normalise = dataset_normalise(train);
    return model_set_class_names(model, dataset_class_names(train), err);
}

/* The weights that there are, or new ones for each network. */
static bool make_models(TrainLoaded *loaded, Model *given, const TrainNetworks *networks,
                        const Options *options, Error *err) {
    char weights[FINE_TUNE_ORIGIN_MAX];
    utf8_copy(loaded->origin, sizeof loaded->origin, options->model.init ? options->model.init : "he");
    for (int k = 0; !given && k < networks->count; k++)
        if (!add_model(loaded, networks->archs[k], options, err)) return false;
    if (!given) return true;
    Model *model = fine_tune_fit(given, loaded->data.train, options->model.seed, weights, err);
    if (model) loaded->models[loaded->count++] = model;
    utf8_copy(loaded->origin, sizeof loaded->origin, weights);
    return model;
}

/* What is frozen makes another training of it. */
static bool freeze(TrainLoaded *loaded, const Options *options, Error *err) {
    const char *patterns = options->train.freeze;
    size_t room = sizeof loaded->origin - strlen(loaded->origin) - sizeof ", frozen ";
    if (patterns && strlen(patterns) > room)
        return error_set(err, ERROR_USAGE, "--freeze: expected at most %zu bytes, found %zu", room,
                         strlen(patterns));
    if (patterns) utf8_append(loaded->origin, sizeof loaded->origin, ", frozen %s", patterns);
    for (int k = 0; k < loaded->count; k++)
        if (!fine_tune_freeze(loaded->models[k]->network, patterns, options->output.quiet, err)) return false;
    return true;
}

bool train_load(TrainLoaded *loaded, const TrainNetworks *networks, const Options *options, Error *err) {
    const char *first = networks->archs[0];
    Model *given;
    *loaded = (TrainLoaded){.count = 0};
    if (networks->several && options_given(options, "weights"))
        return error_set(err, ERROR_USAGE, "--compare begins with random weights: leave out --weights %s",
                         options->model.weights);
    if (!fine_tune_open(&given, options, *first ? first : NULL, err)) return false;
    /* The network itself needs to know the data set's classes first. */
    int side = given ? given->network->input.h : resnet_is_cifar(first) ? CIFAR_SIDE : IMAGENET_SIDE;
    if (!data_sets_load(&loaded->data, options, side, err)) {
        model_free(given);
        return false;
    }
    return make_models(loaded, given, networks, options, err) && freeze(loaded, options, err);
}

void train_unload(TrainLoaded *loaded) {
    for (int k = 0; k < loaded->count; k++) model_free(loaded->models[k]);
    data_sets_free(&loaded->data);
    *loaded = (TrainLoaded){.count = 0};
}
