#include "core/network/model.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/network/class_names.h"
#include "core/network/folder_config.h"

enum { MODEL_LABEL_MAX = 4200, MODEL_LINE_MAX = 4 * WEIGHTS_LINE_MAX };

static const char *copy_text(Arena *arena, const char *text) {
    char *copy = arena_alloc(arena, strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : NULL;
}

static bool no_memory(const char *source, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory", *source ? source : "model");
}

const char *model_value(const Model *model, const char *key) {
    for (int k = 0; k < model->pair_count; k++) {
        if (strcmp(model->pairs[k].key, key) == 0) return model->pairs[k].value;
    }
    return NULL;
}

/* Does what is said of the key come from a configuration beside the file? */
static bool is_from_folder(const Model *model, const char *key) {
    for (int k = 0; k < model->own_pair_count; k++) {
        if (strcmp(model->pairs[k].key, key) == 0) return false;
    }
    return model_value(model, key);
}

static PreprocessOrigin origin_of(const Model *model, const char *key) {
    return is_from_folder(model, key) ? PREPROCESS_FROM_FOLDER : PREPROCESS_FROM_FILE;
}

static bool value_is(const Model *model, const char *key, const char *value, bool when_missing) {
    const char *found = model_value(model, key);
    return found ? strcmp(found, value) == 0 : when_missing;
}

/* "a,b,c" or "[a,b,c]" as a JSON list, so that numbers are read whatever the locale. NULL for other text. */
static json_t *parse_list(const char *text) {
    if (*text == '[') return json_loads(text, 0, NULL);
    size_t size = strlen(text) + 3;
    char *list = malloc(size);
    if (!list) return NULL;
    utf8_format(list, size, "[%s]", text);
    json_t *parsed = json_loads(list, 0, NULL);
    free(list);
    return parsed;
}

static bool parse_triple(const Model *model, const char *key, float out[3], Error *err) {
    const char *text = model_value(model, key);
    if (!text) return true;
    json_t *list = parse_list(text);
    bool good = json_array_size(list) == 3;
    for (size_t c = 0; good && c < 3; c++) {
        const json_t *item = json_array_get(list, c);
        out[c] = (float)json_number_value(item);
        good = json_is_number(item) && isfinite(out[c]);
    }
    json_decref(list);
    if (good) return true;
    return error_set(err, ERROR_FILE,
                     "%s: its metadata %s is '%.*s', expected three numbers like 0.5,0.5,0.5", model->source,
                     key, utf8_first(text, 80), text);
}

static bool check_spread(const Model *model, Error *err) {
    for (int c = 0; c < 3; c++) {
        if (model->preprocess.normalise.std[c] > 0) continue;
        return error_set(err, ERROR_FILE, "%s: its metadata std is '%.*s', expected positive numbers",
                         model->source, utf8_first(model_value(model, "std"), 80), model_value(model, "std"));
    }
    return true;
}

/* Size, crop and channels, where the network was not made for what is guessed. */
static bool read_geometry(Model *model, Error *err) {
    const char *text = model_value(model, "preprocess");
    if (!text) return true;
    Preprocess *preprocess = &model->preprocess;
    int side = preprocess->crop, resize = preprocess->resize;
    if (preprocess_parse(preprocess, text, origin_of(model, "preprocess"))) {
        /* Another size was asked for: the file's scaling belongs to its own. */
        if (preprocess->crop != side) {
            preprocess->resize = resize;
            preprocess->resize_height = 0;
        }
        preprocess->crop = side;
        return true;
    }
    return error_set(
        err, ERROR_FILE,
        "%s: its metadata preprocess is '%.*s', expected a line like 'resize 256 bilinear, crop 224, RGB'",
        model->source, utf8_first(text, 80), text);
}

/* What the metadata does not say is guessed from the size of the pictures and the number of classes. */
static bool load_preprocess(Model *model, Error *err) {
    Preprocess *preprocess = &model->preprocess;
    bool hundred = !model->network->headless && model->network->classes == 100;
    *preprocess =
        preprocess_guess(model->network->input.h, value_is(model, "dataset", "cifar100", hundred) ? 100 : 0);
    /* A data set that is named was not scaled or cut to be learnt. */
    if (model_value(model, "dataset"))
        for (int part = 0; part < PREPROCESS_PARTS; part++) preprocess->origins[part] = PREPROCESS_FROM_FILE;
    if (model_value(model, "mean")) preprocess->origins[PREPROCESS_MEAN] = origin_of(model, "mean");
    if (model_value(model, "std")) preprocess->origins[PREPROCESS_STD] = origin_of(model, "std");
    return parse_triple(model, "mean", preprocess->normalise.mean, err) &&
           parse_triple(model, "std", preprocess->normalise.std, err) && check_spread(model, err) &&
           read_geometry(model, err);
}

static char *lines_from_commas(const char *text) {
    char *lines = strdup(text);
    for (char *at = lines; at && *at; at++) {
        if (*at == ',') *at = '\n';
    }
    return lines;
}

static bool load_class_names(Model *model, Error *err) {
    const char *text = model_value(model, "classes");
    int classes = model->network->classes;
    if (!text) {
        bool named = classes == 10 && resnet_is_cifar(model->network->arch) &&
                     value_is(model, "dataset", "cifar10", true);
        model->class_names = named ? class_names_cifar10() : NULL;
        return true;
    }
    char label[MODEL_LABEL_MAX];
    utf8_format(label, sizeof label, "%s (metadata classes)", model->source);
    bool json = *text == '[' || *text == '{';
    char *lines = json ? strdup(text) : lines_from_commas(text);
    if (!lines) return no_memory(model->source, err);
    model->class_names = class_names_parse(model->arena, lines, strlen(lines), classes, label, err);
    free(lines);
    /* What lies beside the file may be about another one. */
    return model->class_names || is_from_folder(model, "classes");
}

/* Those of the file, and behind them what lies beside it: the first of a key counts. */
static bool copy_pairs(Model *model, const Tensors *file, const FolderConfig *folder, Error *err) {
    int count = tensors_pair_count(file);
    SafetensorsPair *pairs = arena_alloc(model->arena, (size_t)(count + FOLDER_PAIRS_MAX), sizeof *pairs);
    if (!pairs) return no_memory(model->source, err);
    for (int k = 0; k < count; k++) {
        SafetensorsPair pair = tensors_pair(file, k);
        pairs[k] = (SafetensorsPair){.key = copy_text(model->arena, pair.key),
                                     .value = copy_text(model->arena, pair.value)};
        if (!pairs[k].key || !pairs[k].value) return no_memory(model->source, err);
    }
    memcpy(pairs + count, folder->pairs, (size_t)folder->count * sizeof *pairs);
    model->pairs = pairs;
    model->own_pair_count = count;
    model->pair_count = count + folder->count;
    return true;
}

static Model *model_alloc(const char *source, Error *err) {
    Arena *arena = arena_new();
    Model *model = arena ? arena_alloc(arena, 1, sizeof *model) : NULL;
    if (model)
        *model = (Model){.arena = arena, .source = copy_text(arena, source), .key = "", .understood = ""};
    if (model && model->source) return model;
    no_memory(source, err);
    arena_free(arena);
    return NULL;
}

static void set_activation(ResnetConfig *config, const OpSpec *activation) {
    OpKind kind = (OpKind)op_find_activation(activation->name);
    arch_format(arch_with_activation(arch_of(config->arch), kind), config->arch);
}

/* The pictures that the file says its network was made for; 0 where it does not. */
static int side_of(const Model *model) {
    Preprocess preprocess = {.crop = 0};
    const char *text = model_value(model, "preprocess");
    return text && preprocess_parse(&preprocess, text, PREPROCESS_FROM_FILE) ? preprocess.crop : 0;
}

/* The network that the header describes, checked against it, still without values. */
static Network *build_network(const Model *model, const Tensors *file, const ModelOptions *options,
                              Error *err) {
    ResnetConfig config;
    const char *recorded = model_value(model, "arch"), *stride = model_value(model, "stride_in"),
               *act = model_value(model, "activation");
    Arch known;
    if (recorded && !arch_parse(recorded, &known)) recorded = NULL; /* another program's word for something */
    if (!weights_find_config(file, options->arch ? options->arch : recorded, &config, err)) return NULL;
    if (act && !recorded && !options->arch && op_find_activation(act) >= 0)
        set_activation(&config, op_spec((OpKind)op_find_activation(act)));
    if (options->activation) set_activation(&config, options->activation);
    config.side = options->side ? options->side : side_of(model);
    config.stride_in_1x1 = options->stride_in_1x1 || (stride && strcmp(stride, "1x1") == 0);
    if (options->shortcut && config.shortcut && options->shortcut != config.shortcut) {
        error_set(err, ERROR_FILE, "%s: expected shortcuts of option %c, found the tensors of option %c",
                  tensors_label(file), options->shortcut, config.shortcut);
        return NULL;
    }
    Network *network = resnet_new(&config, err);
    if (network && weights_check(file, network, err)) return network;
    network_free(network);
    return NULL;
}

static void add_part(char *line, size_t size, const char *part) {
    if (*part) utf8_append(line, size, "%s%s", *line ? "; " : "", part);
}

/* Weights that are on their way to be trained, and what else there is to choose from. First in the line: on a
 * narrow screen that is what is seen. */
static void say_checkpoint(const Model *model, char *line, size_t size) {
    const char *step = model_value(model, "checkpoint_step"), *networks = model_value(model, "networks");
    if (!step) return;
    utf8_append(line, size, "a checkpoint after step %.*s", utf8_first(step, 20), step);
    if (networks) utf8_append(line, size, " of %.*s (--key chooses)", utf8_first(networks, 100), networks);
}

/* What its reader should know of the file. */
static bool say_understood(Model *model, const Tensors *file, const FolderConfig *folder,
                           const WeightsReport *report, Error *err) {
    char line[MODEL_LINE_MAX] = "";
    const char *key = tensors_group_count(file) > 0 ? tensors_group(file, 0)->key : "",
               *rest = tensors_left_out(file);
    say_checkpoint(model, line, sizeof line);
    add_part(line, sizeof line, report->values);
    if (strcmp(tensors_kind(file), "safetensors") != 0) add_part(line, sizeof line, tensors_kind(file));
    if (*key) utf8_append(line, sizeof line, "%stensors of '%s'", *line ? ", " : "", key);
    add_part(line, sizeof line, report->names);
    add_part(line, sizeof line, report->left_out);
    if (*rest)
        utf8_append(line, sizeof line, "%s%s",
                    *report->left_out ? ", "
                    : *line           ? "; left out: "
                                      : "left out: ",
                    rest);
    add_part(line, sizeof line, folder->said);
    model->understood = copy_text(model->arena, line);
    model->bad_tensors = report->bad_tensors;
    return model->understood || no_memory(model->source, err);
}

static bool copy_key(Model *model, const char *key, Error *err) {
    if (key) model->key = copy_text(model->arena, key);
    return model->key || no_memory(model->source, err);
}

/* `path`: where a configuration may lie beside; NULL: nowhere. */
static bool load_into(Model *model, const Tensors *file, const char *path, const ModelOptions *options,
                      Error *err) {
    static const ModelOptions defaults = {0};
    if (!options) options = &defaults;
    FolderConfig folder = {.count = 0};
    WeightsReport report;
    if (path) folder_config_read(&folder, path, model->arena);
    if (!copy_key(model, options->key, err) || !copy_pairs(model, file, &folder, err)) return false;
    model->network = build_network(model, file, options, err);
    return model->network && load_preprocess(model, err) && load_class_names(model, err) &&
           tensors_check_data(file, err) && weights_read(file, model->network, &report, err) &&
           say_understood(model, file, &folder, &report, err);
}

/* Closes the file in every case. */
static Model *load_opened(Tensors *file, const char *path, const ModelOptions *options, Error *err) {
    if (!file) return NULL;
    Model *model = model_alloc(tensors_label(file), err);
    if (model && !load_into(model, file, path, options, err)) {
        model_free(model);
        model = NULL;
    }
    tensors_close(file);
    return model;
}

/* What of the options is for the file that holds the tensors. */
static TensorsOptions file_options(const ModelOptions *options) {
    return (TensorsOptions){.key = options ? options->key : NULL};
}

Model *model_load_file(const char *path, const ModelOptions *options, Error *err) {
    TensorsOptions how = file_options(options);
    return load_opened(tensors_open_file(path, &how, err), path, options, err);
}

Model *model_load_memory(const void *bytes, size_t size, const char *label, const ModelOptions *options,
                         Error *err) {
    TensorsOptions how = file_options(options);
    return load_opened(tensors_open_memory(bytes, size, label, &how, err), NULL, options, err);
}

Model *model_new(Network *network, Error *err) {
    Model *model = model_alloc("", err);
    if (!model) {
        network_free(network);
        return NULL;
    }
    model->network = network;
    if (load_preprocess(model, err) && load_class_names(model, err)) return model;
    model_free(model);
    return NULL;
}

void model_free(Model *model) {
    if (!model) return;
    network_free(model->network);
    arena_free(model->arena);
}

bool model_set_class_names(Model *model, const char *const *names, Error *err) {
    const char *const *copies = class_names_copy(model->arena, names, model->network->classes);
    if (!copies) return no_memory(model->source, err);
    model->class_names = copies;
    return true;
}

const char *model_class_name(const Model *model, int class_index, char *buffer, size_t buffer_size) {
    assert(class_index >= 0 && class_index < network_answers(model->network));
    if (class_index == model->network->classes) {
        const char *name = model->class_names ? model->class_names[0] : "class 0";
        utf8_format(buffer, buffer_size, "not %s", name);
        return buffer;
    }
    if (model->class_names) return model->class_names[class_index];
    snprintf(buffer, buffer_size, "%s %d", network_answer_word(model->network), class_index);
    return buffer;
}

static bool has_key(const ModelNotes *list, const char *key) {
    for (int k = 0; k < list->count; k++) {
        if (strcmp(list->pairs[k].key, key) == 0) return true;
    }
    return false;
}

static void add_own(ModelNotes *list, const char *key, const char *value) {
    if (!has_key(list, key)) list->pairs[list->count++] = (SafetensorsPair){.key = key, .value = value};
}

/* Takes the text a JSON writer made, without the brackets of its list when `bare`. */
static bool add_written(ModelNotes *list, const char *key, JsonWriter *writer, bool bare) {
    if (!json_write_end(writer)) return false;
    list->heap[list->heap_count++] = writer->text;
    if (bare) writer->text[writer->length - 1] = '\0';
    add_own(list, key, writer->text + (bare ? 1 : 0));
    return true;
}

static bool add_triple(ModelNotes *list, const char *key, const float values[3]) {
    JsonWriter writer;
    json_write_init(&writer, NULL);
    json_write_array_begin(&writer);
    for (int c = 0; c < 3; c++) json_write_float(&writer, values[c]);
    json_write_array_end(&writer);
    return add_written(list, key, &writer, true);
}

static bool add_class_names(ModelNotes *list, const Model *model) {
    JsonWriter writer;
    if (!model->class_names) return true;
    json_write_init(&writer, NULL);
    json_write_array_begin(&writer);
    for (int k = 0; k < model->network->classes; k++) json_write_string(&writer, model->class_names[k]);
    json_write_array_end(&writer);
    return add_written(list, "classes", &writer, false);
}

const char *model_shortcut_name(const Model *model) {
    switch (model->network->shortcut) {
    case 'A': return "A";
    case 'B': return "B";
    case 'C': return "C";
    default: return "none";
    }
}

/* Only where it is not what is guessed: what every other file says need not be said. */
static bool add_geometry(ModelNotes *list, const Model *model) {
    char text[PREPROCESS_TEXT_MAX];
    bool usual_side = model->network->input.h == resnet_side(model->network->arch);
    if (usual_side && preprocess_is_usual(&model->preprocess)) return true;
    char *copy = strdup(preprocess_format_geometry(&model->preprocess, text));
    if (!copy) return false;
    list->heap[list->heap_count++] = copy;
    add_own(list, "preprocess", copy);
    return true;
}

bool model_notes(ModelNotes *list, const Model *model, const SafetensorsPair *pairs, int pair_count) {
    const Network *network = model->network;
    *list = (ModelNotes){.count = 0};
    list->pairs = calloc((size_t)pair_count + MODEL_OWN_PAIRS, sizeof *list->pairs);
    if (!list->pairs) return false;
    for (int k = 0; k < pair_count; k++) list->pairs[list->count++] = pairs[k];
    add_own(list, "arch", network->arch);
    add_own(list, "shortcut", model_shortcut_name(model));
    add_own(list, "stride_in", network->stride_in_1x1 ? "1x1" : "3x3");
    return add_triple(list, "mean", model->preprocess.normalise.mean) &&
           add_triple(list, "std", model->preprocess.normalise.std) && add_geometry(list, model) &&
           add_class_names(list, model);
}

void model_notes_free(ModelNotes *list) {
    for (int k = 0; k < list->heap_count; k++) free(list->heap[k]);
    free(list->pairs);
    *list = (ModelNotes){.count = 0};
}

static bool save(const Model *model, WeightsNotes notes, const char *path, Error *err) {
    ModelNotes list;
    bool good = model_notes(&list, model, notes.pairs, notes.pair_count);
    notes.pairs = list.pairs;
    notes.pair_count = list.count;
    good = good ? weights_save(model->network, &notes, path, err)
                : error_set(err, ERROR_FAILED, "%s: not enough memory to write it", path);
    model_notes_free(&list);
    return good;
}

bool model_save(const Model *model, const SafetensorsPair *pairs, int pair_count, const char *path,
                Error *err) {
    return save(model, (WeightsNotes){.pairs = pairs, .pair_count = pair_count}, path, err);
}

bool model_save_half(const Model *model, const SafetensorsPair *pairs, int pair_count, const char *path,
                     Error *err) {
    return save(model, (WeightsNotes){.pairs = pairs, .pair_count = pair_count, .half = true}, path, err);
}

bool model_save_torch(const Model *model, const char *path, Error *err) {
    return weights_save(model->network, &(WeightsNotes){.torch = true}, path, err);
}
