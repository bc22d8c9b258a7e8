#include "core/format/pickle_machine.h"

#include <stdlib.h>
#include <string.h>

enum {
    PICKLE_MEMORY_MAX = 256 << 20, /* bytes of the arena */
    PICKLE_FRESH = 256
};

bool pickle_broken(const Pickle *pickle, const char *problem) {
    return error_set(pickle->err, ERROR_FILE,
                     "%s: its pickle is damaged, or none of PyTorch: at byte %llu %s", pickle->source->label,
                     (unsigned long long)pickle_at(pickle), problem);
}

bool pickle_no_memory(const Pickle *pickle) {
    return error_set(pickle->err, ERROR_FAILED, "%s: not enough memory", pickle->source->label);
}

uint64_t pickle_at(const Pickle *pickle) {
    return pickle->next - (pickle->filled - pickle->used);
}

/* Moves what is left to the front and fills the rest. */
static bool refill(Pickle *pickle) {
    size_t left = pickle->filled - pickle->used, room = PICKLE_BUFFER_BYTES - left;
    uint64_t more = pickle->end - pickle->next;
    if (more > room) more = room;
    memmove(pickle->buffer, pickle->buffer + pickle->used, left);
    pickle->used = 0;
    pickle->filled = left;
    if (!source_read(pickle->source, pickle->next, pickle->buffer + left, (size_t)more, pickle->err))
        return false;
    pickle->filled += (size_t)more;
    pickle->next += more;
    return true;
}

const uint8_t *pickle_take(Pickle *pickle, size_t count) {
    if (pickle->filled - pickle->used < count && !refill(pickle)) return NULL;
    if (pickle->filled - pickle->used < count) {
        pickle_broken(pickle, "it ends too early");
        return NULL;
    }
    pickle->used += count;
    return pickle->buffer + pickle->used - count;
}

/* Whether so many bytes are still there. */
static bool has_bytes(Pickle *pickle, uint64_t count) {
    if (count <= pickle->filled - pickle->used + (pickle->end - pickle->next)) return true;
    return pickle_broken(pickle, "it ends too early");
}

/* Memory of the arena, within what one pickle may have. */
static void *take_memory(Pickle *pickle, size_t count, size_t size) {
    size_t taken = arena_bytes(pickle->arena) - pickle->arena_before;
    if (count > PICKLE_MEMORY_MAX / size || count * size > PICKLE_MEMORY_MAX - taken) {
        pickle_broken(pickle, "it needs more memory than any checkpoint does");
        return NULL;
    }
    void *memory = arena_alloc(pickle->arena, count, size);
    if (!memory) pickle_no_memory(pickle);
    return memory;
}

const char *pickle_take_text(Pickle *pickle, uint64_t count) {
    if (!has_bytes(pickle, count)) return NULL;
    char *text = take_memory(pickle, (size_t)count + 1, 1);
    for (size_t done = 0; text && done < count;) {
        size_t left = (size_t)count - done, now = left < PICKLE_BUFFER_BYTES ? left : PICKLE_BUFFER_BYTES;
        const uint8_t *bytes = pickle_take(pickle, now);
        if (!bytes) return NULL;
        memcpy(text + done, bytes, now);
        done += now;
    }
    return text;
}

bool pickle_skip(Pickle *pickle, uint64_t count) {
    if (!has_bytes(pickle, count)) return false;
    while (count > 0) {
        size_t now = count < PICKLE_BUFFER_BYTES ? (size_t)count : PICKLE_BUFFER_BYTES;
        if (!pickle_take(pickle, now)) return false;
        count -= now;
    }
    return true;
}

bool pickle_take_line(Pickle *pickle, char line[PICKLE_LINE_MAX + 1]) {
    for (size_t length = 0; length <= PICKLE_LINE_MAX; length++) {
        const uint8_t *byte = pickle_take(pickle, 1);
        if (!byte) return false;
        line[length] = (char)*byte;
        if (*byte == '\n') {
            line[length] = '\0';
            return true;
        }
        if (*byte == '\0') break;
    }
    return pickle_broken(pickle, "a line is too long, or has a NUL");
}

PickleValue *pickle_new(Pickle *pickle, PickleKind kind) {
    if (pickle->fresh_count == 0) {
        pickle->fresh = take_memory(pickle, PICKLE_FRESH, sizeof *pickle->fresh);
        if (!pickle->fresh) return NULL;
        pickle->fresh_count = PICKLE_FRESH;
    }
    PickleValue *value = &pickle->fresh[--pickle->fresh_count];
    value->kind = kind;
    return value;
}

bool pickle_grow(Pickle *pickle, PickleStack *stack, size_t index, size_t most) {
    if (index < stack->room) return true;
    if (index >= most) return pickle_broken(pickle, "more values are kept than any checkpoint needs");
    size_t room = 2 * index + 64;
    PickleValue **at = realloc(stack->at, room * sizeof(PickleValue *));
    if (!at) return pickle_no_memory(pickle);
    memset(at + stack->room, 0, (room - stack->room) * sizeof(PickleValue *));
    stack->at = at;
    stack->room = room;
    return true;
}

bool pickle_push(Pickle *pickle, PickleValue *value) {
    if (!value || !pickle_grow(pickle, &pickle->stack, pickle->stack.count, PICKLE_STACK_MAX)) return false;
    pickle->stack.at[pickle->stack.count++] = value;
    return true;
}

size_t pickle_height(const Pickle *pickle) {
    return pickle->stack.count - (pickle->mark_count > 0 ? pickle->marks[pickle->mark_count - 1] : 0);
}

PickleValue *pickle_pop(Pickle *pickle) {
    if (pickle_height(pickle) > 0) return pickle->stack.at[--pickle->stack.count];
    pickle_broken(pickle, "a value is taken that is not there");
    return NULL;
}

bool pickle_add_item(Pickle *pickle, PickleItems *items, PickleValue *item) {
    if (items->count == items->room) {
        size_t room = items->room > 0 ? 2 * items->room : 4;
        PickleValue **at = take_memory(pickle, room, sizeof(PickleValue *));
        if (!at) return false;
        if (items->count > 0) memcpy(at, items->at, items->count * sizeof(PickleValue *));
        items->at = at;
        items->room = room;
    }
    items->at[items->count++] = item;
    return true;
}
