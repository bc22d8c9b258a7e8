#include "core/base/path.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/utf8.h"

static const char FILE_SCHEME[] = "file://";

static int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    int lower = tolower((unsigned char)digit);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* %20 is a space. The name of a computer before the path is passed over. */
static void read_address(const char *text, char *out, size_t size) {
    const char *from = text + sizeof FILE_SCHEME - 1;
    size_t length = 0;
    for (from += strcspn(from, "/"); *from && length + 1 < size; length++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1, low = high >= 0 ? hex_digit(from[2]) : -1;
        bool coded = low >= 0 && (high > 0 || low > 0);
        out[length] = coded ? (char)(high << 4 | low) : *from;
        from += coded ? 3 : 1;
    }
    out[length] = '\0';
}

/* As a shell reads one word: '...' as it is, "..." with backslashes before " \ $ and `, and a backslash before
 * anything else. */
static void read_quoted(const char *text, char *out, size_t size) {
    size_t length = 0;
    char quote = '\0';
    for (; *text && length + 1 < size; text++) {
        if (quote == '\0' && (*text == '\'' || *text == '"')) {
            quote = *text;
        } else if (*text == quote) {
            quote = '\0';
        } else {
            bool escapes =
                *text == '\\' && text[1] && quote != '\'' && (quote == '\0' || strchr("\"\\$`", text[1]));
            if (escapes) text++;
            out[length++] = *text;
        }
    }
    out[length] = '\0';
}

static void read_home(const char *text, char *out, size_t size) {
    const char *home = getenv("HOME");
    bool below = text[0] == '~' && (text[1] == '/' || text[1] == '\0') && home && *home == '/';
    utf8_format(out, size, "%s%s", below ? home : "", below ? text + 1 : text);
}

const char *path_from_user(const char *text, char *out, size_t size) {
    char word[PATH_MAX];
    read_home(text, out, size);
    if (access(out, F_OK) == 0 || size > sizeof word) return out;
    if (strncmp(text, FILE_SCHEME, sizeof FILE_SCHEME - 1) == 0) {
        read_address(text, out, size);
    } else if (strpbrk(text, "'\"\\")) {
        read_quoted(text, word, sizeof word);
        read_home(word, out, size);
    }
    return out;
}

bool path_is_address(const char *text) {
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || (length > 0 && text[length] == '+')) length++;
    return length > 1 && strncmp(text + length, "://", 3) == 0;
}

bool path_refuse_address(const char *text, Error *err) {
    const char *name = strrchr(text, '/') + 1;
    int length = (int)strcspn(name, "?#");
    if (length == 0) name = "FILE";
    if (length == 0) length = 4;
    return error_set(
        err, ERROR_FILE,
        "%.*s: is an address, and this program opens no connections: fetch the file first, with curl -L "
        "-o '%.*s' '%.*s'",
        utf8_first(text, 120), text, length > 60 ? 60 : length, name, utf8_first(text, 200), text);
}
