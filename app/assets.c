#include "app/assets.h"

#include <stdio.h>
#include <string.h>

static const char IMAGE_FOLDER[] = "assets/images/";

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
