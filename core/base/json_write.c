#include "core/base/json_write.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

void json_write_init(JsonWriter *writer, FILE *stream) {
    *writer = (JsonWriter){.stream = stream};
}

static bool grow_text(JsonWriter *writer, size_t needed) {
    if (needed <= writer->capacity) return true;
    size_t capacity = needed + needed / 2 + 256;
    char *text = realloc(writer->text, capacity);
    if (!text) return false;
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

static void put_bytes(JsonWriter *writer, const char *bytes, size_t count) {
    if (writer->failed) return;
    if (writer->stream) {
        writer->failed = fwrite(bytes, 1, count, writer->stream) != count;
    } else if (grow_text(writer, writer->length + count + 1)) {
        memcpy(writer->text + writer->length, bytes, count);
        writer->length += count;
        writer->text[writer->length] = '\0';
    } else {
        writer->failed = true;
    }
}

static void put_text(JsonWriter *writer, const char *text) {
    put_bytes(writer, text, strlen(text));
}

/* The comma before a value or key, where one is due. */
static void separate(JsonWriter *writer) {
    if (!writer->after_key && writer->filled[writer->depth]) put_bytes(writer, ",", 1);
    writer->filled[writer->depth] = true;
    writer->after_key = false;
}

static void open_scope(JsonWriter *writer, const char *bracket) {
    separate(writer);
    put_text(writer, bracket);
    assert(writer->depth + 1 < JSON_WRITE_DEPTH_MAX);
    writer->filled[++writer->depth] = false;
}

static void close_scope(JsonWriter *writer, const char *bracket) {
    assert(writer->depth > 0 && !writer->after_key);
    writer->depth--;
    put_text(writer, bracket);
}

bool json_write_end(JsonWriter *writer) {
    assert(writer->depth == 0);
    if (writer->stream) {
        put_bytes(writer, "\n", 1);
        if (fflush(writer->stream) != 0) writer->failed = true;
    } else if (writer->failed) {
        free(writer->text);
        writer->text = NULL;
    }
    return !writer->failed;
}

void json_write_object_begin(JsonWriter *writer) {
    open_scope(writer, "{");
}

void json_write_object_end(JsonWriter *writer) {
    close_scope(writer, "}");
}

void json_write_array_begin(JsonWriter *writer) {
    open_scope(writer, "[");
}

void json_write_array_end(JsonWriter *writer) {
    close_scope(writer, "]");
}

static void put_unit(JsonWriter *writer, unsigned unit) {
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", unit & 0xFFFFu);
    put_bytes(writer, escape, 6);
}

/* Beyond U+FFFF as two halves of UTF-16. */
static void put_escape(JsonWriter *writer, uint32_t code) {
    if (code < 0x10000) {
        put_unit(writer, code);
    } else {
        put_unit(writer, 0xD800 + ((code - 0x10000) >> 10));
        put_unit(writer, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
}

static void put_character(JsonWriter *writer, const char *bytes, size_t length, uint32_t code) {
    if (code == UINT32_MAX) {
        put_escape(writer, UTF8_REPLACEMENT);
    } else if (code == '\n') {
        put_bytes(writer, "\\n", 2);
    } else if (utf8_is_hostile(code)) {
        put_escape(writer, code);
    } else {
        if (code == '"' || code == '\\') put_bytes(writer, "\\", 1);
        put_bytes(writer, bytes, length);
    }
}

static void put_string(JsonWriter *writer, const char *text) {
    size_t length = strlen(text);
    put_bytes(writer, "\"", 1);
    for (size_t at = 0, count; at < length; at += count) {
        uint32_t code;
        count = utf8_decode(text + at, length - at, &code);
        put_character(writer, text + at, count, code);
    }
    put_bytes(writer, "\"", 1);
}

void json_write_key(JsonWriter *writer, const char *key) {
    assert(writer->depth > 0 && !writer->after_key);
    separate(writer);
    put_string(writer, key);
    put_bytes(writer, ":", 1);
    writer->after_key = true;
}

void json_write_string(JsonWriter *writer, const char *text) {
    if (!text) {
        json_write_null(writer);
        return;
    }
    separate(writer);
    put_string(writer, text);
}

void json_write_int(JsonWriter *writer, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    separate(writer);
    put_text(writer, text);
}

/* printf writes the locale's decimal point, which may be any text: characters that cannot belong to a number
 * are taken for it. */
static void to_plain_number(char *text) {
    char *out = text;
    bool pointed = false;
    for (const char *in = text; *in; in++) {
        if (strchr("0123456789+-e", *in)) {
            *out++ = *in;
        } else if (!pointed) {
            *out++ = '.';
            pointed = true;
        }
    }
    *out = '\0';
}

void json_write_float(JsonWriter *writer, double value) {
    char text[48];
    if (!isfinite(value)) {
        json_write_null(writer);
        return;
    }
    snprintf(text, sizeof text, "%.9g", value);
    to_plain_number(text);
    separate(writer);
    put_text(writer, text);
}

void json_write_bool(JsonWriter *writer, bool value) {
    separate(writer);
    put_text(writer, value ? "true" : "false");
}

void json_write_null(JsonWriter *writer) {
    separate(writer);
    put_text(writer, "null");
}

void json_write_key_string(JsonWriter *writer, const char *key, const char *text) {
    json_write_key(writer, key);
    json_write_string(writer, text);
}

void json_write_key_int(JsonWriter *writer, const char *key, int64_t value) {
    json_write_key(writer, key);
    json_write_int(writer, value);
}

void json_write_key_float(JsonWriter *writer, const char *key, double value) {
    json_write_key(writer, key);
    json_write_float(writer, value);
}
