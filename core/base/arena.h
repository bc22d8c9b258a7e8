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

/* The same for what is read from end to end again and again, on huge pages where the system has them: the processor
 * then looks up one address for 2 MB instead of 512, and reads ahead past every 4 kB. A huge page costs its memory as a
 * whole once a part of it is written. */
void *arena_alloc_hot(Arena *arena, size_t count, size_t size);

/* Bytes handed out so far. */
size_t arena_bytes(const Arena *arena);

#endif
