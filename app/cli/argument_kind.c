#include "app/cli/argument_kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/asset/assets.h"
#include "app/cli/command.h"
#include "core/base/file.h"
#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/image/kind.h"
#include "core/network/resnet.h"

enum { IMAGES_MAX = 64, MODELS_MAX = 64, LENGTH_MAX = 64 };

static bool find_file_kind(const char *path, ArgumentKind *kind, Error *err) {
    File file;
    uint8_t head[IMAGE_KIND_BYTES] = {0};
    if (!file_open(&file, path, err)) return false;
    size_t count = file.size < sizeof head ? (size_t)file.size : sizeof head;
    bool ok = file_read_at(&file, 0, head, count, err);
    file_close(&file);
    bool picture = image_kind(head, count) != IMAGE_KIND_NONE || image_stranger(head, count).is_picture;
    *kind = picture ? ARGUMENT_IMAGE : ARGUMENT_WEIGHTS;
    return ok;
}

/* Names are in lower case: what is written otherwise is no further away. */
static void lower(const char *word, char out[LENGTH_MAX]) {
    snprintf(out, LENGTH_MAX, "%s", word);
    for (char *at = out; *at; at++) *at = (char)tolower((unsigned char)*at);
}

static void offer_commands(Suggestion *suggestion) {
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++)
        if (*command_get((CommandId)c)->sentence) suggest_offer(suggestion, command_get((CommandId)c)->name);
}

static void offer_pictures(Suggestion *suggestion, char names[IMAGES_MAX][ASSET_NAME_MAX]) {
    for (int k = 0; k < asset_image_count() && k < IMAGES_MAX; k++) {
        const char *dash = strchr(asset_image_name(asset_image(k), names[k]), '-');
        suggest_offer(suggestion, dash ? dash + 1 : names[k]);
    }
}

static void offer_models(Suggestion *suggestion, char names[MODELS_MAX][ASSET_NAME_MAX]) {
    const Asset *asset;
    for (int k = 0; k < MODELS_MAX && (asset = asset_model(k)); k++) {
        const char *name = asset_model_name(asset);
        snprintf(names[k], ASSET_NAME_MAX, "%.*s", (int)strcspn(name, "."), name);
        suggest_offer(suggestion, names[k]);
    }
}

static bool is_path(const char *word) {
    return strchr(word, '/') || strchr(word, '.');
}

static bool refuse_argument(const char *word, Error *err) {
    char wanted[LENGTH_MAX], names[IMAGES_MAX][ASSET_NAME_MAX], models[MODELS_MAX][ASSET_NAME_MAX];
    CommandId command;
    if (command_find(word, &command))
        return error_set(err, ERROR_USAGE, "'%s' is a command, and a command comes first: 'skipscope %s ...'",
                         word, word);
    lower(word, wanted);
    Suggestion suggestion = suggest_begin(wanted);
    for (const char *const *name = resnet_names(); *name; name++) suggest_offer(&suggestion, *name);
    offer_commands(&suggestion);
    offer_pictures(&suggestion, names);
    offer_models(&suggestion, models);
    const char *best = suggest_best(&suggestion);
    return error_set(err, is_path(word) ? ERROR_FILE : ERROR_USAGE,
                     "'%s' is no file, command, architecture or bundled picture%s%s%s", word,
                     best ? "; did you mean '" : "", best ? best : "", best ? "'?" : "");
}

bool argument_kind_find(const char *word, ArgumentKind *kind, Error *err) {
    struct stat status;
    Arch arch;
    if (arch_parse(word, &arch)) {
        *kind = ARGUMENT_ARCH;
        return true;
    }
    bool folder =
        stat(word, &status) == 0 && S_ISDIR(status.st_mode); /* of weights and their configuration */
    if (asset_named_model(word) || folder) {
        *kind = ARGUMENT_WEIGHTS;
        return true;
    }
    if (stat(word, &status) == 0) return find_file_kind(word, kind, err);
    if (path_is_address(word)) return path_refuse_address(word, err);
    if (strcmp(word, "-") == 0) {
        *kind = ARGUMENT_IMAGE;
        return true;
    }
    *kind = ARGUMENT_BUNDLED;
    return asset_find_image(word) || refuse_argument(word, err);
}

/* Whether this can only stand after a command: the explorer takes its model first. */
static bool follows_command(const char *word) {
    ArgumentKind kind;
    Error ignored;
    return argument_kind_find(word, &kind, &ignored) && (kind == ARGUMENT_ARCH || kind == ARGUMENT_WEIGHTS);
}

/* The command that is nearest, if it is near and nothing else is nearer; NULL otherwise. */
static const char *find_command(const char *word, bool surely) {
    static const char *const options[][2] = {{"help", "--help"}, {"version", "--version"}};
    char wanted[LENGTH_MAX], names[IMAGES_MAX][ASSET_NAME_MAX];
    lower(word, wanted);
    for (size_t k = 0; k < sizeof options / sizeof options[0]; k++)
        if (strcmp(wanted, options[k][0]) == 0) return options[k][1];
    Suggestion suggestion = suggest_begin(wanted);
    offer_commands(&suggestion);
    const char *best = suggest_best(&suggestion);
    int distance = suggestion.distance;
    if (surely || !best) return best;
    for (const char *const *name = resnet_names(); *name; name++) suggest_offer(&suggestion, *name);
    offer_pictures(&suggestion, names);
    return suggestion.distance == distance ? best : NULL;
}

bool argument_kind_check_first(const char *word, const char *next, Error *err) {
    ArgumentKind kind;
    Error problem = {0};
    if (is_path(word) || argument_kind_find(word, &kind, &problem) || problem.kind != ERROR_USAGE)
        return true;
    bool surely = next && follows_command(next);
    const char *best = find_command(word, surely);
    if (best) return error_set(err, ERROR_USAGE, "there is no command '%s': did you mean '%s'?", word, best);
    if (surely)
        return error_set(err, ERROR_USAGE, "there is no command '%s': 'skipscope --help' lists them", word);
    return error_set(err, ERROR_USAGE, "%s", problem.text);
}
