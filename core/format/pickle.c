#include "core/format/pickle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/format/little.h"
#include "core/format/pickle_machine.h"

/* Instructions; 100 times what the largest networks with all training state need. */
enum { PICKLE_STEPS_MAX = 5000000, PICKLE_MEMO_MAX = 5000000 };

static bool push_mark(Pickle *pickle) {
    if (pickle->mark_count == pickle->mark_room) {
        size_t room = 2 * pickle->mark_room + 64;
        if (room > 2 * PICKLE_STACK_MAX + 64) return pickle_broken(pickle, "it is nested too deeply");
        size_t *marks = realloc(pickle->marks, room * sizeof *marks);
        if (!marks) return pickle_no_memory(pickle);
        pickle->marks = marks;
        pickle->mark_room = room;
    }
    pickle->marks[pickle->mark_count++] = pickle->stack.count;
    return true;
}

/* The last mark is taken away, and the values above it are *count from *first on; they are off the stack. */
static bool pop_mark(Pickle *pickle, PickleValue ***first, size_t *count) {
    if (pickle->mark_count == 0) return pickle_broken(pickle, "a mark is taken that is not there");
    *count = pickle_height(pickle);
    pickle->stack.count -= *count;
    pickle->mark_count--;
    *first = pickle->stack.at ? pickle->stack.at + pickle->stack.count : NULL;
    return true;
}

/* The number of bytes that a text of `width` bytes of length says; false where the file ends. */
static bool take_length(Pickle *pickle, int width, uint64_t *length) {
    const uint8_t *bytes = pickle_take(pickle, (size_t)width);
    if (!bytes) return false;
    *length = width == 1 ? bytes[0] : width == 4 ? little_32(bytes) : little_64(bytes);
    return true;
}

static bool push_text(Pickle *pickle, int width) {
    uint64_t length = 0;
    PickleValue *value = take_length(pickle, width, &length) ? pickle_new(pickle, PICKLE_TEXT) : NULL;
    if (!value) return false;
    value->as.text = pickle_take_text(pickle, length);
    if (!value->as.text) return false;
    /* A text with a NUL in it is no name that anything here has. */
    if (strlen(value->as.text) != length) return pickle_push(pickle, pickle_new(pickle, PICKLE_OPAQUE));
    return pickle_push(pickle, value);
}

/* Bytes, and integers of more than 64 bits. */
static bool push_skipped(Pickle *pickle, uint64_t length) {
    PickleValue *value = pickle_skip(pickle, length) ? pickle_new(pickle, PICKLE_OPAQUE) : NULL;
    return pickle_push(pickle, value);
}

static bool push_bytes(Pickle *pickle, int width) {
    uint64_t length = 0;
    return take_length(pickle, width, &length) && push_skipped(pickle, length);
}

static bool push_int(Pickle *pickle, int64_t integer) {
    PickleValue *value = pickle_new(pickle, PICKLE_INT);
    if (!value) return false;
    value->as.integer = integer;
    return pickle_push(pickle, value);
}

static bool push_bool(Pickle *pickle, bool truth) {
    PickleValue *value = pickle_new(pickle, PICKLE_BOOL);
    if (!value) return false;
    value->as.integer = truth;
    return pickle_push(pickle, value);
}

/* Little-endian in two's complement, as few bytes as it needs. */
static bool push_long(Pickle *pickle, int width) {
    uint64_t length, bits = 0;
    if (!take_length(pickle, width, &length)) return false;
    if (length > 8) return push_skipped(pickle, length);
    const uint8_t *bytes = pickle_take(pickle, (size_t)length);
    if (!bytes) return false;
    if (length > 0 && bytes[length - 1] & 0x80) bits = UINT64_MAX;
    for (size_t k = (size_t)length; k-- > 0;) bits = bits << 8 | bytes[k];
    return push_int(pickle, (int64_t)bits);
}

/* "12", "12L", and "00", "01" for truth. */
static bool push_decimal(Pickle *pickle) {
    char line[PICKLE_LINE_MAX + 1], *end;
    if (!pickle_take_line(pickle, line)) return false;
    if (strcmp(line, "00") == 0 || strcmp(line, "01") == 0) return push_bool(pickle, line[1] == '1');
    long long value = strtoll(line, &end, 10);
    if (end == line || (strcmp(end, "") != 0 && strcmp(end, "L") != 0))
        return pickle_broken(pickle, "a number has no digits");
    return push_int(pickle, value);
}

