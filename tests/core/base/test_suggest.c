#include "core/base/suggest.h"

#include "tests/support/assert_close.h"

static const char *best_of(const char *wanted, const char *const *words) {
    Suggestion suggestion = suggest_begin(wanted);
    for (; *words; words++) suggest_offer(&suggestion, *words);
    return suggest_best(&suggestion);
}

static void one_letter_more_less_other_or_swapped_is_near(void **state) {
    (void)state;
    static const char *const words[] = {"summary", "classify", "train", NULL};
    assert_string_equal(best_of("sumary", words), "summary");
    assert_string_equal(best_of("summmary", words), "summary");
    assert_string_equal(best_of("clossify", words), "classify");
    assert_string_equal(best_of("tarin", words), "train");
}

static void what_is_far_is_not_suggested(void **state) {
    (void)state;
    static const char *const words[] = {"summary", "train", NULL};
    assert_null(best_of("photograph", words));
    assert_string_equal(suggest_nearest("trains", words), "train");
}

static void a_swap_counts_once(void **state) {
    (void)state;
    Suggestion suggestion = suggest_begin("ab");
    suggest_offer(&suggestion, "ba");
    assert_int_equal(suggestion.distance, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_letter_more_less_other_or_swapped_is_near),
        cmocka_unit_test(what_is_far_is_not_suggested),
        cmocka_unit_test(a_swap_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
