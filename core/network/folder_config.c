#include "core/network/folder_config.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text_file.h"
#include "core/base/utf8.h"

enum { TEXT_MAX = 4 << 20, VALUE_MAX = 160, SIDE_MAX = 4096, SHORTEST_CROPPED = 384 };

typedef struct Reader {
    FolderConfig *config;
    Arena *arena;
    char folder[PATH_MAX];
} Reader;

static void add_pair(Reader *reader, const char *key, const char *value) {
    FolderConfig *config = reader->config;
    size_t size = strlen(value) + 1;
    char *copy = config->count < FOLDER_PAIRS_MAX ? arena_alloc(reader->arena, size, 1) : NULL;
    if (!copy) return;
    memcpy(copy, value, size);
    config->pairs[config->count++] = (SafetensorsPair){.key = key, .value = copy};
}

static void say(Reader *reader, const char *file, const char *what) {
    utf8_append(reader->config->said, FOLDER_SAID_MAX, "%s%s%s", *reader->config->said ? ", " : "", file,
                what);
}

static void find_folder(Reader *reader, const char *path) {
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    const char *slash = strrchr(path, '/');
    int length = folder ? (int)strlen(path) : slash ? (int)(slash - path) + 1 : 0;
    utf8_format(reader->folder, sizeof reader->folder, "%.*s%s", length, path, folder ? "/" : "");
}

/* The object in the file of that name; NULL when there is none. */
static json_t *read_object(Reader *reader, const char *name) {
    char path[PATH_MAX + 64];
    Error err = {0};
    snprintf(path, sizeof path, "%s%s", reader->folder, name);
    if (access(path, F_OK) != 0) return NULL;
    char *text = text_file_read(path, TEXT_MAX, &err);
    json_t *object = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    if (json_is_object(object)) return object;
    json_decref(object);
    say(reader, name, " (not used: it is no JSON object)");
    return NULL;
}

/* A list of as many finite numbers as are wanted. */
static bool read_numbers(const json_t *list, double *out, size_t wanted) {
    if (json_array_size(list) != wanted) return false;
    for (size_t k = 0; k < wanted; k++) {
        const json_t *item = json_array_get(list, k);
        out[k] = json_number_value(item);
        if (!json_is_number(item) || !isfinite(out[k])) return false;
    }
    return true;
}

static void add_triple(Reader *reader, const char *key, const json_t *list) {
    double v[3];
    json_t *numbers = json_array();
    if (!numbers || !read_numbers(list, v, 3)) {
        json_decref(numbers);
        return;
    }
    for (int c = 0; c < 3; c++) json_array_append_new(numbers, json_real(v[c]));
    char *text = json_dumps(numbers, JSON_COMPACT | JSON_REAL_PRECISION(9)); /* whatever the locale */
    if (text) add_pair(reader, key, text);
    free(text);
    json_decref(numbers);
}

/* Hugging Face names classes LABEL_0 and so on when it knows no names. */
static bool names_nothing(const json_t *names) {
    const json_t *first = json_is_array(names) ? json_array_get(names, 0) : json_object_get(names, "0");
    return !json_is_string(first) || strncmp(json_string_value(first), "LABEL_", 6) == 0;
}

static void add_classes(Reader *reader, const json_t *names) {
    char *text = names_nothing(names) ? NULL : json_dumps(names, JSON_COMPACT);
    if (text) add_pair(reader, "classes", text);
    free(text);
}

static bool is_side(double side) {
    return side >= 1 && side <= SIDE_MAX;
}

/* "resize 256 bilinear, crop 224, RGB"; a filter that is not known is left to the guess. */
static void add_geometry(Reader *reader, const char *resize, const char *filter, double crop) {
    char text[2 * VALUE_MAX];
    if (!is_side(crop)) return;
    snprintf(text, sizeof text, "resize %s%s%s, crop %d, RGB", resize, *filter ? " " : "", filter, (int)crop);
    add_pair(reader, "preprocess", text);
}

/* Pillow's numbers of its filters. */
static const char *filter_of(const json_t *resample) {
    if (!json_is_integer(resample)) return "";
    return json_integer_value(resample) == 2   ? "bilinear"
           : json_integer_value(resample) == 3 ? "bicubic"
                                               : "";
}

/* {"height": 224, "width": 224}, {"shortest_edge": 224} or 224: the number under the key, or the plain one. */
static double side_of(const json_t *size, const char *key) {
    return json_is_number(size) ? json_number_value(size) : json_number_value(json_object_get(size, key));
}

/* Hugging Face's ConvNext processor, which its ResNets have: below 384 the short side becomes size/crop_pct and a square
 * of `size` is cut out; from there on the whole picture is squeezed into it. Others scale to `size` and cut out
 * `crop_size`. */
