#include "app/asset/explain_sources.h"

#include "app/asset/assets.h"

bool explain_source(const char *path, const char **text, size_t *size) {
    const Asset *asset = asset_find(path);
    if (!asset) return false;
    *text = (const char *)asset->begin;
    *size = asset_size(asset);
    return true;
}
