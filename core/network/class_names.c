#include "core/network/class_names.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text_file.h"
#include "core/base/utf8.h"

enum { CLASS_FILE_MAX = 1 << 20 };

const char *const *class_names_cifar10(void) {
    static const char *const names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};
    return names;
}

static const char *copy_name(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1, 1);
    if (copy) memcpy(copy, text, length);
    return copy;
}

const char *const *class_names_copy(Arena *arena, const char *const *names, int count) {
    const char **copies = arena_alloc(arena, (size_t)count, sizeof *copies);
    for (int k = 0; copies && k < count; k++) {
        copies[k] = copy_name(arena, names[k], strlen(names[k]));
        if (!copies[k]) return NULL;
    }
    return copies;
}

/* Where a name stands, for messages: "line 3", or "entry 2" of a JSON text. */
typedef struct Place {
    const char *label, *unit;
    int number;
} Place;

/* A name is printed on screens and in tables: it must be a line of text and nothing else. */
static bool check_name(const char *name, size_t length, Place place, Error *err) {
    const char *label = place.label, *unit = place.unit;
    int number = place.number;
    if (length == 0)
        return error_set(err, ERROR_FILE, "%s: %s %d is empty, expected a name", label, unit, number);
    if (length > CLASS_NAME_MAX) {
        return error_set(err, ERROR_FILE, "%s: the name in %s %d has %zu bytes, expected at most %d", label,
                         unit, number, length, CLASS_NAME_MAX);
    }
    for (size_t k = 0; k < length;) {
        uint32_t code;
        size_t bytes = utf8_decode(name + k, length - k, &code);
        if (utf8_is_control(code)) {
            return error_set(err, ERROR_FILE, "%s: the name in %s %d has a control character (byte %d)",
                             label, unit, number, (unsigned char)name[k + bytes - 1]);
        }
        if (code == UINT32_MAX) {
            return error_set(err, ERROR_FILE, "%s: the name in %s %d is not UTF-8 (byte %zu)", label, unit,
                             number, k + 1);
        }
        k += bytes;
    }
    return true;
}

static size_t trimmed_size(const char *text, size_t size) {
    while (size > 0 && strchr("\n\r \t", text[size - 1]) && text[size - 1] != '\0') size--;
    return size;
}

static size_t line_length(const char *text, size_t size) {
    const char *end = memchr(text, '\n', size);
    return end ? (size_t)(end - text) : size;
}

static const char *const *parse_lines(Arena *arena, const char *text, size_t size, int count,
                                      const char *label, Error *err) {
    const char **names = arena_alloc(arena, (size_t)count, sizeof *names);
    int found = 0;
    size = trimmed_size(text, size);
    for (size_t at = 0; names && at < size; found++) {
        size_t length = line_length(text + at, size - at);
        size_t visible = length > 0 && text[at + length - 1] == '\r' ? length - 1 : length;
        if (!check_name(text + at, visible, (Place){label, "line", found + 1}, err)) return NULL;
        if (found < count && !(names[found] = copy_name(arena, text + at, visible))) names = NULL;
        at += length + 1;
    }
    if (!names) {
        error_set(err, ERROR_FAILED, "%s: not enough memory for its names", label);
    } else if (found != count) {
        error_set(err, ERROR_FILE, "%s: has %d class names, expected %d", label, found, count);
        names = NULL;
    }
    return names;
}

/* A JSON text being read into a list of names. */
typedef struct Listing {
    Arena *arena;
    const char *label;
    int count;
    const char **names; /* NULL where none has been found yet */
    Error *err;
} Listing;

static bool put_name(Listing *listing, size_t index, const char *name, size_t length) {
    Error *err = listing->err;
    if (index >= (size_t)listing->count)
        return error_set(err, ERROR_FILE, "%s: has a name for class %zu, expected 0 to %d", listing->label,
                         index, listing->count - 1);
    if (!check_name(name, length, (Place){listing->label, "entry", (int)index}, err)) return false;
    if (listing->names[index])
        return error_set(err, ERROR_FILE, "%s: class %zu has two names, %s and %.*s", listing->label, index,
                         listing->names[index], (int)length, name);
    listing->names[index] = copy_name(listing->arena, name, length);
    return listing->names[index] ||
           error_set(err, ERROR_FAILED, "%s: not enough memory for its names", listing->label);
}

static bool refuse_form(const Listing *listing) {
    return error_set(listing->err, ERROR_FILE,
                     "%s: expected names one a line, a JSON list of them, or an object such as "
                     "{\"0\": \"tench\"}, {\"0\": [\"n01440764\", \"tench\"]} or {\"tench\": 0}",
                     listing->label);
}

/* A name, or Keras' pair of WordNet's identifier and a name. */
static bool put_value(Listing *listing, size_t index, const json_t *value) {
    if (json_is_array(value)) value = json_array_get(value, json_array_size(value) - 1);
    if (!json_is_string(value)) return refuse_form(listing);
    return put_name(listing, index, json_string_value(value), json_string_length(value));
}

static bool put_member(Listing *listing, const char *key, const json_t *value) {
    if (json_is_integer(value)) { /* the class of a name */
        if (json_integer_value(value) < 0) return refuse_form(listing);
        return put_name(listing, (size_t)json_integer_value(value), key, strlen(key));
    }
    size_t digits = strspn(key, "0123456789");
    if (digits == 0 || digits > 9 || key[digits] != '\0') return refuse_form(listing);
    return put_value(listing, (size_t)atol(key), value);
}

static bool put_all(Listing *listing, json_t *root) {
    const char *key;
    json_t *value;
    size_t index, size = json_is_array(root) ? json_array_size(root) : json_object_size(root);
    if (size != (size_t)listing->count)
        return error_set(listing->err, ERROR_FILE, "%s: has %zu class names, expected %d", listing->label,
                         size, listing->count);
    json_array_foreach(root, index, value) {
        if (!put_value(listing, index, value)) return false;
    }
    json_object_foreach(root, key, value) {
        if (!put_member(listing, key, value)) return false;
    }
    return true;
}

static const char *const *parse_json(Listing listing, const char *text, size_t size) {
    json_error_t problem;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    if (!root) {
        error_set(listing.err, ERROR_FILE, "%s: line %d is no JSON: %s", listing.label, problem.line,
                  problem.text);
        return NULL;
    }
    json_t *label_of = json_object_get(root, "id2label"); /* Hugging Face's config.json */
    listing.names = arena_alloc(listing.arena, (size_t)listing.count, sizeof *listing.names);
    bool good = listing.names ? put_all(&listing, json_is_object(label_of) ? label_of : root)
                              : error_set(listing.err, ERROR_FAILED, "%s: not enough memory for its names",
                                          listing.label);
    json_decref(root);
    return good ? listing.names : NULL;
}

const char *const *class_names_parse(Arena *arena, const char *text, size_t size, int count,
                                     const char *label, Error *err) {
    Listing listing = {.arena = arena, .label = label, .count = count, .err = err};
    size_t blank = 0;
    while (blank < size && strchr(" \t\r\n", text[blank]) && text[blank] != '\0') blank++;
    if (blank < size && (text[blank] == '[' || text[blank] == '{')) return parse_json(listing, text, size);
    return parse_lines(arena, text, size, count, label, err);
}

const char *const *class_names_load(Arena *arena, const char *path, int count, Error *err) {
    char *text = text_file_read(path, CLASS_FILE_MAX, err);
    if (!text) return NULL;
    const char *const *names = class_names_parse(arena, text, strlen(text), count, path, err);
    free(text);
    return names;
}
