#include "views/term/base64.h"

#include <stdint.h>
#include <stdlib.h>

enum { GROUP = 3, LETTERS = 4 };

char *base64_encode(const void *bytes, size_t size) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    char *text = calloc((size + GROUP - 1) / GROUP * LETTERS + 1, 1), *out = text;
    for (size_t at = 0; text && at < size; at += GROUP, out += LETTERS) {
        size_t count = size - at < GROUP ? size - at : GROUP;
        uint32_t bits = 0;
        for (size_t k = 0; k < GROUP; k++) bits = bits << 8 | (k < count ? in[at + k] : 0u);
        for (size_t k = 0; k < LETTERS; k++) out[k] = k <= count ? letters[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}
