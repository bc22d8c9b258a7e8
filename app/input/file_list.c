#include "app/input/file_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/asset/assets.h"
#include "core/base/utf8.h"
#include "core/network/resnet.h"

static void clear_rows(FileList *list) {
    for (int k = 0; k < list->count; k++) free(list->rows[k].name);
    free(list->rows);
    free(list->shown);
    list->rows = NULL;
    list->shown = NULL;
    list->count = list->room = list->shown_count = list->selected = 0;
    list->cut = false;
}

void file_list_clear(FileList *list) {
    clear_rows(list);
    free(list->folder);
    free(list->start);
    *list = (FileList){.group = FILES_PICTURES};
}

/* Cuts the list when memory is short. */
static void add_file(FileList *list, FileKind kind, const char *name, uint64_t size) {
    if (list->count == FILE_LIST_MAX) list->cut = true;
    if (list->cut) return;
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 64;
        FileRow *rows = realloc(list->rows, (size_t)room * sizeof *rows);
        list->cut = !rows;
        if (!rows) return;
        list->rows = rows;
        list->room = room;
    }
    char *copy = strdup(name);
    list->cut = !copy;
    if (copy) list->rows[list->count++] = (FileRow){.kind = kind, .name = copy, .size = size};
}

static bool has_ending(const char *name, FileGroup group) {
    static const char *const endings[][11] = {
        [FILES_PICTURES] = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".ppm", ".pgm", ".pbm", ".pnm",
                            NULL},
        [FILES_WEIGHTS] = {".safetensors", ".pth", ".pt", ".th", ".ckpt", ".bin", ".tar",
                           ".safetensors.index.json", ".bin.index.json", NULL},
    };
    for (const char *const *ending = endings[group]; *ending; ending++) {
        size_t own = strlen(*ending), length = strlen(name);
        if (length > own && strcasecmp(name + length - own, *ending) == 0) return true;
    }
    return false;
}

/* Directories, and regular files whose names have the right ending; links count as what they lead to. */
static void add_entry(FileList *list, int folder, const struct dirent *entry) {
    struct stat status;
    const char *name = entry->d_name;
    bool fits = has_ending(name, list->group);
    if (name[0] == '.' || (entry->d_type == DT_REG && !fits)) return;
    if (entry->d_type == DT_DIR)
        add_file(list, FILE_FOLDER, name, 0);
    else if (fstatat(folder, name, &status, 0) != 0)
        return;
    else if (S_ISDIR(status.st_mode))
        add_file(list, FILE_FOLDER, name, 0);
    else if (S_ISREG(status.st_mode) && fits)
        add_file(list, FILE_FILE, name, (uint64_t)status.st_size);
}

static void add_bundled(FileList *list) {
    char name[ASSET_NAME_MAX];
    const Asset *asset;
    for (int k = 0; list->group == FILES_PICTURES && (asset = asset_image(k)); k++)
        add_file(list, FILE_BUNDLED, asset_image_name(asset, name), asset_size(asset));
    for (int k = 0; list->group == FILES_WEIGHTS && (asset = asset_model(k)); k++) {
        utf8_format(name, sizeof name, "%.*s", (int)strcspn(asset_model_name(asset), "."),
                    asset_model_name(asset));
        add_file(list, FILE_BUNDLED, name, asset_size(asset));
    }
}

static void add_architectures(FileList *list) {
    for (const char *const *name = resnet_names(); *name; name++) {
        ResnetConfig config = {.classes = 0};
        utf8_copy(config.arch, sizeof config.arch, *name);
        Network *network = resnet_new(&config, NULL);
        if (network) add_file(list, FILE_ARCH, *name, network_param_count(network));
        network_free(network);
    }
}

/* By kind, then by name, with numbers in numeric order: 2 before 10. */
static int compare_rows(const void *a, const void *b) {
    const FileRow *left = a, *right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    return strverscmp(left->name, right->name);
}

static bool read_folder(FileList *list, const char *path, Error *err) {
    DIR *folder = opendir(path);
    if (!folder) return error_set(err, ERROR_FILE, "%s: cannot be listed: %s", path, strerror(errno));
    if (strcmp(path, list->start) == 0) add_bundled(list);
    if (strcmp(path, "/") != 0) add_file(list, FILE_PARENT, "..", 0);
    for (struct dirent *entry; (entry = readdir(folder));) add_entry(list, dirfd(folder), entry);
    closedir(folder);
    qsort(list->rows, (size_t)list->count, sizeof *list->rows, compare_rows);
    return true;
}

