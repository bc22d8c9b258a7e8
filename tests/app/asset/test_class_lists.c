#include "app/asset/assets.h"
#include "core/network/class_names.h"
#include "tests/support/assert_close.h"

/* The order is that of the labels: a few that everybody knows, from both ends of the list. */
static void the_thousand_names_of_imagenet_are_built_in(void **state) {
    (void)state;
    Error err = {0};
    Arena *arena = arena_new();
    const Asset *asset = asset_find("assets/classes/imagenet.txt");
    assert_non_null(asset);
    const char *const *names =
        class_names_parse(arena, (const char *)asset->begin, asset_size(asset), 1000, "imagenet.txt", &err);
    if (!names) fail_msg("%s", err.text);
    assert_string_equal(names[0], "tench");
    assert_string_equal(names[207], "golden retriever");
    assert_string_equal(names[281], "tabby");
    assert_string_equal(names[999], "toilet tissue");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_thousand_names_of_imagenet_are_built_in)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
