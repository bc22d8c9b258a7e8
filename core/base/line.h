/* A line of text without the white space around it (isspace in the C locale). */
#ifndef CORE_BASE_LINE_H
#define CORE_BASE_LINE_H

#include <stddef.h>

/* Moves *line to its first character that is not white space, and returns how many bytes remain up to the
 * last one. */
size_t line_trimmed(const char **line);

/* Both cut the end of the line in place; line_trim also returns where its text begins. */
void line_trim_end(char *line);
char *line_trim(char *line);

#endif
