#include "app/words.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/assets.h"
#include "app/command.h"
#include "app/suggest.h"
#include "core/file.h"
#include "core/resnet.h"

enum { WORD_IMAGES_MAX = 64 };

/* "resnet" or "plain" and a number, and perhaps the ending for no batch norm: resnet_new judges the number.
 */
static bool is_arch(const char *word) {
    size_t family = strncmp(word, "resnet", 6) == 0 ? 6 : strncmp(word, "plain", 5) == 0 ? 5 : 0;
    const char *depth = word + family;
    size_t digits = strspn(depth, "0123456789");
    return family > 0 && digits > 0 && (!depth[digits] || strcmp(depth + digits, RESNET_NORM_FREE) == 0);
}

static bool find_file_kind(const char *path, WordKind *kind, Error *err) {
    File file;
    unsigned char head[4] = {0};
    if (!file_open(&file, path, err)) return false;
    size_t count = file.size < sizeof head ? (size_t)file.size : sizeof head;
    bool ok = file_read_at(&file, 0, head, count, err);
    file_close(&file);
    bool png = memcmp(head, "\x89PNG", 4) == 0, jpeg = memcmp(head, "\xFF\xD8\xFF", 3) == 0;
    *kind = png || jpeg ? WORD_IMAGE : WORD_WEIGHTS;
    return ok;
}

static bool refuse(const char *word, Error *err) {
    Suggestion suggestion = suggest_begin(word);
    char names[WORD_IMAGES_MAX][ASSET_NAME_MAX];
    for (const char *const *name = resnet_names(); *name; name++) suggest_offer(&suggestion, *name);
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++)
        if (*command_get((CommandId)c)->sentence) suggest_offer(&suggestion, command_get((CommandId)c)->name);
    for (int k = 0; k < asset_image_count() && k < WORD_IMAGES_MAX; k++) {
        const char *dash = strchr(asset_image_name(asset_image(k), names[k]), '-');
        suggest_offer(&suggestion, dash ? dash + 1 : names[k]);
    }
    const char *best = suggest_best(&suggestion);
    bool path = strchr(word, '/') || strchr(word, '.');
    return error_set(err, path ? ERROR_FILE : ERROR_USAGE,
                     "'%s' is no file, command, architecture or bundled picture%s%s%s", word,
                     best ? "; did you mean '" : "", best ? best : "", best ? "'?" : "");
}

bool word_find_kind(const char *word, WordKind *kind, Error *err) {
    struct stat status;
    if (is_arch(word)) {
        *kind = WORD_ARCH;
        return true;
    }
    if (stat(word, &status) == 0) return find_file_kind(word, kind, err);
    *kind = WORD_BUNDLED;
    return asset_find_image(word) || refuse(word, err);
}
