/* What a list says about the selected file, from its first bytes. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/input/file_list.h"
#include "core/base/utf8.h"
#include "core/image/size.h"
#include "core/network/weights.h"
#include "views/style/text.h"

static bool row_path(const FileList *list, const FileRow *row, char out[PATH_MAX]) {
    int length = snprintf(out, PATH_MAX, "%s/%s", list->folder, row->name);
    return length > 0 && length < PATH_MAX;
}

static bool describe_picture(FileList *list, const FileRow *row, Error *err) {
    char path[PATH_MAX];
    ImageSize size;
    const Asset *asset = row->kind == FILE_BUNDLED ? asset_find_image(row->name) : NULL;
    bool ok = asset ? image_size_memory(&size, asset->begin, asset_size(asset), row->name, err)
                    : row_path(list, row, path) && image_size_file(&size, path, err);
    if (!ok) return false;
    const char *kind = image_kind_name(size.kind), *origin = asset ? ", built in" : "";
    if (size.width > 0)
        utf8_format(list->about, sizeof list->about, "%s, %d x %d pixels%s", kind, size.width, size.height,
                    origin);
    else
        utf8_format(list->about, sizeof list->about, "%s%s", kind, origin);
    return true;
}

/* "resnet20, 10 classes, shortcuts A; cifar10, top-1 0.9184" */
static bool describe_opened(FileList *list, const Tensors *file, Error *err) {
    ResnetConfig config;
    const char *data = tensors_value(file, "dataset"), *top1 = tensors_value(file, "test_top1");
    if (!weights_find_config(file, tensors_value(file, "arch"), &config, err)) return false;
    int used = (int)utf8_format(list->about, sizeof list->about, "%s, ", config.arch);
    if (config.headless)
        used += (int)utf8_format(list->about + used, sizeof list->about - (size_t)used, "no classifier, ");
    else
        used += (int)utf8_format(list->about + used, sizeof list->about - (size_t)used, "%d classes, ",
                                 config.classes);
    used += (int)utf8_format(list->about + used, sizeof list->about - (size_t)used, "%d tensors",
                             tensors_count(file));
    if (data)
        used += utf8_format(list->about + used, sizeof list->about - (size_t)used, "; %.*s",
                            utf8_first(data, 40), data);
    if (top1)
        utf8_format(list->about + used, sizeof list->about - (size_t)used, ", top-1 accuracy %.*s",
                    utf8_first(top1, 20), top1);
    return true;
}

static bool describe_weights(FileList *list, const FileRow *row, Error *err) {
    char path[PATH_MAX];
    const Asset *asset = row->kind == FILE_BUNDLED ? asset_find_model(row->name) : NULL;
    Tensors *file = asset ? tensors_open_memory(asset->begin, asset_size(asset), row->name, NULL, err)
                    : row_path(list, row, path) ? tensors_open_file(path, NULL, err)
                                                : NULL;
    bool ok = file && describe_opened(list, file, err);
    tensors_close(file);
    return ok;
}

static bool describe_arch(FileList *list, const FileRow *row, Error *err) {
    ResnetConfig config = {.classes = 0};
    utf8_copy(config.arch, sizeof config.arch, row->name);
    Network *network = resnet_new(&config, err);
    if (!network) return false;
    utf8_format(
        list->about, sizeof list->about,
        "%d operations in %d blocks, input %s, %d classes, %s multiply-adds; comes with random weights",
        network->op_count, network->block_count, text_format_shape(network->input).text, network->classes,
        text_format_engineering((double)network_macs(network)).text);
    network_free(network);
    return true;
}

/* Error sentences begin with the path of the file, which is shown above already. */
static const char *without_path(const FileList *list, const FileRow *row, const char *sentence) {
    char path[PATH_MAX];
    if (row->kind != FILE_FILE || !row_path(list, row, path)) return sentence;
    size_t length = strlen(path);
    bool begins = strncmp(sentence, path, length) == 0 && strncmp(sentence + length, ": ", 2) == 0;
    return begins ? sentence + length + 2 : sentence;
}

void file_list_describe(FileList *list) {
    const FileRow *row = file_list_selected(list);
    Error err = {.text = "the path is too long"};
    bool ok = true;
    list->about[0] = '\0';
    if (!row) return;
    switch (row->kind) {
    case FILE_PARENT: snprintf(list->about, sizeof list->about, "the folder above"); break;
    case FILE_FOLDER: snprintf(list->about, sizeof list->about, "a folder: Enter opens it"); break;
    case FILE_ARCH: ok = describe_arch(list, row, &err); break;
    case FILE_BUNDLED:
    case FILE_FILE:
        ok = list->group == FILES_PICTURES ? describe_picture(list, row, &err)
                                           : describe_weights(list, row, &err);
        break;
    }
    if (!ok) utf8_copy(list->about, sizeof list->about, without_path(list, row, err.text));
    list->about_is_bad = !ok;
    if (list->cut)
        utf8_append(list->about, sizeof list->about,
                    " (the folder has more than %d entries: the rest is not listed)", FILE_LIST_MAX);
}