/* A new tuple or list of what lies above the mark, or a dictionary of its pairs. */
static bool push_collected(Pickle *pickle, PickleKind kind) {
    PickleValue **first = NULL, *value = pickle_new(pickle, kind);
    size_t count = 0;
    if (!value || !pop_mark(pickle, &first, &count)) return false;
    if (kind == PICKLE_DICT && count % 2 != 0) return pickle_broken(pickle, "a key has no value");
    for (size_t k = 0; k < count; k++) {
        if (!pickle_add_item(pickle, &value->as.items, first[k])) return false;
    }
    return pickle_push(pickle, value);
}

static bool push_tuple(Pickle *pickle, size_t count) {
    PickleValue *value = pickle_new(pickle, PICKLE_TUPLE);
    if (!value) return false;
    if (pickle_height(pickle) < count) return pickle_broken(pickle, "a value is taken that is not there");
    pickle->stack.count -= count;
    for (size_t k = 0; k < count; k++) {
        if (!pickle_add_item(pickle, &value->as.items, pickle->stack.at[pickle->stack.count + k]))
            return false;
    }
    return pickle_push(pickle, value);
}

/* Items, or keys and values, for the list or dictionary below them. What is put into something opaque is dropped. */
static bool store(Pickle *pickle, PickleKind kind, PickleValue **items, size_t count) {
    PickleValue *target = pickle_height(pickle) > 0 ? pickle->stack.at[pickle->stack.count - 1] : NULL;
    if (target && target->kind == PICKLE_OPAQUE) return true;
    if (!target || target->kind != kind)
        return pickle_broken(pickle, "something is put into what is no list or dictionary");
    if (kind == PICKLE_DICT && count % 2 != 0) return pickle_broken(pickle, "a key has no value");
    for (size_t k = 0; k < count; k++) {
        if (!pickle_add_item(pickle, &target->as.items, items[k])) return false;
    }
    return true;
}

static bool store_marked(Pickle *pickle, PickleKind kind) {
    PickleValue **first = NULL;
    size_t count = 0;
    return pop_mark(pickle, &first, &count) && store(pickle, kind, first, count);
}

static bool store_last(Pickle *pickle, PickleKind kind, size_t count) {
    if (pickle_height(pickle) < count) return pickle_broken(pickle, "a value is taken that is not there");
    pickle->stack.count -= count;
    return store(pickle, kind, pickle->stack.at + pickle->stack.count, count);
}

static bool memo_put(Pickle *pickle, uint64_t index) {
    if (pickle_height(pickle) == 0) return pickle_broken(pickle, "a value is taken that is not there");
    if (!pickle_grow(pickle, &pickle->memo, (size_t)index, PICKLE_MEMO_MAX)) return false;
    pickle->memo.at[index] = pickle->stack.at[pickle->stack.count - 1];
    if (index >= pickle->memo.count) pickle->memo.count = (size_t)index + 1;
    return true;
}

static bool memo_get(Pickle *pickle, uint64_t index) {
    PickleValue *value = index < pickle->memo.count ? pickle->memo.at[index] : NULL;
    return value ? pickle_push(pickle, value) : pickle_broken(pickle, "a value is used that was never kept");
}

static bool memo_by_number(Pickle *pickle, int width, bool (*use)(Pickle *pickle, uint64_t index)) {
    uint64_t index = 0;
    return take_length(pickle, width, &index) && use(pickle, index);
}

static bool memo_by_line(Pickle *pickle, bool (*use)(Pickle *pickle, uint64_t index)) {
    char line[PICKLE_LINE_MAX + 1], *end;
    if (!pickle_take_line(pickle, line)) return false;
    unsigned long long index = strtoull(line, &end, 10);
    if (end == line || *end) return pickle_broken(pickle, "a number has no digits");
    return use(pickle, index);
}

