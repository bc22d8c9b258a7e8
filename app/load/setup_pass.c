/* The second half of app/load/setup.h: pictures, skip modes, passes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/asset/assets.h"
#include "app/load/data_sets.h"
#include "app/load/setup.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "core/format/npy.h"
#include "core/image/image.h"

enum { SETUP_DATA_DEFAULT = 32, BLOCK_NAME_MAX = OP_NAME_MAX };

static const char LESION[] = "lesion:";

static bool refuse_block(const Network *network, const char *name, Error *err) {
    Suggestion suggestion = suggest_begin(name);
    for (int b = 0; b < network->block_count; b++) suggest_offer(&suggestion, network->blocks[b].name);
    return error_set(err, ERROR_USAGE,
                     "--without-skip: %s has no block '%s'; it has %s to %s, and the nearest is %s",
                     network->arch, name, network->blocks[0].name,
                     network->blocks[network->block_count - 1].name, suggestion.best);
}

static bool mark_lesions(const Network *network, const char *list, bool *lesioned, Error *err) {
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char name[BLOCK_NAME_MAX];
        utf8_format(name, sizeof name, "%.*s", (int)strcspn(at, ","), at);
        int block = network_find_block(network, name);
        if (block < 0) return refuse_block(network, name, err);
        lesioned[block] = true;
    }
    return true;
}

static bool parse_skip(const Network *network, const char *text, PassConfig *config, bool **lesioned,
                       Error *err) {
    static const char *const words[] = {"none", "plain", "cut", "lesion:BLOCK", NULL};
    if (strcmp(text, "none") == 0) return true;
    bool lesion = strncmp(text, LESION, sizeof LESION - 1) == 0;
    config->skip = lesion ? SKIP_LESION : strcmp(text, "cut") == 0 ? SKIP_CUT : SKIP_PLAIN;
    if (config->skip == SKIP_PLAIN && strcmp(text, "plain") != 0)
        return error_set(
            err, ERROR_USAGE,
            "--without-skip: expected none, plain, cut or lesion:BLOCK[,BLOCK], found '%.*s'; the "
            "nearest is '%s'",
            utf8_first(text, 60), text, suggest_nearest(text, words));
    if (network->blocks[0].shortcut == SHORTCUT_NONE)
        return error_set(err, ERROR_USAGE, "--without-skip %.*s: %s has no skips to take away",
                         utf8_first(text, 60), text, network->arch);
    if (!lesion) return true;
    *lesioned = calloc((size_t)network->block_count, sizeof **lesioned);
    if (!*lesioned) return error_set(err, ERROR_FAILED, "not enough memory");
    config->lesioned = *lesioned;
    return mark_lesions(network, text + sizeof LESION - 1, *lesioned, err);
}

bool setup_pass_config(const Setup *setup, const Options *options, PassConfig *config, bool **lesioned,
                       Error *err) {
    bool chosen = options->model.bn != BN_DEFAULT || options->command != COMMAND_CLASSIFY;
    *config = (PassConfig){.batch_statistics = chosen && setup_batch_statistics(setup)};
    *lesioned = NULL;
    const char *skip = options->run.without_skip ? options->run.without_skip : "none";
    if (parse_skip(setup->model->network, skip, config, lesioned, err)) return true;
    free(*lesioned);
    *lesioned = NULL;
    return false;
}

static size_t image_elements(const Setup *setup) {
    return shape_count(setup->model->network->input);
}

static bool load_standard_input(Image *image, ImageExif exif, Error *err) {
    if (isatty(STDIN_FILENO))
        return error_set(
            err, ERROR_USAGE,
            "- reads a picture from standard input, which is the terminal: skipscope classify - <photo.jpg");
    return image_load_open(image, STDIN_FILENO, "standard input", exif, err);
}

bool setup_load_turned(const Setup *setup, const char *name, real *nhwc, int *orientation, Error *err) {
    Image image = {0};
    const Asset *asset = strchr(name, '/') ? NULL : asset_find_image(name);
    ImageExif exif = setup->ignores_exif ? IMAGE_EXIF_IGNORE : IMAGE_EXIF_APPLY;
    bool ok = asset                    ? image_load_memory(&image, asset->begin, asset_size(asset), name, err)
              : strcmp(name, "-") == 0 ? load_standard_input(&image, exif, err)
                                       : image_load_as(&image, name, exif, err);
    ok = ok && preprocess_to_input(&image, &setup->model->preprocess, nhwc, err);
    *orientation = setup->ignores_exif || image.orientation < 2 ? 0 : image.orientation;
    image_free(&image);
    return ok;
}

bool setup_load_image(const Setup *setup, const char *name, real *nhwc, Error *err) {
    int ignored;
    return setup_load_turned(setup, name, nhwc, &ignored, err);
}

static bool alloc_batch(Batch *batch, const Setup *setup, int count, Error *err) {
    batch->count = count;
    batch->values = calloc((size_t)count, image_elements(setup) * sizeof *batch->values);
    batch->labels = malloc((size_t)count * sizeof *batch->labels);
    if (!batch->values || !batch->labels)
        return error_set(err, ERROR_FAILED, "not enough memory for %d images", count);
    for (int k = 0; k < count; k++) batch->labels[k] = -1;
    return true;
}

static bool load_npy(Batch *batch, const Setup *setup, const char *path, Error *err) {
    NpyArray array = {0};
    Shape shape = setup->model->network->input;
    if (!npy_load(&array, path, err)) return false;
    bool ok = array.rank == 4 && array.dims[0] > 0 && array.dims[1] == 3 && array.dims[2] == shape.h &&
              array.dims[3] == shape.w;
    if (!ok)
        error_set(err, ERROR_FILE,
                  "%s: expected an array of shape (N,3,%d,%d), found (%d,%d,%d,%d) of rank %d", path, shape.h,
                  shape.w, array.dims[0], array.dims[1], array.dims[2], array.dims[3], array.rank);
    ok = ok && alloc_batch(batch, setup, array.dims[0], err);
    shape.n = batch->count;
    if (ok) tensor_from_nchw(batch->values, array.data, shape);
    utf8_copy(batch->label, sizeof batch->label, path);
    npy_free(&array);
    return ok;
}

int setup_picture_class(const Model *model, const char *name) {
    char buffer[ASSET_NAME_MAX];
    const Asset *asset = strchr(name, '/') ? NULL : asset_find_image(name);
    const char *dash = asset ? strchr(asset_image_name(asset, buffer), '-') : NULL;
    for (int k = 0; dash && model->class_names && k < model->network->classes; k++)
        if (strcmp(model->class_names[k], dash + 1) == 0) return k;
    return -1;
}

static bool load_words(Batch *batch, const Setup *setup, Error *err) {
    bool ok = alloc_batch(batch, setup, setup->image_count, err);
    for (int k = 0; ok && k < batch->count; k++) {
        batch->labels[k] = setup_picture_class(setup->model, setup->images[k]);
        ok =
            setup_load_image(setup, setup->images[k], batch->values + (size_t)k * image_elements(setup), err);
    }
    if (batch->count == 1)
        utf8_copy(batch->label, sizeof batch->label, setup->images[0]);
    else
        snprintf(batch->label, sizeof batch->label, "%d pictures", batch->count);
    return ok;
}

static bool load_bundled_images(Batch *batch, const Setup *setup, int bundled, Error *err) {
    int count = asset_image_count() < bundled ? asset_image_count() : bundled;
    if (count == 0)
        return error_set(err, ERROR_USAGE,
                         "this build has no pictures inside: name one, or a data set with --data");
    bool ok = alloc_batch(batch, setup, count, err);
    char name[ASSET_NAME_MAX];
    for (int k = 0; ok && k < count; k++) {
        batch->labels[k] = setup_picture_class(setup->model, asset_image_name(asset_image(k), name));
        ok = setup_load_image(setup, name, batch->values + (size_t)k * image_elements(setup), err);
    }
    if (count == 1)
        utf8_copy(batch->label, sizeof batch->label, name);
    else
        snprintf(batch->label, sizeof batch->label, "%d bundled pictures", count);
    return ok;
}

static bool copy_images(Batch *batch, const Setup *setup, const Dataset *dataset, Error *err) {
    const Network *network = setup->model->network;
    if (!dataset_check_fit(dataset, network->arch, network->input, network->classes, err)) return false;
    if (!alloc_batch(batch, setup, dataset_count(dataset), err)) return false;
    batch->targets = calloc((size_t)batch->count, sizeof *batch->targets);
    if (!batch->targets) return error_set(err, ERROR_FAILED, "not enough memory");
    for (int k = 0; k < batch->count; k++) {
        dataset_to_input(dataset, k, &setup->model->preprocess.normalise,
                         batch->values + (size_t)k * image_elements(setup));
        batch->targets[k] = batch->labels[k] = dataset_label(dataset, k);
    }
    return true;
}

static bool load_data(Batch *batch, const Setup *setup, const Options *options, Error *err) {
    DatasetConfig config = data_sets_config(options, setup->model->network->input.h);
    if (config.limit == 0) config.limit = SETUP_DATA_DEFAULT;
    Dataset *dataset = data_sets_open(&config, options->output.quiet, err);
    bool ok = dataset && copy_images(batch, setup, dataset, err);
    utf8_format(batch->label, sizeof batch->label, "%d images of %s (%s)", batch->count,
                dataset_kind_name(config.kind), config.split == DATASET_TRAIN ? "train" : "test");
    dataset_free(dataset);
    return ok;
}

/* --target: one class for all images, or one for each. */
static bool apply_targets(Batch *batch, const Setup *setup, const OptionCounts *wanted, Error *err) {
    const Network *network = setup->model->network;
    int labels = network_answers(network);
    if (wanted->count == 0) return true;
    if (wanted->count != 1 && wanted->count != batch->count)
        return error_set(err, ERROR_USAGE, "--target: expected one class or %d, found %d", batch->count,
                         wanted->count);
    if (!batch->targets) batch->targets = calloc((size_t)batch->count, sizeof *batch->targets);
    if (!batch->targets) return error_set(err, ERROR_FAILED, "not enough memory");
    for (int k = 0; k < batch->count; k++) {
        int label = wanted->values[wanted->count == 1 ? 0 : k];
        if (label >= labels)
            return error_set(err, ERROR_USAGE, "--target: expected %s from 0 to %d, found %d",
                             network->classes == 1 ? "a label" : "a class", labels - 1, label);
        batch->targets[k] = network_label(network, label);
    }
    return true;
}

