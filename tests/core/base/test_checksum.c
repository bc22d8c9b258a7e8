#include "core/base/checksum.h"

#include <string.h>
#include <zlib.h>

#include "tests/support/assert_close.h"

enum { BYTES = 1100 };

/* Every length, alignment and beginning, against zlib's. */
static void it_is_zlibs_for_every_length(void **state) {
    (void)state;
    static uint8_t bytes[BYTES];
    uint32_t number = 1;
    for (int k = 0; k < BYTES; k++) bytes[k] = (uint8_t)((number = number * 1664525 + 1013904223) >> 24);
    for (size_t start = 0; start < 3; start++) {
        for (size_t count = 0; count + start < BYTES; count++) {
            uint32_t before = (uint32_t)(count * 2654435761U);
            assert_int_equal(checksum_crc32(0, bytes + start, count), crc32_z(0, bytes + start, count));
            assert_int_equal(checksum_crc32(before, bytes + start, count),
                             crc32_z(before, bytes + start, count));
        }
    }
    assert_int_equal(checksum_crc32(0, "123456789", 9), 0xCBF43926); /* the check value of CRC-32/ISO-HDLC */
}

static void pieces_add_up_to_the_whole(void **state) {
    (void)state;
    static const uint8_t zeros[BYTES];
    uint32_t crc = 0;
    for (size_t at = 0; at < BYTES; at += 100) crc = checksum_crc32(crc, zeros + at, 100);
    assert_int_equal(crc, crc32_z(0, zeros, BYTES));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_zlibs_for_every_length),
        cmocka_unit_test(pieces_add_up_to_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
