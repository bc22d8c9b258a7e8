#include <string.h>

#include "core/base/arena.h"
#include "tests/support/assert_close.h"

static void blocks_are_zeroed_aligned_and_apart(void **state) {
    (void)state;
    Arena *arena = arena_new();
    unsigned char *blocks[200];
    for (size_t k = 0; k < 200; k++) {
        blocks[k] = arena_alloc(arena, k * 37 + 1, 3);
        assert_non_null(blocks[k]);
        assert_int_equal((uintptr_t)blocks[k] % 64, 0);
        for (size_t j = 0; j < (k * 37 + 1) * 3; j++) assert_int_equal(blocks[k][j], 0);
        memset(blocks[k], (int)k + 1, (k * 37 + 1) * 3);
    }
    for (size_t k = 0; k < 200; k++)
        for (size_t j = 0; j < (k * 37 + 1) * 3; j++) assert_int_equal(blocks[k][j], (unsigned char)(k + 1));
    arena_free(arena);
}

static void blocks_larger_than_a_chunk_fit(void **state) {
    (void)state;
    Arena *arena = arena_new();
    char *small = arena_alloc(arena, 10, 1), *large = arena_alloc(arena, 1, 10000000);
    assert_non_null(large);
    large[0] = large[9999999] = 'x';
    assert_int_equal(small[0], 0);
    assert_non_null(arena_alloc(arena, 10, 1));
    char *hot = arena_alloc_hot(arena, 1, 10000000);
    assert_int_equal((uintptr_t)hot % 64, 0);
    for (size_t j = 0; j < 10000000; j += 999) assert_int_equal(hot[j], 0);
    assert_null(arena_alloc_hot(arena, SIZE_MAX, 2));
    arena_free(arena);
}

static void overflowing_and_impossible_sizes_give_null_and_leave_the_arena_usable(void **state) {
    (void)state;
    Arena *arena = arena_new();
    assert_null(arena_alloc(arena, SIZE_MAX, 2));
    assert_null(arena_alloc(arena, (size_t)1 << 33, (size_t)1 << 33));
    assert_null(arena_alloc(arena, SIZE_MAX, 1));
    assert_null(arena_alloc(arena, SIZE_MAX / 2, 1));
    assert_int_equal(arena_bytes(arena), 0);
    assert_non_null(arena_alloc(arena, 5, 5));
    arena_free(arena);
}

static void bytes_count_what_was_handed_out(void **state) {
    (void)state;
    Arena *arena = arena_new();
    arena_alloc(arena, 1, 1);
    assert_int_equal(arena_bytes(arena), 64);
    arena_alloc(arena, 65, 1);
    assert_int_equal(arena_bytes(arena), 64 + 128);
    arena_free(arena);
}

static void nothing_can_be_allocated_and_freed(void **state) {
    (void)state;
    Arena *arena = arena_new();
    void *first = arena_alloc(arena, 0, 8), *second = arena_alloc(arena, 8, 0);
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    arena_free(arena);
    arena_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(blocks_larger_than_a_chunk_fit),
        cmocka_unit_test(overflowing_and_impossible_sizes_give_null_and_leave_the_arena_usable),
        cmocka_unit_test(bytes_count_what_was_handed_out),
        cmocka_unit_test(nothing_can_be_allocated_and_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