bool setup_load_batch(Batch *batch, const Setup *setup, const Options *options, int bundled, Error *err) {
    *batch = (Batch){0};
    if (options->input.file && setup->image_count > 0)
        return error_set(err, ERROR_USAGE, "--input %s and the picture %s: choose one of them",
                         options->input.file, setup->images[0]);
    bool data = options_given(options, "data") || options_given(options, "dataset") ||
                options_given(options, "limit") || options_given(options, "split");
    bool ok = options->input.file      ? load_npy(batch, setup, options->input.file, err)
              : setup->image_count > 0 ? load_words(batch, setup, err)
              : data                   ? load_data(batch, setup, options, err)
                                       : load_bundled_images(batch, setup, bundled, err);
    if (ok && apply_targets(batch, setup, &options->input.target, err)) return true;
    setup_free_batch(batch);
    return false;
}

bool setup_load_bundled(Batch *batch, const Setup *setup, Error *err) {
    *batch = (Batch){0};
    if (load_bundled_images(batch, setup, asset_image_count(), err)) return true;
    setup_free_batch(batch);
    return false;
}

void setup_free_batch(Batch *batch) {
    free(batch->values);
    free(batch->labels);
    free(batch->targets);
    *batch = (Batch){0};
}

Pass *setup_new_pass(const Setup *setup, const PassConfig *config, const Batch *batch, Error *err) {
    PassConfig wanted = *config;
    wanted.batch = batch->count;
    Pass *pass = pass_new(setup->model->network, &wanted, err);
    if (!pass) return NULL;
    memcpy(pass_input(pass), batch->values,
           (size_t)batch->count * image_elements(setup) * sizeof *batch->values);
    pass_restart(pass, batch->targets);
    return pass;
}
