/* Tensors in several files beside each other, with an index of them: {"weight_map": {"conv1.weight": "model-00001-of-00002.safetensors",
 * ...}}. Source: huggingface_hub, "Save and load sharded models". And folders with one file of weights. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/utf8.h"
#include "core/format/tensors_inside.h"

enum { SHARDS_MAX = 256, INDEX_BYTES_MAX = 16 << 20, FOLDER_ROWS = 6 };

typedef struct ShardFile {
    const char *name;
    Tensors *tensors;
} ShardFile;

typedef struct Sharding {
    Tensors *tensors;
    ShardFile files[SHARDS_MAX];
    int count;
    int used; /* tensors */
} Sharding;

static bool is_plain_name(const char *name) {
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) <= NAME_MAX;
}

/* The file beside the index; NULL with a sentence when it cannot be opened. */
static Tensors *open_shard(Sharding *sharding, const char *name, const char *tensor, Error *err) {
    const char *label = sharding->tensors->label, *slash = strrchr(label, '/');
    char path[PATH_MAX];
    Error why = {0};
    for (int k = 0; k < sharding->count; k++) {
        if (strcmp(sharding->files[k].name, name) == 0) return sharding->files[k].tensors;
    }
    int length = snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - label) : 0, label, name);
    if (!is_plain_name(name) || length >= (int)sizeof path || sharding->count == SHARDS_MAX) {
        error_set(err, ERROR_FILE, "%s: says that %s is in '%s', expected one of at most %d files beside it",
                  label, tensor, name, SHARDS_MAX);
        return NULL;
    }
    Tensors *opened = tensors_open_shard(path, &why);
    if (!opened) {
        error_set(err, ERROR_FILE, "%s: says that %s is in another file, but %s", label, tensor, why.text);
        return NULL;
    }
    sharding->files[sharding->count++] = (ShardFile){.name = name, .tensors = opened};
    return opened;
}

static bool place_tensor(Sharding *sharding, const char *name, const json_t *file, Error *err) {
    Tensors *tensors = sharding->tensors;
    if (!json_is_string(file)) {
        return error_set(err, ERROR_FILE, "%s: the file of tensor '%s' is no string", tensors->label, name);
    }
    Tensors *shard = open_shard(sharding, json_string_value(file), name, err);
    if (!shard) return false;
    const StoredTensor *found = tensors_find(shard, name);
    if (!found) {
        return error_set(err, ERROR_FILE, "%s: says that %s is in %s, which does not have it", tensors->label,
                         name, tensors_label(shard));
    }
    tensors->tensors[tensors->count++] = *(const PlacedTensor *)found;
    return true;
}

static bool note_left_out(Sharding *sharding, Error *err) {
    int all = 0;
    for (int k = 0; k < sharding->count; k++) all += tensors_count(sharding->files[k].tensors);
    if (all == sharding->tensors->count) return true;
    char *text = arena_alloc(sharding->tensors->arena, TENSORS_LEFT_OUT_MAX, 1);
    if (!text) return tensors_no_memory(sharding->tensors, err);
    snprintf(text, TENSORS_LEFT_OUT_MAX, "%d tensors that the index does not name",
             all - sharding->tensors->count);
    sharding->tensors->left_out = text;
    return true;
}

static bool place_all(Sharding *sharding, json_t *map, Error *err) {
    Tensors *tensors = sharding->tensors;
    const char *name;
    json_t *file;
    tensors->tensors = arena_alloc(tensors->arena, json_object_size(map), sizeof *tensors->tensors);
    if (!tensors->tensors) return tensors_no_memory(tensors, err);
    json_object_foreach(map, name, file) {
        if (!place_tensor(sharding, name, file, err)) return false;
    }
    return tensors_sort(tensors, err) && note_left_out(sharding, err);
}

/* The opened files are the Tensors' in every case. */
static bool open_map(Tensors *tensors, json_t *map, Error *err) {
    Sharding sharding = {.tensors = tensors};
    bool good = place_all(&sharding, map, err);
    tensors->shards = arena_alloc(tensors->arena, (size_t)sharding.count, sizeof(Tensors *));
    for (int k = 0; k < sharding.count; k++) {
        if (tensors->shards)
            tensors->shards[tensors->shard_count++] = sharding.files[k].tensors;
        else
            tensors_close(sharding.files[k].tensors);
    }
    return good && (tensors->shards || tensors_no_memory(tensors, err));
}

/* A JSON file that is no index is perhaps what stands beside one. */
static bool refuse_json(const Tensors *tensors, const json_t *root, Error *err) {
    bool config = json_object_get(root, "architectures") || json_object_get(root, "architecture") ||
                  json_object_get(root, "model_type");
    return error_set(
        err, ERROR_FILE, "%s: %s", tensors->label,
        config ? "describes a model, and has no weights: open the folder it is in"
               : "is a JSON file without a weight_map, expected the index of weights in several files");
}

