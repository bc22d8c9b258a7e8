/* What lies beside a file of weights and says how they are used: config.json and preprocessor_config.json as Hugging Face
 * writes them, or timm's config.json. It is brought into the words of our own metadata. */
#ifndef CORE_NETWORK_FOLDER_CONFIG_H
#define CORE_NETWORK_FOLDER_CONFIG_H

#include "core/base/arena.h"
#include "core/format/safetensors.h"

enum { FOLDER_PAIRS_MAX = 8, FOLDER_SAID_MAX = 320 };

typedef struct FolderConfig {
    /* "classes", "mean", "std", "preprocess", "stride_in", "activation", as core/network/model.h says; the texts are in
     * the arena. */
    SafetensorsPair pairs[FOLDER_PAIRS_MAX];
    int count;
    char said[FOLDER_SAID_MAX]; /* what was used of which file, and what could not be; "" for nothing */
} FolderConfig;

/* `path` is a file of weights, or the folder itself. A file that is not there, or is about something else, is nothing; one
 * that is broken is said and not used. */
void folder_config_read(FolderConfig *config, const char *path, Arena *arena);

#endif
