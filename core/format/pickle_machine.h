/* Inside of core/format/pickle: the machine that runs a pickle's instructions. */
#ifndef CORE_FORMAT_PICKLE_MACHINE_H
#define CORE_FORMAT_PICKLE_MACHINE_H

#include "core/format/pickle.h"
#include "core/format/pickle_globals.h"

enum { PICKLE_BUFFER_BYTES = 1 << 16, PICKLE_LINE_MAX = 256, PICKLE_STACK_MAX = 1000000 };

typedef struct PickleStack {
    PickleValue **at;
    size_t count, room;
} PickleStack;

typedef struct Pickle {
    const Source *source;
    uint64_t next, end; /* of the source: what follows the buffer */
    uint8_t *buffer;
    size_t used, filled;
    Arena *arena;
    size_t arena_before; /* bytes that the arena had handed out */
    PickleValue *fresh;  /* values not yet given out */
    size_t fresh_count;
    PickleStack stack, memo;
    PickleItems storages;
    size_t *marks; /* heights of the stack */
    size_t mark_count, mark_room;
    long steps;
    bool done;
    Error *err;
} Pickle;

/* The sentence of a pickle that is damaged, with the byte; false. */
bool pickle_broken(const Pickle *pickle, const char *problem);
bool pickle_no_memory(const Pickle *pickle);
uint64_t pickle_at(const Pickle *pickle); /* the next byte's place in the source */

/* `count` bytes, which stay until the next call; NULL when there are fewer, or more than the buffer has room for. */
const uint8_t *pickle_take(Pickle *pickle, size_t count);
/* The same for any count, copied into the arena with a NUL after them. */
const char *pickle_take_text(Pickle *pickle, uint64_t count);
bool pickle_skip(Pickle *pickle, uint64_t count);
/* A line without its end, at most PICKLE_LINE_MAX bytes; false where there is none. */
bool pickle_take_line(Pickle *pickle, char line[PICKLE_LINE_MAX + 1]);

size_t pickle_height(const Pickle *pickle); /* values above the last mark */
/* Makes room for a value at `index`, which must be below `most`. */
bool pickle_grow(Pickle *pickle, PickleStack *stack, size_t index, size_t most);
PickleValue *pickle_new(Pickle *pickle, PickleKind kind);
bool pickle_push(Pickle *pickle, PickleValue *value); /* false for NULL, too */
PickleValue *pickle_pop(Pickle *pickle); /* NULL with a sentence when nothing is above the last mark */
bool pickle_add_item(Pickle *pickle, PickleItems *items, PickleValue *item);

/* The instructions that name something or call it: GLOBAL and STACK_GLOBAL; REDUCE and NEWOBJ; BINPERSID. */
bool pickle_global(Pickle *pickle, const char *module, const char *name);
bool pickle_call(Pickle *pickle);
bool pickle_persistent(Pickle *pickle);

/* The sentence for a name that is not on the list. Looks through the rest of the instructions, without following them, for
 * names that make it worse; false. */
bool pickle_refuse_global(Pickle *pickle, const char *module, const char *name);

#endif
