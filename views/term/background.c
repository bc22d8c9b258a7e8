#include "views/term/background.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 4, DIGITS_MAX = 4 };

static const char hex_digits[] = "0123456789abcdefABCDEF";

/* A cursor over a text that need not end in a zero byte. */
typedef struct Text {
    const char *at;
    size_t left;
} Text;

static bool take(Text *text, const char *expected) {
    size_t length = strlen(expected);
    if (text->left < length || memcmp(text->at, expected, length) != 0) return false;
    text->at += length;
    text->left -= length;
    return true;
}

/* One to four digits; `FFF` and `FF` are both the brightest. */
static bool take_channel(Text *text, uint8_t *channel) {
    char digits[DIGITS_MAX + 1] = "";
    size_t count = 0;
    while (count < text->left && text->at[count] != '\0' && strchr(hex_digits, text->at[count])) count++;
    if (count < 1 || count > DIGITS_MAX) return false;
    memcpy(digits, text->at, count);
    text->at += count;
    text->left -= count;
    unsigned long most = (1ul << 4 * count) - 1;
    *channel = (uint8_t)((strtoul(digits, NULL, 16) * UINT8_MAX + most / 2) / most);
    return true;
}

bool background_parse_answer(const char *text, size_t length, Rgb *rgb) {
    Text rest = {.at = text, .left = length};
    uint8_t channels[CHANNELS];
    if (!take(&rest, "11;")) return false;
    bool has_alpha = take(&rest, "rgba:");
    if (!has_alpha && !take(&rest, "rgb:")) return false;
    for (int k = 0; k < (has_alpha ? CHANNELS : CHANNELS - 1); k++)
        if ((k > 0 && !take(&rest, "/")) || !take_channel(&rest, &channels[k])) return false;
    if (!take(&rest, "\a") && !take(&rest, "\033\\")) return false;
    *rgb = (Rgb){.r = channels[0], .g = channels[1], .b = channels[2]};
    return rest.left == 0;
}

/* Black and white text contrast equally with a grey of L* 49.6 (WCAG 2.1: 1.05 / (Y + .05) = (Y + .05) / .05). */
Background background_of(Rgb rgb) {
    const double middle = 49.6;
    return color_lightness(rgb) < middle ? BACKGROUND_DARK : BACKGROUND_LIGHT;
}

/* Of the 16 colours, black to cyan and dark grey are dark: 0 to 6 and 8. */
Background background_of_variable(const char *value) {
    const char *last = value ? strrchr(value, ';') : NULL;
    if (!last || strspn(last + 1, "0123456789") != strlen(last + 1) || last[1] == '\0')
        return BACKGROUND_UNKNOWN;
    unsigned long index = strtoul(last + 1, NULL, 10);
    if (index > 15) return BACKGROUND_UNKNOWN;
    return index < 7 || index == 8 ? BACKGROUND_DARK : BACKGROUND_LIGHT;
}