bool tensors_open_index(Tensors *tensors, Error *err) {
    size_t size = (size_t)tensors->source.size;
    json_error_t why;
    if (tensors->source.memory || tensors->source.size > INDEX_BYTES_MAX)
        return error_set(err, ERROR_FILE, "%s: is a JSON file, expected weights", tensors->label);
    char *text = malloc(size + 1);
    if (!text) return tensors_no_memory(tensors, err);
    json_t *root = NULL;
    if (!source_read(&tensors->source, 0, text, size, err)) {
        free(text);
        return false;
    }
    root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    free(text);
    if (!root) {
        return error_set(err, ERROR_FILE, "%s: is invalid JSON at byte %d: %s", tensors->label, why.position,
                         why.text);
    }
    json_t *map = json_object_get(root, "weight_map");
    tensors->kind = "sharded";
    bool good = json_is_object(map) ? open_map(tensors, map, err) : refuse_json(tensors, root, err);
    json_decref(root);
    return good;
}

bool tensors_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* How likely a name is that of weights: endings of the first row are looked for first. */
static int ending_row(const char *name) {
    static const char *const rows[][7] = {
        {".index.json"}, {".safetensors"}, {".pth", ".pt", ".bin", ".th", ".ckpt", ".tar"}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        for (int k = 0; rows[row][k]; k++) {
            if (ends_with(name, rows[row][k])) return (int)row;
        }
    }
    return -1;
}

/* What a folder has that may be weights, of the first row that has any. */
typedef struct Listing {
    int row, count;
    char first[NAME_MAX + 1], names[400];
} Listing;

static int compare_entries(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool list_folder(Listing *listing, const char *path, Error *err) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, compare_entries);
    if (count < 0) return error_set(err, ERROR_FILE, "%s: cannot be listed: %s", path, strerror(errno));
    *listing = (Listing){.row = -1};
    for (int k = 0; k < count; k++) {
        const char *name = entries[k]->d_name;
        int row = *name == '.' ? -1 : ending_row(name);
        if (row >= 0 && (listing->row < 0 || row < listing->row)) *listing = (Listing){.row = row};
        if (row >= 0 && row == listing->row) {
            if (listing->count == 0) snprintf(listing->first, sizeof listing->first, "%s", name);
            if (listing->count++ < FOLDER_ROWS)
                utf8_append(listing->names, sizeof listing->names, "%s%s", listing->count > 1 ? ", " : "",
                            name);
        }
        free(entries[k]);
    }
    free(entries);
    return true;
}

/* As torch.distributed.checkpoint writes it: .metadata beside __0_0.distcp and others. */
static bool is_in_pieces(const char *folder) {
    char path[PATH_MAX];
    return snprintf(path, PATH_MAX, "%s/.metadata", folder) < PATH_MAX && is_file(path) &&
           snprintf(path, PATH_MAX, "%s/__0_0.distcp", folder) < PATH_MAX && is_file(path);
}

bool tensors_find_in_folder(const char *folder, char path[PATH_MAX], Error *err) {
    static const char *const usual[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json"};
    Listing listing;
    int folder_length = (int)strlen(folder);
    while (folder_length > 1 && folder[folder_length - 1] == '/') folder_length--;
    for (size_t k = 0; k < sizeof usual / sizeof *usual; k++) {
        int length = snprintf(path, PATH_MAX, "%.*s/%s", folder_length, folder, usual[k]);
        if (length < PATH_MAX && is_file(path)) return true;
    }
    if (!list_folder(&listing, folder, err)) return false;
    if (listing.count == 0 && is_in_pieces(folder))
        return error_set(
            err, ERROR_FILE,
            "%s: is a checkpoint of torch.distributed.checkpoint, in the pieces that many processes wrote; "
            "PyTorch 2.3 and later puts them together: python3 -m "
            "torch.distributed.checkpoint.format_utils dcp_to_torch %s tensors.pth",
            folder, folder);
    if (listing.count == 0)
        return error_set(
            err, ERROR_FILE,
            "%s: is a folder without weights, expected model.safetensors, pytorch_model.bin, or one other "
            "file of weights",
            folder);
    if (listing.count > 1)
        return error_set(err, ERROR_FILE, "%s: is a folder with %d files of weights, open one of them: %s%s",
                         folder, listing.count, listing.names, listing.count > FOLDER_ROWS ? ", ..." : "");
    if (snprintf(path, PATH_MAX, "%.*s/%s", folder_length, folder, listing.first) < PATH_MAX) return true;
    return error_set(err, ERROR_FILE, "%s: the path is too long", folder);
}
