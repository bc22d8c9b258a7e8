#include "core/op/explanation.h"

#include <stdarg.h>

#include "core/base/utf8.h"

void explain_say(Explanation *out, ExplainKind kind, const char *format, ...) {
    if (out->line_count == EXPLAIN_LINES_MAX) return;
    ExplainLine *line = &out->lines[out->line_count++];
    va_list arguments;
    *line = (ExplainLine){.kind = kind};
    va_start(arguments, format);
    utf8_vappend(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

void explain_more(Explanation *out, const char *format, ...) {
    va_list arguments;
    if (out->line_count == 0) return;
    va_start(arguments, format);
    utf8_vappend(out->lines[out->line_count - 1].text, EXPLAIN_TEXT_MAX, format, arguments);
    va_end(arguments);
}

double explain_number(Explanation *out, const char *name, double value) {
    if (out->field_count < EXPLAIN_FIELDS_MAX)
        out->fields[out->field_count++] = (ExplainField){.name = name, .value = value};
    return value;
}

/* By chance, directions among thousands of numbers are at right angles; a tenth is far from chance there. */
const char *explain_direction(double cosine) {
    if (cosine > 0.9) return "nearly the same way";
    if (cosine > 0.1) return "partly the same way";
    if (cosine < -0.9) return "nearly opposite ways";
    if (cosine < -0.1) return "partly against each other";
    return "in unrelated directions";
}