/* The state of an object: of dictionaries it is notes about versions, of what is opaque nothing that is of use. */
static bool build(Pickle *pickle) {
    if (!pickle_pop(pickle)) return false;
    PickleValue *target = pickle_height(pickle) > 0 ? pickle->stack.at[pickle->stack.count - 1] : NULL;
    if (target && (target->kind == PICKLE_DICT || target->kind == PICKLE_OPAQUE)) return true;
    return pickle_broken(pickle, "a state is given to what has none");
}

static bool global_by_lines(Pickle *pickle) {
    char module[PICKLE_LINE_MAX + 1], name[PICKLE_LINE_MAX + 1];
    return pickle_take_line(pickle, module) && pickle_take_line(pickle, name) &&
           pickle_global(pickle, module, name);
}

static bool global_by_stack(Pickle *pickle) {
    const PickleValue *name = pickle_pop(pickle), *module = name ? pickle_pop(pickle) : NULL;
    if (!module) return false;
    if (name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT)
        return pickle_broken(pickle, "a name is no text");
    return pickle_global(pickle, module->as.text, name->as.text);
}

static bool drop_marked(Pickle *pickle) {
    PickleValue **first = NULL;
    size_t count = 0;
    return pop_mark(pickle, &first, &count);
}

/* Instructions that are never run; of those that name something, it is said what. */
static bool refuse(Pickle *pickle, int code) {
    char text[64];
    if (code == 'i' && !global_by_lines(pickle)) return false;
    snprintf(text, sizeof text, "the instruction 0x%02x is none that checkpoints of tensors need",
             (unsigned)code);
    return pickle_broken(pickle, text);
}

/* Values that the instruction itself has. */
static bool run_constant(Pickle *pickle, int code, bool *known) {
    const uint8_t *bytes;
    switch (code) {
    case 'N': return pickle_push(pickle, pickle_new(pickle, PICKLE_NONE));
    case 0x88: return push_bool(pickle, true);
    case 0x89: return push_bool(pickle, false);
    case 'J': return (bytes = pickle_take(pickle, 4)) && push_int(pickle, (int32_t)little_32(bytes));
    case 'K': return (bytes = pickle_take(pickle, 1)) && push_int(pickle, bytes[0]);
    case 'M': return (bytes = pickle_take(pickle, 2)) && push_int(pickle, little_16(bytes));
    case 0x8a: return push_long(pickle, 1);
    case 0x8b: return push_long(pickle, 4);
    case 'I':
    case 'L': return push_decimal(pickle);
    case 'G': return push_skipped(pickle, 8); /* a double */
    case 'X':
    case 'T': return push_text(pickle, 4);
    case 0x8c:
    case 'U': return push_text(pickle, 1);
    case 0x8d: return push_text(pickle, 8);
    case 'C': return push_bytes(pickle, 1);
    case 'B': return push_bytes(pickle, 4);
    case 0x8e:
    case 0x96: return push_bytes(pickle, 8);
    default: *known = false; return false;
    }
}

static bool run_collection(Pickle *pickle, int code, bool *known) {
    switch (code) {
    case '}': return pickle_push(pickle, pickle_new(pickle, PICKLE_DICT));
    case ']': return pickle_push(pickle, pickle_new(pickle, PICKLE_LIST));
    case ')': return pickle_push(pickle, pickle_new(pickle, PICKLE_TUPLE));
    case 0x8f: return pickle_push(pickle, pickle_new(pickle, PICKLE_OPAQUE)); /* a set */
    case 't': return push_collected(pickle, PICKLE_TUPLE);
    case 'l': return push_collected(pickle, PICKLE_LIST);
    case 'd': return push_collected(pickle, PICKLE_DICT);
    case 0x91: return push_collected(pickle, PICKLE_TUPLE); /* a frozen set */
    case 0x85: return push_tuple(pickle, 1);
    case 0x86: return push_tuple(pickle, 2);
    case 0x87: return push_tuple(pickle, 3);
    case 'a': return store_last(pickle, PICKLE_LIST, 1);
    case 's': return store_last(pickle, PICKLE_DICT, 2);
    case 'e':
    case 0x90: return store_marked(pickle, PICKLE_LIST);
    case 'u': return store_marked(pickle, PICKLE_DICT);
    default: *known = false; return false;
    }
}

