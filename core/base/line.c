#include "core/base/line.h"

#include <ctype.h>
#include <string.h>

static size_t length_without_space(const char *line) {
    size_t length = strlen(line);
    while (length > 0 && isspace((unsigned char)line[length - 1])) length--;
    return length;
}

size_t line_trimmed(const char **line) {
    while (isspace((unsigned char)**line)) (*line)++;
    return length_without_space(*line);
}

void line_trim_end(char *line) {
    line[length_without_space(line)] = '\0';
}

char *line_trim(char *line) {
    const char *begin = line;
    size_t length = line_trimmed(&begin);
    line += begin - line;
    line[length] = '\0';
    return line;
}
