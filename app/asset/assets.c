#include "app/asset/assets.h"

#include <stdio.h>
#include <string.h>

static const char IMAGE_FOLDER[] = "assets/images/", MODEL_FOLDER[] = "assets/models/",
                  EXPERIMENT_FOLDER[] = "assets/experiment/", BUNDLED[] = "bundled ",
                  MODEL_ENDING[] = ".safetensors", HISTORY_ENDING[] = ".history.jsonl.gz";

const Asset *asset_find(const char *path) {
    for (const Asset *asset = asset_list; asset->path; asset++)
        if (strcmp(asset->path, path) == 0) return asset;
    return NULL;
}

size_t asset_size(const Asset *asset) {
    return (size_t)(asset->end - asset->begin);
}

const Asset *asset_image(int number) {
    for (const Asset *asset = asset_list; asset->path; asset++)
        if (strncmp(asset->path, IMAGE_FOLDER, sizeof IMAGE_FOLDER - 1) == 0 && number-- == 0) return asset;
    return NULL;
}

int asset_image_count(void) {
    int count = 0;
    while (asset_image(count)) count++;
    return count;
}

const char *asset_image_name(const Asset *asset, char out[ASSET_NAME_MAX]) {
    const char *file = asset->path + sizeof IMAGE_FOLDER - 1;
    snprintf(out, ASSET_NAME_MAX, "%.*s", (int)strcspn(file, "."), file);
    return out;
}

const Asset *asset_find_image(const char *name) {
    for (int k = 0; k < asset_image_count(); k++) {
        const Asset *asset = asset_image(k);
        char own[ASSET_NAME_MAX];
        asset_image_name(asset, own);
        const char *dash = strchr(own, '-');
        if (strcmp(name, own) == 0 || strcmp(name, asset->path + sizeof IMAGE_FOLDER - 1) == 0 ||
            (dash && strcmp(name, dash + 1) == 0))
            return asset;
    }
    return NULL;
}

/* In the folder itself, not in one of its folders. */
static bool lies_in(const Asset *asset, const char *folder, const char *ending) {
    size_t start = strlen(folder), end = strlen(ending), length = strlen(asset->path);
    return strncmp(asset->path, folder, start) == 0 && !strchr(asset->path + start, '/') &&
           length > start + end && strcmp(asset->path + length - end, ending) == 0;
}

/* Counts *number down by those before it. */
static const Asset *find_in(const char *folder, const char *ending, int *number) {
    for (const Asset *asset = asset_list; asset->path; asset++)
        if (lies_in(asset, folder, ending) && (*number)-- == 0) return asset;
    return NULL;
}

const Asset *asset_model(int number) {
    const Asset *asset = find_in(MODEL_FOLDER, MODEL_ENDING, &number);
    return asset ? asset : find_in(EXPERIMENT_FOLDER, MODEL_ENDING, &number);
}

const Asset *asset_history(int number) {
    return find_in(EXPERIMENT_FOLDER, HISTORY_ENDING, &number);
}

bool asset_is_experiment(const Asset *asset) {
    return strncmp(asset->path, EXPERIMENT_FOLDER, sizeof EXPERIMENT_FOLDER - 1) == 0;
}

const char *asset_model_name(const Asset *asset) {
    return strrchr(asset->path, '/') + 1;
}

const Asset *asset_named_model(const char *name) {
    size_t length = strlen(name);
    const Asset *asset;
    for (int k = 0; (asset = asset_model(k)); k++) {
        const char *own = asset_model_name(asset);
        if (length == strcspn(own, ".") && strncmp(name, own, length) == 0) return asset;
    }
    return NULL;
}

/* Up to the dash where that may be, up to the dot, or the whole name. */
const Asset *asset_find_model(const char *name) {
    if (strncmp(name, BUNDLED, sizeof BUNDLED - 1) == 0) name += sizeof BUNDLED - 1;
    size_t length = strlen(name);
    const Asset *asset;
    for (int k = 0; length > 0 && (asset = asset_model(k)); k++) {
        const char *own = asset_model_name(asset);
        bool whole = (length == strcspn(own, "-") && !asset_is_experiment(asset)) ||
                     length == strcspn(own, ".") || length == strlen(own);
        if (whole && strncmp(name, own, length) == 0) return asset;
    }
    return NULL;
}