static bool run_other(Pickle *pickle, int code) {
    PickleValue *value;
    switch (code) {
    case 0x80: return pickle_skip(pickle, 1); /* the protocol */
    case 0x95: return pickle_skip(pickle, 8); /* a length that readers may use */
    case '.': return pickle->done = true;
    case '(': return push_mark(pickle);
    case '0': return pickle_pop(pickle) != NULL;
    case '1': return drop_marked(pickle);
    case '2': return (value = pickle_pop(pickle)) && pickle_push(pickle, value) && pickle_push(pickle, value);
    case 'q': return memo_by_number(pickle, 1, memo_put);
    case 'r': return memo_by_number(pickle, 4, memo_put);
    case 0x94: return memo_put(pickle, pickle->memo.count);
    case 'p': return memo_by_line(pickle, memo_put);
    case 'h': return memo_by_number(pickle, 1, memo_get);
    case 'j': return memo_by_number(pickle, 4, memo_get);
    case 'g': return memo_by_line(pickle, memo_get);
    case 'c': return global_by_lines(pickle);
    case 0x93: return global_by_stack(pickle);
    case 'R':
    case 0x81: return pickle_call(pickle);
    case 'Q': return pickle_persistent(pickle);
    case 'b': return build(pickle);
    default: return refuse(pickle, code);
    }
}

static bool run_step(Pickle *pickle) {
    const uint8_t *byte = pickle_take(pickle, 1);
    if (!byte) return false;
    if (++pickle->steps > PICKLE_STEPS_MAX)
        return pickle_broken(pickle, "it has more instructions than any checkpoint needs");
    int code = *byte;
    bool known = true, good = run_constant(pickle, code, &known);
    if (known) return good;
    known = true;
    good = run_collection(pickle, code, &known);
    return known ? good : run_other(pickle, code);
}

static bool run_all(Pickle *pickle, PickleResult *result) {
    bool good = true;
    while (good && !pickle->done) good = run_step(pickle);
    result->root = good ? pickle_pop(pickle) : NULL;
    result->storages = pickle->storages;
    if (!result->root) return false;
    return (pickle->stack.count == 0 && pickle->mark_count == 0) ||
           pickle_broken(pickle, "it ends with values left over");
}

bool pickle_read(const Source *source, uint64_t *at, uint64_t end, Arena *arena, PickleResult *result,
                 Error *err) {
    Pickle pickle = {.source = source,
                     .next = *at,
                     .end = end,
                     .arena = arena,
                     .arena_before = arena_bytes(arena),
                     .err = err};
    pickle.buffer = malloc(PICKLE_BUFFER_BYTES);
    bool good = pickle.buffer ? run_all(&pickle, result) : pickle_no_memory(&pickle);
    *at = pickle_at(&pickle);
    free(pickle.buffer);
    free(pickle.stack.at);
    free(pickle.memo.at);
    free(pickle.marks);
    return good;
}

const PickleValue *pickle_get(const PickleValue *dictionary, const char *key) {
    if (dictionary->kind != PICKLE_DICT) return NULL;
    const PickleItems *items = &dictionary->as.items;
    for (size_t k = items->count; k >= 2; k -= 2) {
        const PickleValue *name = items->at[k - 2];
        if (name->kind == PICKLE_TEXT && strcmp(name->as.text, key) == 0) return items->at[k - 1];
    }
    return NULL;
}

void pickle_name(const PickleValue *value, char *out, size_t out_size) {
    bool named = (value->kind == PICKLE_GLOBAL || value->kind == PICKLE_OPAQUE) && value->as.global;
    out[0] = '\0';
    if (named) utf8_format(out, out_size, "%s.%s", value->as.global->module, value->as.global->name);
}

const char *pickle_file_name(const char *label) {
    const char *slash = strrchr(label, '/'), *name = slash ? slash + 1 : label;
    bool plain = *name && strlen(name) <= 60;
    for (const char *at = name; *at; at++)
        plain = plain && *at != '\'' && *at != '\\' && (unsigned char)*at >= ' ';
    return plain ? name : "FILE";
}
