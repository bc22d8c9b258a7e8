#include "core/network/paper.h"

#include <math.h>

#include "tests/support/assert_close.h"

static void figures_agree_rounded_or_cut_to_their_digits(void **state) {
    (void)state;
    assert_true(paper_agrees("0.27M", 0.27e6, 269722));
    assert_true(paper_agrees("3.8e9", 3.8e9, 3857973248.0)); /* cut */
    assert_true(paper_agrees("1.7M", 1.7e6, 1727962));
    assert_false(paper_agrees("3.8e9", 3.8e9, 4089184256.0));
    assert_false(paper_agrees("0.27M", 0.27e6, 281000));
    assert_true(paper_agrees(NULL, 0, 5));
}

/* Every count agrees with the paper, except the rows that say why not. */
static void every_difference_has_a_reason(void **state) {
    (void)state;
    int count, differ = 0;
    const PaperRow *rows = paper_rows(&count);
    Error err = {0};
    for (int k = 0; k < count; k++) {
        PaperCount ours;
        assert_true(paper_count(&rows[k], &ours, &err));
        bool agrees = paper_agrees(rows[k].params, rows[k].params_value, (double)ours.params) &&
                      paper_agrees(rows[k].macs, rows[k].macs_value, (double)ours.macs);
        if (agrees) continue;
        differ++;
        if (!*rows[k].reason) fail_msg("%s differs without a reason", rows[k].config.arch);
    }
    assert_int_equal(differ, 3); /* v1.5 of the three bottleneck networks */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_agree_rounded_or_cut_to_their_digits),
        cmocka_unit_test(every_difference_has_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
