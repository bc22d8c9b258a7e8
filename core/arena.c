#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ARENA_ALIGN = 64, ARENA_CHUNK = 1 << 16 };

/* A chunk is one mapping: untouched pages of a large tensor cost nothing until they are written. */
typedef struct Chunk {
    struct Chunk *next;
    size_t size, used;
} Chunk;

struct Arena {
    Chunk *chunks;
    size_t bytes;
};

Arena *arena_new(void) {
    return calloc(1, sizeof(Arena));
}

void arena_free(Arena *arena) {
    if (!arena) return;
    for (Chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        munmap(chunk, chunk->size);
    }
    free(arena);
}

static size_t round_up(size_t size) {
    return (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

static Chunk *chunk_add(Arena *arena, size_t payload) {
    size_t size = payload + ARENA_ALIGN;
    if (size < ARENA_CHUNK) size = ARENA_CHUNK;
    Chunk *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) return NULL;
    *chunk = (Chunk){.next = arena->chunks, .size = size, .used = ARENA_ALIGN};
    arena->chunks = chunk;
    return chunk;
}

void *arena_alloc(Arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    bytes = round_up(bytes ? bytes : 1);
    Chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < bytes) chunk = chunk_add(arena, bytes);
    if (!chunk) return NULL;
    void *block = (char *)chunk + chunk->used;
    chunk->used += bytes;
    arena->bytes += bytes;
    return block;
}

size_t arena_bytes(const Arena *arena) {
    return arena->bytes;
}
