#include "app/asset/assets.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char IMAGE_FOLDER[] = "assets/images/", MODEL_FOLDER[] = "assets/models/",
                  BUNDLED[] = "bundled ";

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

const Asset *asset_model(int number) {
    for (const Asset *asset = asset_list; asset->path; asset++)
        if (strncmp(asset->path, MODEL_FOLDER, sizeof MODEL_FOLDER - 1) == 0 && number-- == 0) return asset;
    return NULL;
}

const char *asset_model_name(const Asset *asset) {
    return asset->path + sizeof MODEL_FOLDER - 1;
}

/* Up to the dash, up to the dot, or the whole name. */
const Asset *asset_find_model(const char *name) {
    if (strncmp(name, BUNDLED, sizeof BUNDLED - 1) == 0) name += sizeof BUNDLED - 1;
    size_t length = strlen(name);
    const Asset *asset;
    for (int k = 0; length > 0 && (asset = asset_model(k)); k++) {
        const char *own = asset_model_name(asset);
        bool whole = length == strcspn(own, "-") || length == strcspn(own, ".") || length == strlen(own);
        if (whole && strncmp(name, own, length) == 0) return asset;
    }
    return NULL;
}
