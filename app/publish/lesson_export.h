/* A lesson to be read without the program: as one HTML page that needs nothing but itself, or its screens as
 * SVG files. */
#ifndef APP_PUBLISH_LESSON_EXPORT_H
#define APP_PUBLISH_LESSON_EXPORT_H

#include "app/screen/screen.h"

typedef struct LessonExport {
    const char *lesson;
    bool notes; /* the speaker's notes, too */
} LessonExport;

/* The session has the size and the theme of the screens; it goes through the lesson to its end. A question's
 * answer is folded away. */
bool lesson_export_html(Screen *screen, const LessonExport *what, FILE *out, Error *err);
/* One file a screen, "03-the-sum.svg", into a folder that is there. *count: how many. */
bool lesson_export_svg(Screen *screen, const LessonExport *what, const char *folder, int *count, Error *err);

#endif
