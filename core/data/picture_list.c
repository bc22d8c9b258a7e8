#include "core/data/picture_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/utf8.h"
#include "core/data/state.h"
#include "core/network/class_names.h"

enum { PICTURE_DEPTH_MAX = 16 };

bool text_list_add(TextList *list, const char *text, Error *err) {
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 64;
        char **items = realloc(list->items, (size_t)room * sizeof *items);
        if (!items) return error_set(err, ERROR_FAILED, "not enough memory for a list of %d names", room);
        list->items = items;
        list->room = room;
    }
    char *copy = strdup(text);
    if (!copy) return error_set(err, ERROR_FAILED, "not enough memory for a list of names");
    list->items[list->count++] = copy;
    return true;
}

void text_list_clear(TextList *list) {
    for (int k = 0; k < list->count; k++) free(list->items[k]);
    free(list->items);
    *list = (TextList){0};
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(TextList *list) {
    if (list->count) qsort(list->items, (size_t)list->count, sizeof *list->items, compare_texts);
}

/* The names in a folder, in order: neither the file system's nor the locale's order counts. */
static bool list_names(TextList *names, const char *directory, Error *err) {
    DIR *folder = opendir(directory);
    if (!folder) return error_set(err, ERROR_FILE, "%s: cannot be listed: %s", directory, strerror(errno));
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(folder));)
        if (entry->d_name[0] != '.') good = text_list_add(names, entry->d_name, err);
    closedir(folder);
    sort(names);
    return good;
}

static bool examine(const char *path, struct stat *status, Error *err) {
    if (stat(path, status) == 0) return true;
    return error_set(err, ERROR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
}

static bool check_class_name(const char *name, const char *path, Error *err) {
    size_t length = strlen(name);
    bool good = length <= CLASS_NAME_MAX;
    for (size_t k = 0; good && k < length;) {
        uint32_t code;
        k += utf8_decode(name + k, length - k, &code);
        good = !utf8_is_control(code) && code != UINT32_MAX;
    }
    return good ||
           error_set(err, ERROR_FILE,
                     "%s: its name cannot be that of a class: expected at most %d bytes of UTF-8 without "
                     "control characters",
                     path, CLASS_NAME_MAX);
}

bool picture_list_classes(TextList *names, const char *directory, Error *err) {
    TextList all = {0};
    bool good = list_names(&all, directory, err);
    for (int k = 0; good && k < all.count; k++) {
        char path[DATASET_PATH_MAX];
        struct stat status;
        good = dataset_join(path, directory, all.items[k], err);
        if (!good || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) continue;
        good = check_class_name(all.items[k], path, err) && text_list_add(names, all.items[k], err);
    }
    text_list_clear(&all);
    return good;
}

/* Those of torchvision's ImageFolder that can be decoded, so that both find the same pictures. */
static bool is_picture(const char *name) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".ppm", ".pgm"};
    size_t length = strlen(name);
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        size_t own = strlen(endings[k]);
        if (length > own && strcasecmp(name + length - own, endings[k]) == 0) return true;
    }
    return false;
}

typedef struct Walk {
    TextList *paths;
    int *others;
} Walk;

static bool walk_folder(const Walk *walk, const char *directory, int depth, Error *err);

static bool walk_entry(const Walk *walk, const char *path, int depth, Error *err) {
    struct stat status;
    if (!examine(path, &status, err)) return false;
    if (S_ISDIR(status.st_mode)) return walk_folder(walk, path, depth + 1, err);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_FILE, "%s: expected a picture, found a pipe or a device", path);
    if (is_picture(path)) return text_list_add(walk->paths, path, err);
    ++*walk->others;
    return true;
}

static bool walk_folder(const Walk *walk, const char *directory, int depth, Error *err) {
    TextList names = {0};
    if (depth > PICTURE_DEPTH_MAX)
        return error_set(err, ERROR_FILE,
                         "%s: folders lie more than %d deep; a link may lead back to one of them", directory,
                         PICTURE_DEPTH_MAX);
    bool good = list_names(&names, directory, err);
    for (int k = 0; good && k < names.count; k++) {
        char path[DATASET_PATH_MAX];
        good = dataset_join(path, directory, names.items[k], err) && walk_entry(walk, path, depth, err);
    }
    text_list_clear(&names);
    return good;
}

bool picture_list_pictures(TextList *paths, int *others, const char *directory, Error *err) {
    Walk walk = {.paths = paths, .others = others};
    int first = paths->count;
    if (!walk_folder(&walk, directory, 0, err)) return false;
    if (paths->count > first)
        qsort(paths->items + first, (size_t)(paths->count - first), sizeof *paths->items, compare_texts);
    return true;
}
