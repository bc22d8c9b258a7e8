/* JSON, written as it comes: to a stdio stream or into a growing buffer. Commas and quotes are the writer's
 * business; that objects and arrays are closed in order is the caller's, and asserted.
 *
 * Floats are "%.9g", which gives every float32 back exactly, with a point whatever the locale; NaN and Inf
 * are null. Strings escape what must not reach a terminal (utf8_is_hostile) as \uNNNN, which reads back as
 * the same text; broken UTF-8 becomes U+FFFD. */
#ifndef CORE_BASE_JSON_WRITE_H
#define CORE_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_WRITE_DEPTH_MAX = 16 };

typedef struct JsonWriter {
    FILE *stream; /* NULL: into `text` */
    char *text;   /* heap, NUL-terminated; the caller frees it */
    size_t length, capacity;
    int depth;
    bool filled[JSON_WRITE_DEPTH_MAX]; /* whether the object or array at that depth has a member already */
    bool after_key, failed;
} JsonWriter;

void json_write_init(JsonWriter *writer, FILE *stream); /* stream NULL: into writer->text */
/* A stream gets a newline and is flushed. False when a write failed or memory was short (then `text` is freed
 * and NULL). */
bool json_write_end(JsonWriter *writer);

void json_write_object_begin(JsonWriter *writer);
void json_write_object_end(JsonWriter *writer);
void json_write_array_begin(JsonWriter *writer);
void json_write_array_end(JsonWriter *writer);
void json_write_key(JsonWriter *writer, const char *key);
void json_write_string(JsonWriter *writer, const char *text); /* NULL: null */
void json_write_int(JsonWriter *writer, int64_t value);
void json_write_float(JsonWriter *writer, double value);
void json_write_bool(JsonWriter *writer, bool value);
void json_write_null(JsonWriter *writer);

/* Key and value in one. */
void json_write_key_string(JsonWriter *writer, const char *key, const char *text);
void json_write_key_int(JsonWriter *writer, const char *key, int64_t value);
void json_write_key_float(JsonWriter *writer, const char *key, double value);

#endif
