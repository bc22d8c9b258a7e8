/* Memory that is given back all at once. A Network, a Pass and a Dataset own one arena each, and no
 * Tensor ever owns memory. Blocks are zeroed, aligned to 64 bytes, and live until arena_free. */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <stddef.h>

typedef struct Arena Arena;

enum { ARENA_ALIGN = 64 };

Arena *arena_new(void);        /* NULL when memory is short */
void arena_free(Arena *arena); /* NULL is fine */

/* `count` items of `size` bytes, zeroed; NULL when memory is short or the product overflows.
 * Large blocks are untouched pages: they cost memory only once they are written. */
void *arena_alloc(Arena *arena, size_t count, size_t size);

/* Bytes handed out so far. */
size_t arena_bytes(const Arena *arena);

#endif