static void read_geometry(Reader *reader, const json_t *object) {
    const json_t *size = json_object_get(object, "size"), *part = json_object_get(object, "crop_pct"),
                 *crop = json_object_get(object, "crop_size");
    const char *filter = filter_of(json_object_get(object, "resample"));
    double shortest = side_of(size, "shortest_edge"),
           height = json_number_value(json_object_get(size, "height"));
    double share = json_number_value(part), side = side_of(crop, "height");
    char resize[VALUE_MAX] = "none";
    bool crops = json_is_true(json_object_get(object, "do_center_crop")),
         scales = !json_is_false(json_object_get(object, "do_resize"));
    if (scales && share > 0 && share <= 1 && is_side(shortest)) {
        if (shortest < SHORTEST_CROPPED)
            snprintf(resize, sizeof resize, "%d", (int)(shortest / share));
        else
            snprintf(resize, sizeof resize, "%dx%d", (int)shortest, (int)shortest);
        side = shortest;
    } else if (scales && is_side(height)) {
        snprintf(resize, sizeof resize, "%dx%d", (int)side_of(size, "width"), (int)height);
        if (!crops) side = height;
    } else if (scales && is_side(shortest)) {
        snprintf(resize, sizeof resize, "%d", (int)shortest);
        if (!crops) side = shortest;
    }
    add_geometry(reader, resize, filter, side);
}

static void read_processor(Reader *reader) {
    json_t *object = read_object(reader, "preprocessor_config.json");
    if (!object) return;
    if (!json_is_false(json_object_get(object, "do_normalize"))) {
        add_triple(reader, "mean", json_object_get(object, "image_mean"));
        add_triple(reader, "std", json_object_get(object, "image_std"));
    } else {
        add_pair(reader, "mean", "0,0,0");
        add_pair(reader, "std", "1,1,1");
    }
    read_geometry(reader, object);
    say(reader, "preprocessor_config.json", "");
    json_decref(object);
}

static void read_hugging_face(Reader *reader, const json_t *object) {
    const char *act = json_string_value(json_object_get(object, "hidden_act"));
    add_classes(reader, json_object_get(object, "id2label"));
    if (json_is_true(json_object_get(object, "downsample_in_bottleneck")))
        add_pair(reader, "stride_in", "1x1");
    if (act) add_pair(reader, "activation", act);
}

/* timm scales the short side to input size / crop_pct, or everything to the input size where it squeezes. */
static void read_timm(Reader *reader, const json_t *object) {
    const json_t *inner = json_object_get(object, "pretrained_cfg"), *from = inner ? inner : object;
    const char *filter = json_string_value(json_object_get(from, "interpolation")),
               *mode = json_string_value(json_object_get(from, "crop_mode"));
    double size[3], share = json_number_value(json_object_get(from, "crop_pct"));
    char resize[VALUE_MAX];
    const json_t *names = json_object_get(object, "label_names");
    add_triple(reader, "mean", json_object_get(from, "mean"));
    add_triple(reader, "std", json_object_get(from, "std"));
    add_classes(reader, names ? names : json_object_get(from, "label_names"));
    if (!read_numbers(json_object_get(from, "input_size"), size, 3)) return;
    bool known = filter && (strcmp(filter, "bilinear") == 0 || strcmp(filter, "bicubic") == 0);
    if (!(share > 0 && share <= 1)) share = 0.875; /* timm's own default */
    if (mode && strcmp(mode, "squash") == 0)
        snprintf(resize, sizeof resize, "%dx%d", (int)size[2], (int)size[1]);
    else
        snprintf(resize, sizeof resize, "%d", (int)floor(size[1] / share));
    add_geometry(reader, resize, known ? filter : "", size[1]);
}

/* A configuration of something else lies in many folders. */
static bool is_hugging_face(const json_t *object) {
    const char *type = json_string_value(json_object_get(object, "model_type"));
    return type && strcmp(type, "resnet") == 0;
}

static bool is_timm(const json_t *object) {
    const char *name = json_string_value(json_object_get(object, "architecture"));
    return name && strstr(name, "resnet");
}

void folder_config_read(FolderConfig *config, const char *path, Arena *arena) {
    Reader reader = {.config = config, .arena = arena};
    *config = (FolderConfig){.count = 0};
    find_folder(&reader, path);
    json_t *object = read_object(&reader, "config.json");
    if (object && is_hugging_face(object)) {
        say(&reader, "config.json", " of Hugging Face");
        read_hugging_face(&reader, object);
        read_processor(&reader);
    } else if (object && is_timm(object)) {
        say(&reader, "config.json", " of timm");
        read_timm(&reader, object);
    }
    json_decref(object);
}
