#include "core/base/half.h"

#include <math.h>
#include <string.h>

#include "tests/support/assert_close.h"

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Sign, 2^(exponent-15), 1 + fraction/1024; exponent 0 is 2^-14 without the 1: IEEE 754-2008, section 3.4. */
static float f16_by_definition(uint16_t bits) {
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double magnitude = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    return (float)(bits & 0x8000 ? -magnitude : magnitude);
}

static void every_finite_f16_has_its_exact_value(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        if ((bits >> 10 & 31) == 31) continue;
        assert_int_equal(bits_of(half_from_f16((uint16_t)bits)), bits_of(f16_by_definition((uint16_t)bits)));
    }
}

static void f16_infinities_and_nans_stay_what_they_are(void **state) {
    (void)state;
    assert_int_equal(bits_of(half_from_f16(0x7C00)), 0x7F800000);
    assert_int_equal(bits_of(half_from_f16(0xFC00)), 0xFF800000);
    for (uint32_t fraction = 1; fraction < 1024; fraction++) {
        assert_true(isnan(half_from_f16((uint16_t)(0x7C00 | fraction))));
        assert_true(isnan(half_from_f16((uint16_t)(0xFC00 | fraction))));
    }
}

static void every_bf16_is_the_upper_half_of_a_float(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        assert_int_equal(bits_of(half_from_bf16((uint16_t)bits)), bits << 16);
    }
}

static void every_f16_comes_back_from_its_float(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = half_from_f16((uint16_t)bits);
        uint16_t back = half_to_f16(value);
        if (isnan(value))
            assert_true(isnan(half_from_f16(back)) && (back & 0x8000) == (bits & 0x8000));
        else
            assert_int_equal(back, bits);
    }
}

/* Between two neighbours, of which one has an even last bit, and the nearest floats on both sides of the middle. */
static void a_float_becomes_the_nearest_f16(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 0x7BFF; bits++) {
        float low = half_from_f16((uint16_t)bits), high = half_from_f16((uint16_t)(bits + 1));
        float middle = (low + high) / 2; /* exact in float32 */
        assert_int_equal(half_to_f16(middle), bits % 2 == 0 ? bits : bits + 1);
        assert_int_equal(half_to_f16(nextafterf(middle, 0)), bits);
        assert_int_equal(half_to_f16(nextafterf(middle, high)), bits + 1);
        assert_int_equal(half_to_f16(-nextafterf(middle, high)), 0x8000 | (bits + 1));
    }
    assert_int_equal(half_to_f16(nextafterf(65520, 0)), 0x7BFF);
    assert_int_equal(half_to_f16(65520), 0x7C00);
    assert_int_equal(half_to_f16(-1e30F), 0xFC00);
    assert_int_equal(half_to_f16(1e-30F), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_f16_comes_back_from_its_float),
        cmocka_unit_test(a_float_becomes_the_nearest_f16),
        cmocka_unit_test(every_finite_f16_has_its_exact_value),
        cmocka_unit_test(f16_infinities_and_nans_stay_what_they_are),
        cmocka_unit_test(every_bf16_is_the_upper_half_of_a_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
