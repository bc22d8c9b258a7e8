#include "core/pass/condition.h"

#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

static void assert_parsed(const char *text, ConditionMetric metric, bool above, double limit) {
    Condition condition;
    Error err = {0};
    if (!condition_parse(text, &condition, &err)) fail_msg("%s", err.text);
    assert_int_equal(condition.metric, metric);
    assert_int_equal(condition.above, above);
    assert_close(condition.limit, limit, 1e-15); /* the same decimal number */
}

static void conditions_are_a_metric_a_sign_and_a_number(void **state) {
    (void)state;
    assert_parsed("grad < 1e-6", CONDITION_GRAD, false, 1e-6);
    assert_parsed("  act>100 ", CONDITION_ACT, true, 100);
    assert_parsed("dead > 50 %", CONDITION_DEAD, true, 0.5);
    assert_parsed("dead > 0.5", CONDITION_DEAD, true, 0.5);
    assert_parsed("cos < -0.25", CONDITION_COS, false, -0.25);
    assert_parsed("nan", CONDITION_NAN, true, 0);
}

static void a_mistake_is_named(void **state) {
    (void)state;
    static const char *const wrong[] = {"",         "grad",       "grad <",  "grad = 1",   "loss < 1",
                                        "grad < x", "grad < 1 2", "nan > 1", "grad < inf", "gradient < 1"};
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        Condition condition;
        Error err = {0};
        assert_false(condition_parse(wrong[k], &condition, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_non_null(strstr(err.text, "as in grad < 1e-6"));
    }
}

static void text_and_condition_go_both_ways(void **state) {
    (void)state;
    static const char *const texts[] = {"grad < 1e-06", "act > 100", "dead > 30%", "cos < 0", "nan"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        Condition condition;
        char out[CONDITION_TEXT_MAX];
        assert_true(condition_parse(texts[k], &condition, NULL));
        condition_format(&condition, out);
        assert_string_equal(out, texts[k]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_a_metric_a_sign_and_a_number),
        cmocka_unit_test(a_mistake_is_named),
        cmocka_unit_test(text_and_condition_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
