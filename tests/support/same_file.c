#include "tests/support/same_file.h"

#include <stdlib.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"

enum { FILE_MAX = 1 << 24 };

void assert_same_file(const char *a, const char *b) {
    Error err = {0};
    size_t size_a = 0, size_b = 0;
    uint8_t *bytes_a = file_read_all(a, FILE_MAX, &size_a, &err);
    uint8_t *bytes_b = bytes_a ? file_read_all(b, FILE_MAX, &size_b, &err) : NULL;
    if (!bytes_b) fail_msg("%s", err.text);
    if (size_a != size_b || memcmp(bytes_a, bytes_b, size_a) != 0) fail_msg("%s and %s differ", a, b);
    free(bytes_a);
    free(bytes_b);
}
