/* Checking a lesson by doing it. */
#ifndef APP_PUBLISH_LESSON_DRIVE_H
#define APP_PUBLISH_LESSON_DRIVE_H

#include "app/screen/screen.h"

/* Drives a lesson from start to end and reports actions that fail, figures that are not known and texts that
 * do not fit. */
bool lesson_drive(Screen *screen, const char *name, LessonMistakes *mistakes, Error *err);

#endif
