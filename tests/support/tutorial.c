#include "tests/support/tutorial.h"

#include "core/base/file.h"
#include "tests/support/assert_close.h"

enum { BYTES_MAX = 1 << 20 };

char *tutorial_read(void) {
    Error err = {0};
    size_t size;
    char *text = (char *)file_read_all(TUTORIAL_NAME, BYTES_MAX, &size, &err);
    if (!text) fail_msg("%s", err.text);
    return text;
}

Book *tutorial_parse(const char *text) {
    LessonMistakes mistakes = {.count = 0};
    Book *book = book_parse(text, &mistakes);
    if (!book)
        fail_msg("%s:%d:%d: %s", TUTORIAL_NAME, mistakes.rows[0].place.line, mistakes.rows[0].place.column,
                 mistakes.rows[0].text);
    return book;
}
