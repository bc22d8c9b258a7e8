#include "tests/support/subject.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LEVEL_TEXT_MAX = 120 };

static char noted[SUBJECT_LEVELS][LEVEL_TEXT_MAX];

void subject_note(SubjectLevel level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(noted[level], sizeof noted[level], format, arguments);
    va_end(arguments);
    for (int k = (int)level + 1; k < SUBJECT_LEVELS; k++) noted[k][0] = '\0';
}

const char *subject_text(void) {
    static char text[SUBJECT_LEVELS * (LEVEL_TEXT_MAX + 2) + 4];
    size_t used = 0;
    text[0] = '\0';
    for (int k = 0; k < SUBJECT_LEVELS; k++)
        if (noted[k][0])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? "; " : " [", noted[k]);
    if (used) strcpy(text + used, "]");
    return text;
}
