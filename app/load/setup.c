#include "app/load/setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/cli/argument_kind.h"
#include "core/base/utf8.h"
#include "core/network/class_names.h"

static const char BUNDLED_MODEL[] = "assets/models/resnet20-cifar10.safetensors";
static const char BUNDLED[] = "bundled "; /* begins the source of a model that is built in */
static const char BUNDLED_ARCH[] = "resnet20";
static const char IMAGENET_NAMES[] = "assets/classes/imagenet.txt";

static bool parse_scale(const char *text, double *value) {
    char *end = NULL;
    if (strspn(text, "0123456789.e-") != strlen(text)) return false;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value > 0 && *value <= 100;
}

bool setup_parse_init(const ModelSpec *spec, InitConfig *init, Error *err) {
    const char *text = spec->init ? spec->init : "he";
    *init = (InitConfig){.seed = spec->seed};
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
            .seed = spec->seed, .kind = gain ? INIT_GAIN : INIT_NORMAL, .std = value, .gain = value};
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
    ModelSpec spec = {.init = setup->untrained ? setup->init : NULL, .seed = setup->seed};
    InitConfig init;
    Error err = {0};
    if (!setup_parse_init(&spec, &init, &err)) init = (InitConfig){.kind = INIT_HE, .seed = setup->seed};
    return init;
}

ModelSpec setup_spec(const Setup *setup) {
    const Network *network = setup->model->network;
    const char *source = setup->model->source;
    bool bundled = !source || *source == '\0' || strncmp(source, BUNDLED, sizeof BUNDLED - 1) == 0;
    ModelSpec spec = {.arch = network->arch, .bn = setup->bn};
    char usual = resnet_is_cifar(network->arch) ? 'A' : 'B';
    if (network->stride_in_1x1) spec.stride_in = STRIDE_IN_1X1;
    if (network->input.h != resnet_side(network->arch)) spec.side = network->input.h;
    if (!setup->untrained) {
        spec.weights = bundled ? NULL : source;
        if (!bundled && *setup->model->key) spec.key = setup->model->key;
        return spec;
    }
    spec.init = setup->init;
    spec.seed = setup->seed;
    if (network->shortcut != '-' && network->shortcut != usual) spec.shortcut = network->shortcut - 'A' + 1;
    return spec;
}

static char shortcut_letter(const ModelSpec *spec) {
    return spec->shortcut ? (char)('A' + spec->shortcut - 1) : '\0';
}

#define ACT_KIND(KIND, file) OP_##KIND,

/* What --act says; the usual one when it was not given. */
static OpKind act_of(const ModelSpec *spec) {
    static const OpKind kinds[] = {ACTIVATION_LIST(ACT_KIND)};
    return kinds[spec->act > 0 ? spec->act - 1 : 0];
}

/* The architecture's name with what --act says; false when the name itself says otherwise. */
static bool name_arch(const ModelSpec *spec, char out[ARCH_NAME_MAX], Error *err) {
    Arch arch;
    utf8_copy(out, ARCH_NAME_MAX, spec->arch);
    if (!spec->act || !arch_parse(spec->arch, &arch)) return true;
    if (arch.activation && arch_activation(arch) != act_of(spec))
        return error_set(err, ERROR_USAGE, "the activation function is given twice: %s and --act %s",
                         spec->arch, op_spec(act_of(spec))->name);
    arch_format(arch_with_activation(arch, act_of(spec)), out);
    return true;
}

Model *setup_new_model(const ModelSpec *spec, int classes, Error *err) {
    InitConfig init;
    if (!setup_parse_init(spec, &init, err)) return NULL;
    ResnetConfig config = {.shortcut = shortcut_letter(spec),
                           .stride_in_1x1 = spec->stride_in == STRIDE_IN_1X1,
                           .classes = classes,
                           .side = spec->side};
    if (!name_arch(spec, config.arch, err)) return NULL;
    Network *network = resnet_new(&config, err);
    if (!network) return NULL;
    if (init.kind == INIT_ZERO_GAMMA && arch_of(config.arch).norm_free) {
        network_free(network);
        error_set(err, ERROR_USAGE, "--init zero-gamma: %s has no batch norm and so no gamma", config.arch);
        return NULL;
    }
    network_init_values(network, &init);
    return model_new(network, err);
}

