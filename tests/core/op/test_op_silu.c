#include "tests/support/activation_check.h"
#include "tests/support/assert_close.h"

/* By torch.nn.functional.silu in float64. */
static const ActivationKnown known[] = {
    {-6, -0.014835738939808647, -0.012326432591525513},
    {-3, -0.14227761953270035, -0.088104106015169617},
    {-1.5, -0.27363828570953452, -0.041294154299142946},
    {-0.7517916, -0.24089736841361853, 0.15672467275074825},
    {-0.1, -0.047502081252106004, 0.4500832085017708},
    {0, 0, 0.5},
    {0.1, 0.052497918747894001, 0.54991679149822925},
    {0.5, 0.3112296656009273, 0.73996118730265192},
    {1, 0.7310585786300049, 0.92767051187148686},
    {2, 1.7615941559557646, 1.0907842487848955},
    {3, 2.8577223804672998, 1.0881041060151693},
    {6, 5.9851642610601923, 1.0123264325915249},
};

static void values_and_slopes_are_those_of_pytorch(void **state) {
    (void)state;
    activation_check_known(OP_SILU, known, sizeof known / sizeof known[0]);
}

static void a_gradient_that_is_already_there_is_added_to(void **state) {
    (void)state;
    activation_check_adding(OP_SILU);
}

static void infinities_and_nan_are_treated_as_in_pytorch(void **state) {
    (void)state;
    activation_check_limits(OP_SILU);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_slopes_are_those_of_pytorch),
        cmocka_unit_test(a_gradient_that_is_already_there_is_added_to),
        cmocka_unit_test(infinities_and_nan_are_treated_as_in_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
