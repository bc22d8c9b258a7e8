#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/style/text.h"

#define FORMAT(number, ...) snprintf((number).text, sizeof(number).text, __VA_ARGS__)

TextNumber text_format_signed(double value, int width, int decimals) {
    TextNumber out;
    int limit = (int)sizeof out.text - 1;
    if (width > limit) width = limit;
    if (isnan(value)) {
        FORMAT(out, "%*.*s", width, width, "nan");
        return out;
    }
    char form[400]; /* the longest %+f of a double with few decimals */
    for (int d = decimals; d >= 0; d--) {
        int length = snprintf(form, sizeof form, "%+.*f", d, value);
        if (length <= width) {
            FORMAT(out, "%*.*s", width, width, form);
            return out;
        }
    }
    int length = snprintf(form, sizeof form, "%+.0e", value);
    if (length > width) memset(form, '#', (size_t)width);
    FORMAT(out, "%*.*s", width, width, form);
    return out;
}

TextNumber text_format_exponent(double value) {
    TextNumber out;
    FORMAT(out, "%.1e", isnan(value) ? NAN : value); /* the sign of a NaN says nothing */
    return out;
}

TextNumber text_format_engineering(double value) {
    static const char units[] = "fpnum\0kMGTP";
    enum { UNIT_ONE = 5, UNIT_LAST = 10 };
    TextNumber out;
    double size = fabs(value);
    if (size < 1000 && value == floor(value)) {
        FORMAT(out, "%.0f", value + 0.0); /* -0 is 0 */
        return out;
    }
    int unit = UNIT_ONE;
    /* 999.5 would be written as 1000 with three digits. */
    while (unit < UNIT_LAST && size >= 999.5) size /= 1000, unit++;
    while (unit > 0 && size < 0.9995) size *= 1000, unit--;
    if (!(size < 999.5) || size < 0.9995) return text_format_exponent(value);
    int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    FORMAT(out, "%s%.*f%.1s", signbit(value) ? "-" : "", decimals, size, &units[unit]);
    return out;
}

TextNumber text_format_bytes(size_t bytes) {
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    TextNumber out;
    if (bytes < 1024) {
        FORMAT(out, "%zu B", bytes);
        return out;
    }
    double size = (double)bytes / 1024;
    int unit = 0;
    /* 1023.95 would be written as 1024.0. */
    while (unit < 5 && size >= 1023.95) size /= 1024, unit++;
    FORMAT(out, "%.1f %s", size, units[unit]);
    return out;
}

TextNumber text_format_count(size_t count) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", count);
    TextNumber out;
    size_t used = 0;
    for (int k = 0; k < length; k++) {
        if (k > 0 && (length - k) % 3 == 0) out.text[used++] = ',';
        out.text[used++] = digits[k];
    }
    out.text[used] = '\0';
    return out;
}

TextNumber text_format_percent(double fraction) {
    double percent = isnan(fraction) ? NAN : 100 * fraction; /* the sign of a NaN says nothing */
    TextNumber out;
    bool near_end = (percent > 0 && percent < 1) || (percent > 99 && percent < 100);
    if (near_end && percent < 0.05) {
        FORMAT(out, "<0.1%%");
    } else if (near_end && percent >= 99.95) {
        FORMAT(out, ">99.9%%");
    } else {
        FORMAT(out, "%.*f%%", near_end ? 1 : 0, percent);
    }
    return out;
}

TextNumber text_format_shape(Shape shape) {
    TextNumber out = {.text = ""};
    size_t used = 0;
    if (shape.n > 1) used = (size_t)FORMAT(out, "%dx", shape.n);
    char *rest = out.text + used;
    if (shape.h == 1 && shape.w == 1) {
        snprintf(rest, sizeof out.text - used, "%d", shape.c);
    } else {
        snprintf(rest, sizeof out.text - used, "%dx%dx%d", shape.c, shape.h, shape.w);
    }
    return out;
}

TextNumber text_format_duration(double seconds) {
    TextNumber out;
    if (!(seconds < 1e9)) {
        FORMAT(out, "?");
    } else if (seconds < 9.95) {
        FORMAT(out, "%.1f s", seconds);
    } else {
        int64_t total = llround(seconds);
        int64_t hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
        if (total < 60) {
            FORMAT(out, "%" PRId64 " s", total);
        } else if (hours == 0) {
            FORMAT(out, "%" PRId64 ":%02" PRId64, minutes, rest);
        } else {
            FORMAT(out, "%" PRId64 ":%02" PRId64 ":%02" PRId64, hours, minutes, rest);
        }
    }
    return out;
}
