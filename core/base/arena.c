#include "core/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ARENA_CHUNK = 1 << 16, ARENA_CHUNK_MAX = 1 << 23, ARENA_LARGE = 1 << 22 };

/* A chunk is one mapping. A large tensor has its own, whose untouched pages cost nothing until they are
 * written. Chunks for many small ones grow with the arena, so that the kernel has huge pages for them:
 * touching new memory page by page is a good part of what a small network's pass costs. */
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

static size_t align_size(size_t size) {
    return (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

static size_t chunk_size(const Arena *arena, size_t needed) {
    size_t size = arena->bytes < ARENA_CHUNK_MAX ? arena->bytes : ARENA_CHUNK_MAX;
    if (size < ARENA_CHUNK) size = ARENA_CHUNK;
    return size < needed ? needed : size;
}

static Chunk *chunk_map(size_t size) {
    Chunk *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) return NULL;
    *chunk = (Chunk){.size = size, .used = ARENA_ALIGN};
    return chunk;
}

/* Inserted after the first chunk, which stays the one for small blocks. */
static Chunk *chunk_add_large(Arena *arena, size_t payload) {
    Chunk *chunk = chunk_map(payload + ARENA_ALIGN);
    Chunk **place = arena->chunks ? &arena->chunks->next : &arena->chunks;
    if (!chunk) return NULL;
    chunk->next = *place;
    *place = chunk;
    return chunk;
}

static Chunk *chunk_add(Arena *arena, size_t payload) {
    size_t size = chunk_size(arena, payload + ARENA_ALIGN);
    Chunk *chunk = chunk_map(size);
    if (!chunk) return NULL;
    madvise(chunk, size, MADV_HUGEPAGE);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

static Chunk *chunk_for(Arena *arena, size_t bytes) {
    Chunk *first = arena->chunks;
    if (bytes >= ARENA_LARGE) return chunk_add_large(arena, bytes);
    return first && first->size - first->used >= bytes ? first : chunk_add(arena, bytes);
}

/* The chunk in which the block was begun, or NULL. */
static Chunk *take_block(Arena *arena, size_t count, size_t size, void **block) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    bytes = align_size(bytes ? bytes : 1);
    Chunk *chunk = chunk_for(arena, bytes);
    if (!chunk) return NULL;
    *block = (char *)chunk + chunk->used;
    chunk->used += bytes;
    arena->bytes += bytes;
    return chunk;
}

void *arena_alloc(Arena *arena, size_t count, size_t size) {
    void *block = NULL;
    take_block(arena, count, size, &block);
    return block;
}

void *arena_alloc_hot(Arena *arena, size_t count, size_t size) {
    void *block = NULL;
    Chunk *chunk = take_block(arena, count, size, &block);
    if (chunk) madvise(chunk, chunk->size, MADV_HUGEPAGE);
    return block;
}

size_t arena_bytes(const Arena *arena) {
    return arena->bytes;
}