/* Takes `folder`, which is NULL for architectures. */
static bool replace_rows(FileList *list, FileGroup group, char *folder, Error *err) {
    FileList next = {.group = group, .start = list->start};
    bool ok = group == FILES_ARCHITECTURES || read_folder(&next, folder, err);
    if (group == FILES_ARCHITECTURES) add_architectures(&next);
    next.shown = calloc((size_t)next.count + 1, sizeof *next.shown);
    if (ok && !next.shown) ok = error_set(err, ERROR_FAILED, "not enough memory for the list of files");
    if (!ok) {
        clear_rows(&next);
        free(folder);
        return false;
    }
    clear_rows(list);
    if (folder) {
        free(list->folder);
        list->folder = folder;
    }
    list->group = group;
    list->rows = next.rows;
    list->shown = next.shown;
    list->count = next.count;
    list->room = next.room;
    list->cut = next.cut;
    file_list_filter(list, "");
    return true;
}

bool file_list_read(FileList *list, FileGroup group, Error *err) {
    if (!list->start) list->start = getcwd(NULL, 0);
    if (!list->start) list->start = strdup("/");
    if (!list->start) return error_set(err, ERROR_FAILED, "not enough memory for the list of files");
    const char *folder = list->folder ? list->folder : list->start;
    return replace_rows(list, group, group == FILES_ARCHITECTURES ? NULL : strdup(folder), err);
}

bool file_list_enter(FileList *list, const char *folder, Error *err) {
    char *copy = strdup(folder);
    return copy ? replace_rows(list, list->group, copy, err)
                : error_set(err, ERROR_FAILED, "not enough memory for the list of files");
}

char *file_list_folder_of(const FileList *list, const FileRow *row) {
    char *path = NULL;
    if (row->kind == FILE_PARENT) return file_list_parent(list);
    if (row->kind != FILE_FOLDER) return NULL;
    bool root = strcmp(list->folder, "/") == 0;
    return asprintf(&path, "%s/%s", root ? "" : list->folder, row->name) < 0 ? NULL : path;
}

char *file_list_parent(const FileList *list) {
    if (list->group == FILES_ARCHITECTURES || strcmp(list->folder, "/") == 0) return NULL;
    size_t length = (size_t)(strrchr(list->folder, '/') - list->folder);
    return strndup(list->folder, length > 0 ? length : 1);
}

void file_list_filter(FileList *list, const char *words) {
    const FileRow *was = file_list_selected(list);
    utf8_copy(list->filter, sizeof list->filter, words);
    list->shown_count = 0;
    int selected = 0;
    for (int k = 0; k < list->count; k++) {
        if (!strcasestr(list->rows[k].name, list->filter)) continue;
        if (&list->rows[k] == was) selected = list->shown_count;
        list->shown[list->shown_count++] = k;
    }
    file_list_select(list, selected);
}

void file_list_select(FileList *list, int selected) {
    int last = list->shown_count - 1;
    list->selected = selected > last ? last : selected;
    if (list->selected < 0) list->selected = 0;
    file_list_describe(list);
}

void file_list_select_name(FileList *list, const char *name) {
    for (int k = 0; k < list->shown_count; k++)
        if (strcmp(list->rows[list->shown[k]].name, name) == 0) file_list_select(list, k);
}

const FileRow *file_list_selected(const FileList *list) {
    return list->selected < list->shown_count ? &list->rows[list->shown[list->selected]] : NULL;
}

/* Relative where the file lies below the folder of the program. A slash keeps it from being taken for a
 * bundled one. */
bool file_list_name_of(const FileList *list, const FileRow *row, char *out, size_t out_size) {
    int length;
    if (row->kind == FILE_BUNDLED || row->kind == FILE_ARCH) {
        length = snprintf(out, out_size, "%s", row->name);
    } else {
        size_t start = strlen(list->start);
        bool root = strcmp(list->folder, "/") == 0, same = strcmp(list->folder, list->start) == 0;
        bool below =
            strncmp(list->folder, list->start, start) == 0 && list->folder[start] == '/' && start > 1;
        bool taken = asset_find_image(row->name) || asset_find_model(row->name);
        length = same    ? snprintf(out, out_size, "%s%s", taken ? "./" : "", row->name)
                 : below ? snprintf(out, out_size, "%s/%s", list->folder + start + 1, row->name)
                         : snprintf(out, out_size, "%s/%s", root ? "" : list->folder, row->name);
    }
    return length >= 0 && (size_t)length < out_size;
}
