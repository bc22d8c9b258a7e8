#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cli/options.h"
#include "app/cli/progress.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/network/model.h"

/* What is written, by the end of its name; anything else is a folder. */
typedef enum OutKind { OUT_SAFETENSORS, OUT_TORCH, OUT_FOLDER } OutKind;

static OutKind out_kind(const char *path) {
    static const char *const torch[] = {".pth", ".pt", ".bin", ".ckpt", ".th"};
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    if (!dot || (slash && slash > dot)) return OUT_FOLDER;
    if (strcmp(dot, ".safetensors") == 0) return OUT_SAFETENSORS;
    for (size_t k = 0; k < sizeof torch / sizeof *torch; k++)
        if (strcmp(dot, torch[k]) == 0) return OUT_TORCH;
    return OUT_FOLDER;
}

/* What the model says of itself is written anew, under torchvision's names. */
static bool is_own_key(const char *key) {
    static const char *const keys[] = {"arch",    "shortcut",   "stride_in",  "mean",  "std",
                                       "classes", "preprocess", "activation", "crc32", "format"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (strcmp(key, keys[k]) == 0) return true;
    return false;
}

/* The other metadata of the file: data set, recipe, accuracy. `prepared`: how pictures are made ready is said even where
 * it is what would be guessed, so that no configuration beside the file says otherwise. */
static bool save_tensors(const Model *model, const char *path, bool prepared, Error *err) {
    char line[PREPROCESS_TEXT_MAX];
    SafetensorsPair *pairs = calloc((size_t)model->pair_count + 1, sizeof *pairs);
    int count = 0;
    if (!pairs) return error_set(err, ERROR_FAILED, "not enough memory");
    for (int k = 0; k < model->own_pair_count; k++)
        if (!is_own_key(model->pairs[k].key)) pairs[count++] = model->pairs[k];
    if (prepared)
        pairs[count++] = (SafetensorsPair){.key = "preprocess",
                                           .value = preprocess_format_geometry(&model->preprocess, line)};
    bool good = model_save(model, pairs, count, path, err);
    free(pairs);
    return good;
}

static void write_triple(JsonWriter *json, const char *key, const float values[3]) {
    json_write_key(json, key);
    json_write_array_begin(json);
    for (int c = 0; c < 3; c++) json_write_float(json, values[c]);
    json_write_array_end(json);
}

/* As timm's: with torchvision's names, timm finds the architecture by it. */
static bool save_config(const Model *model, const char *path, Error *err) {
    const Network *network = model->network;
    JsonWriter json;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_string(&json, "architecture", network->arch);
    json_write_key_int(&json, "num_classes", network->headless ? 0 : network->classes);
    if (model->class_names) {
        json_write_key(&json, "label_names");
        json_write_array_begin(&json);
        for (int k = 0; k < network->classes; k++) json_write_string(&json, model->class_names[k]);
        json_write_array_end(&json);
    }
    json_write_key(&json, "pretrained_cfg");
    json_write_object_begin(&json);
    json_write_key(&json, "input_size");
    json_write_array_begin(&json);
    json_write_int(&json, network->input.c);
    json_write_int(&json, network->input.h);
    json_write_int(&json, network->input.w);
    json_write_array_end(&json);
    write_triple(&json, "mean", model->preprocess.normalise.mean);
    write_triple(&json, "std", model->preprocess.normalise.std);
    const Preprocess *preprocess = &model->preprocess;
    bool scaled = preprocess->resize > 0 && preprocess->resize_height == 0;
    json_write_key_string(&json, "interpolation",
                          preprocess->filter == IMAGE_FILTER_BICUBIC ? "bicubic" : "bilinear");
    json_write_key_float(&json, "crop_pct", scaled ? (double)preprocess->crop / preprocess->resize : 1);
    json_write_key_string(&json, "first_conv", "conv1");
    json_write_key_string(&json, "classifier", "fc");
    json_write_object_end(&json);
    json_write_object_end(&json);
    bool good = json_write_end(&json) ? file_write_atomic(path, json.text, json.length, err)
                                      : error_set(err, ERROR_FAILED, "not enough memory");
    free(json.text);
    return good;
}

static bool save_folder(const Model *model, const char *folder, Error *err) {
    char path[PATH_MAX];
    if (mkdir(folder, 0777) != 0)
        return error_set(err, ERROR_FAILED, "%s: cannot be made: %s", folder, strerror(errno));
    if ((size_t)snprintf(path, sizeof path, "%s/model.safetensors", folder) >= sizeof path)
        return error_set(err, ERROR_FAILED, "%s: the path is too long", folder);
    if (!save_tensors(model, path, true, err)) return false;
    snprintf(path, sizeof path, "%s/config.json", folder);
    return save_config(model, path, err);
}

static bool convert(const Model *model, const char *out, Error *err) {
    switch (out_kind(out)) {
    case OUT_SAFETENSORS: return save_tensors(model, out, false, err);
    case OUT_TORCH: return model_save_torch(model, out, err);
    default: return save_folder(model, out, err);
    }
}

bool command_convert(const Options *options, Error *err) {
    const char *out = options->words[1];
    Options in = *options;
    Setup setup;
    in.word_count = 1;
    if (access(out, F_OK) == 0)
        return error_set(err, ERROR_FAILED,
                         "%s: is there already; convert writes over nothing: expected a new name", out);
    if (!setup_open(&setup, &in, err)) return false;
    progress_say(setup.notice);
    bool good = convert(setup.model, out, err);
    if (good) {
        const Network *network = setup.model->network;
        utf8_put(stdout, out);
        printf(": %s, %d tensors under torchvision's names\n", network->arch, network->param_count);
    }
    setup_close(&setup);
    return good;
}