/* The weights that only the environment names give way to an architecture on the command line. */
static bool find_origin(ModelSpec *origin, const Setup *setup, const Options *options, Error *err) {
    *origin = options->model;
    ArgumentKind kind;
    const char *word = options->word_count > setup->image_count ? options->words[0] : NULL;
    if (word && !argument_kind_find(word, &kind, err)) return false;
    const char *option = !word ? NULL : kind == ARGUMENT_ARCH ? origin->arch : origin->weights;
    const char *name = word && kind == ARGUMENT_ARCH ? "arch" : "weights";
    if (option && options_given(options, name) && strcmp(option, word) != 0)
        return error_set(err, ERROR_USAGE, "the model is given twice: '%s'%s and --%s %s", word,
                         kind == ARGUMENT_WEIGHTS ? ", which is no picture," : "", name, option);
    if (word && kind == ARGUMENT_ARCH) origin->arch = word;
    if (word && kind == ARGUMENT_WEIGHTS) origin->weights = word;
    bool arch_asked = options_given(options, "arch") || (word && kind == ARGUMENT_ARCH);
    bool weights_asked = options_given(options, "weights") || (word && kind == ARGUMENT_WEIGHTS);
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

static Model *load_bundled(Setup *setup, const ModelSpec *spec, Error *err) {
    const Asset *asset = asset_find(BUNDLED_MODEL);
    ModelSpec random = *spec;
    if (asset) return model_load_memory(asset->begin, asset_size(asset), "bundled resnet20", NULL, err);
    setup->untrained = true;
    utf8_format(setup->notice, sizeof setup->notice,
                "this build has no trained model inside: %s has random weights and its answers mean nothing",
                BUNDLED_ARCH);
    random.arch = BUNDLED_ARCH;
    return setup_new_model(&random, 0, err);
}

/* A file may say what its weights were trained with; another function is not refused, but mentioned. */
static void mention_activation(Setup *setup, const Model *model) {
    Arch recorded;
    const char *name = model_value(model, "arch");
    const OpSpec *here = network_activation(model->network);
    if (!name || !arch_parse(name, &recorded) || op_spec(arch_activation(recorded)) == here) return;
    utf8_append(setup->notice, sizeof setup->notice,
                "%s"
                "these weights were trained with %s (%s); here they meet %s",
                *setup->notice ? "; " : "", op_spec(arch_activation(recorded))->title, name, here->title);
}

/* An experiment's own name leads back to it; of the others there is one for an architecture. */
static Model *load_asset(const Asset *asset, const ModelOptions *options, Error *err) {
    char label[ASSET_NAME_MAX + sizeof BUNDLED];
    const char *name = asset_model_name(asset);
    bool own = asset_is_experiment(asset);
    utf8_format(label, sizeof label, "%s%.*s", own ? "" : BUNDLED, (int)strcspn(name, own ? "." : "-."),
                name);
    return model_load_memory(asset->begin, asset_size(asset), label, options, err);
}

Model *setup_load_weights(const char *name, const ModelOptions *options, Error *err) {
    const Asset *asset = asset_named_model(name);
    return asset ? load_asset(asset, options, err) : model_load_file(name, options, err);
}

static Model *load_file(Setup *setup, const ModelSpec *spec, Error *err) {
    ModelOptions options = {.stride_in_1x1 = spec->stride_in == STRIDE_IN_1X1,
                            .shortcut = shortcut_letter(spec),
                            .key = spec->key,
                            .side = spec->side,
                            .activation = spec->act ? op_spec(act_of(spec)) : NULL};
    char arch[ARCH_NAME_MAX];
    if (spec->arch && !name_arch(spec, arch, err)) return NULL;
    if (spec->arch) options.arch = arch;
    Model *model = setup_load_weights(spec->weights, &options, err);
    if (!model) return NULL;
    if (*model->understood)
        utf8_format(setup->notice, sizeof setup->notice, "%s: %s", spec->weights, model->understood);
    mention_activation(setup, model);
    return model;
}

/* "; He's gain of 1.41 is made for ReLU, ..." where the weights are He's and the function is another one. */
static void mention_gain(Setup *setup, const ModelSpec *spec, const OpSpec *activation) {
    double gain = 1 / sqrt(activation->activation->second_moment);
    size_t used = strlen(setup->notice);
    InitConfig init;
    Error ignored = {0};
    bool he =
        setup_parse_init(spec, &init, &ignored) && (init.kind == INIT_HE || init.kind == INIT_ZERO_GAMMA);
    if (!he || activation == op_spec(op_default_activation())) return;
    utf8_format(setup->notice + used, sizeof setup->notice - used,
                "; He's gain %.2f keeps the scale of ReLU, that of %s is %.2f (--init gain:%.2f)", sqrt(2),
                activation->title, gain, gain);
}

static Model *load_model(Setup *setup, const ModelSpec *spec, Error *err) {
    ModelSpec random = *spec;
    if (spec->weights) return load_file(setup, spec, err);
    bool own = spec->shortcut || spec->stride_in || spec->init ||
               (spec->act && act_of(spec) != op_default_activation());
    if (!spec->arch && !own) return load_bundled(setup, spec, err);
    if (!spec->arch) random.arch = BUNDLED_ARCH;
    setup->untrained = true;
    Model *model = setup_new_model(&random, 0, err);
    if (!model) return NULL;
    utf8_format(setup->notice, sizeof setup->notice, "%s has random weights (--init %s, seed %llu)",
                model->network->arch, spec->init ? spec->init : "he", spec->seed);
    mention_gain(setup, spec, network_activation(model->network));
    return model;
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

/* The first word may be the model; the others are pictures. */
static bool split_words(Setup *setup, const Options *options, Error *err) {
    setup->images = options->words;
    setup->image_count = options->word_count;
    for (int k = 0; k < options->word_count; k++) {
        ArgumentKind kind;
        if (!argument_kind_find(options->words[k], &kind, err)) return false;
        if (kind == ARGUMENT_IMAGE || kind == ARGUMENT_BUNDLED) continue;
        if (k > 0)
            return error_set(err, kind == ARGUMENT_ARCH ? ERROR_USAGE : ERROR_FILE,
                             "%s: expected a picture, found %s", options->words[k],
                             kind == ARGUMENT_ARCH ? "an architecture; the model comes first"
                                                   : "something else; weights come first");
        setup->images++;
        setup->image_count--;
    }
    return true;
}

bool setup_check_words(const Options *options, Error *err) {
    Setup setup = {.model = NULL};
    ModelSpec origin;
    return split_words(&setup, options, err) && find_origin(&origin, &setup, options, err);
}

/* `setup` is cleared except for its words. */
static bool open_model(Setup *setup, const ModelSpec *spec, Error *err) {
    setup->seed = spec->seed;
    setup->bn = spec->bn;
    setup->model = load_model(setup, spec, err);
    utf8_copy(setup->init, sizeof setup->init,
              !setup->untrained ? "trained"
              : spec->init      ? spec->init
                                : "he");
    return setup->model;
}

bool setup_open(Setup *setup, const Options *options, Error *err) {
    ModelSpec origin;
    *setup = (Setup){.model = NULL};
    setup->ignores_exif = options->input.exif == EXIF_IS_IGNORED;
    if (!split_words(setup, options, err) || !find_origin(&origin, setup, options, err)) return false;
    if (!open_model(setup, &origin, err)) return false;
    if (!setup_apply_preprocess(&setup->model->preprocess, options, err)) {
        setup_close(setup);
        return false;
    }
    if (name_classes(setup->model, options->run.classes, err)) return true;
    setup_close(setup);
    return false;
}

bool setup_open_model(Setup *setup, const ModelSpec *spec, Error *err) {
    *setup = (Setup){.model = NULL};
    bool open = open_model(setup, spec, err);
    if (open && name_classes(setup->model, NULL, err)) return true;
    setup_close(setup);
    return false;
}

void setup_close(Setup *setup) {
    model_free(setup->model);
    *setup = (Setup){0};
}

static Model *load_named(const char *name, Error *err) {
    const Asset *asset = asset_find_model(name);
    return asset ? load_asset(asset, NULL, err) : model_load_file(name, NULL, err);
}

bool setup_open_weights(Setup *setup, const Setup *old, const char *name, Error *err) {
    *setup = (Setup){.init = "trained", .seed = old->seed, .bn = old->bn, .ignores_exif = old->ignores_exif};
    setup->model = load_named(name, err);
    if (setup->model && name_classes(setup->model, NULL, err)) return true;
    setup_close(setup);
    return false;
}

bool setup_open_arch(Setup *setup, const Setup *old, const char *arch, Error *err) {
    ModelSpec spec = {
        .arch = arch, .init = old->untrained ? old->init : NULL, .seed = old->seed, .bn = old->bn};
    if (!setup_open_model(setup, &spec, err)) return false;
    setup->ignores_exif = old->ignores_exif;
    return true;
}

bool setup_batch_statistics(const Setup *setup) {
    return setup->bn == BN_DEFAULT ? setup->untrained : setup->bn == BN_TRAIN;
}
