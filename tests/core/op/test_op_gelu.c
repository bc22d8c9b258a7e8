#include "tests/support/activation_check.h"
#include "tests/support/assert_close.h"

/* By torch.nn.functional.gelu in float64. */
static const ActivationKnown known[] = {
    {-6, -5.9195258694799691e-09, -3.546870945402639e-08},
    {-3, -0.0040496940948903104, -0.01194564720418392},
    {-1.5, -0.10021080190328704, -0.1274691922299796},
    {-0.7517916, -0.16997120747990244, -3.2494272356187182e-08},
    {-0.1, -0.046017216272297101, 0.42047690797526982},
    {0, 0, 0.5},
    {0.1, 0.053982783727702904, 0.57952309202473018},
    {0.5, 0.34573123063700656, 0.86749512465616285},
    {1, 0.84134474606854304, 1.0833154705876864},
    {2, 1.9544997361036416, 1.0852318010781969},
    {3, 2.9959503059051098, 1.0119456472041839},
    {6, 5.9999999940804738, 1.0000000354687093},
};

static void values_and_slopes_are_those_of_pytorch(void **state) {
    (void)state;
    activation_check_known(OP_GELU, known, sizeof known / sizeof known[0]);
}

static void a_gradient_that_is_already_there_is_added_to(void **state) {
    (void)state;
    activation_check_adding(OP_GELU);
}

static void infinities_and_nan_are_treated_as_in_pytorch(void **state) {
    (void)state;
    activation_check_limits(OP_GELU);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_slopes_are_those_of_pytorch),
        cmocka_unit_test(a_gradient_that_is_already_there_is_added_to),
        cmocka_unit_test(infinities_and_nan_are_treated_as_in_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
