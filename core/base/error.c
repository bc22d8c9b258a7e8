#include "core/base/error.h"

#include <stdarg.h>

#include "core/base/utf8.h"

bool error_set(Error *err, ErrorKind kind, const char *format, ...) {
    if (err) {
        char raw[sizeof err->text];
        va_list arguments;
        va_start(arguments, format);
        size_t length = utf8_vformat(raw, sizeof raw, format, arguments);
        va_end(arguments);
        err->kind = kind;
        utf8_escape(err->text, sizeof err->text, raw, length);
    }
    return false;
}
