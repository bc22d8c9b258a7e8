#include "tests/support/history_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"

static bool is_type(const char *line, const char *type) {
    static const char front[] = "{\"type\":\"";
    return strncmp(line, front, strlen(front)) == 0 && strncmp(line + strlen(front), type, strlen(type)) == 0;
}

char *history_substance(const char *path) {
    Error err = {0};
    size_t size = 0;
    char *text = (char *)file_read_all(path, 1 << 24, &size, &err), *out = text, *next = NULL;
    if (!text) fail_msg("%s", err.text);
    for (char *line = text; *line; line = next) {
        next = strchr(line, '\n');
        if (!next || is_type(line, "gap\"")) fail_msg("%s has the line %.200s", path, line);
        next++;
        if (is_type(line, "run\"") || is_type(line, "resume\"")) continue;
        char *time = strstr(line, "\"seconds\":");
        size_t length = (size_t)((time && time < next ? time : next) - line);
        memmove(out, line, length);
        out += length;
    }
    *out = '\0';
    return text;
}
