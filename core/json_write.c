#include "core/json_write.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_write_init(JsonWriter *writer, FILE *stream) {
    *writer = (JsonWriter){.stream = stream};
}

static bool grow(JsonWriter *writer, size_t needed) {
    if (needed <= writer->capacity) return true;
    size_t capacity = needed + needed / 2 + 256;
    char *text = realloc(writer->text, capacity);
    if (!text) return false;
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

static void put(JsonWriter *writer, const char *bytes, size_t count) {
    if (writer->failed) return;
    if (writer->stream) {
        writer->failed = fwrite(bytes, 1, count, writer->stream) != count;
    } else if (grow(writer, writer->length + count + 1)) {
        memcpy(writer->text + writer->length, bytes, count);
        writer->length += count;
        writer->text[writer->length] = '\0';
    } else {
        writer->failed = true;
    }
}

static void put_text(JsonWriter *writer, const char *text) {
    put(writer, text, strlen(text));
}

/* The comma before a value or key, where one is due. */
static void separate(JsonWriter *writer) {
    if (!writer->after_key && writer->filled[writer->depth]) put(writer, ",", 1);
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
        put(writer, "\n", 1);
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

static int continuation_bytes(unsigned char first) {
    if (first >= 0xC2 && first <= 0xDF) return 1;
    if (first >= 0xE0 && first <= 0xEF) return 2;
    if (first >= 0xF0 && first <= 0xF4) return 3;
    return -1;
}

/* Length of the well-formed UTF-8 character at `s`, or 0 (Unicode, table 3-7). The terminating NUL is no
 * continuation. */
static size_t utf8_length(const unsigned char *s) {
    if (s[0] < 0x80) return 1;
    int more = continuation_bytes(s[0]);
    if (more < 0) return 0;
    for (int k = 1; k <= more; k++) {
        if ((s[k] & 0xC0) != 0x80) return 0;
    }
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool outside = (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF4 && s[1] > 0x8F);
    return overlong || outside ? 0 : (size_t)more + 1;
}

/* U+2028 and U+2029 end a line in JavaScript: E2 80 A8 and E2 80 A9. */
static bool is_line_separator(const unsigned char *s, size_t length) {
    return length == 3 && s[0] == 0xE2 && s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9);
}

static void put_escape(JsonWriter *writer, unsigned code) {
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", code);
    put(writer, escape, 6);
}

static void put_character(JsonWriter *writer, const unsigned char *s, size_t length) {
    if (*s == '"' || *s == '\\') {
        put(writer, "\\", 1);
        put(writer, (const char *)s, 1);
    } else if (*s == '\n') {
        put(writer, "\\n", 2);
    } else if (*s < 0x20 || *s == 0x7F) {
        put_escape(writer, *s);
    } else if (is_line_separator(s, length)) {
        put_escape(writer, 0x2000u + (s[2] & 0x3Fu));
    } else {
        put(writer, (const char *)s, length);
    }
}

static void put_string(JsonWriter *writer, const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    put(writer, "\"", 1);
    while (*s) {
        size_t length = utf8_length(s);
        if (length == 0) {
            put_escape(writer, 0xFFFD);
        } else {
            put_character(writer, s, length);
        }
        s += length ? length : 1;
    }
    put(writer, "\"", 1);
}

void json_write_key(JsonWriter *writer, const char *key) {
    assert(writer->depth > 0 && !writer->after_key);
    separate(writer);
    put_string(writer, key);
    put(writer, ":", 1);
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

/* printf writes the locale's decimal point, which may be any text: whatever is no part of a number is the
 * point. */
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
