/* The pictures that the input view offers: their names, and the bundled ones small. */
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "core/image/image.h"

bool session_pictures_list(Session *session, const char *extra) {
    PictureList *pictures = &session->exp.pictures;
    int count = asset_image_count();
    pictures->list = calloc((size_t)count + 1, sizeof *pictures->list);
    pictures->names = calloc((size_t)count + 1, ACTION_TEXT_MAX);
    if (!pictures->list || !pictures->names) return false;
    if (extra && strlen(extra) < ACTION_TEXT_MAX && !asset_find_image(extra)) {
        utf8_copy(pictures->names, ACTION_TEXT_MAX, extra);
        pictures->list[pictures->count++] = pictures->names;
    }
    for (int k = 0; k < count; k++) {
        char *name = pictures->names + (size_t)pictures->count * ACTION_TEXT_MAX;
        asset_image_name(asset_image(k), name);
        pictures->list[pictures->count++] = name;
    }
    return true;
}

void session_pictures_free(Session *session) {
    free((void *)session->exp.pictures.list);
    free(session->exp.pictures.names);
    free(session->exp.pictures.thumbs);
}

/* Only what is built in: a file of the user's own may be large, and slow to decode. */
static void load_thumb(SceneThumb *thumb, const char *name) {
    const Asset *asset = strchr(name, '/') ? NULL : asset_find_image(name);
    Image image = {0}, small = {0};
    Error err = {0};
    thumb->known = asset && image_load_memory(&image, asset->begin, asset_size(asset), name, &err) &&
                   image_crop(&small, &image, SCENE_THUMB_SIDE, &err);
    if (thumb->known)
        for (int k = 0; k < SCENE_THUMB_SIDE * SCENE_THUMB_SIDE * 3; k++)
            thumb->rgb[k] = (real)small.rgb[k] / UINT8_MAX;
    image_free(&image);
    image_free(&small);
}

bool session_pictures_work(Session *session) {
    PictureList *pictures = &session->exp.pictures;
    if (session->look.view != VIEW_INPUT || pictures->loaded >= pictures->count) return false;
    if (!pictures->thumbs) pictures->thumbs = calloc((size_t)pictures->count, sizeof *pictures->thumbs);
    if (pictures->thumbs) load_thumb(&pictures->thumbs[pictures->loaded], pictures->list[pictures->loaded]);
    pictures->loaded++;
    return true;
}
