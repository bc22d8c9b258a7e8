/* Answers to the questions of lessons, appended to a CSV file: time,lesson,page,question,answer,truth,right.
 */
#ifndef APP_TUTOR_LESSON_RESULTS_H
#define APP_TUTOR_LESSON_RESULTS_H

#include "app/lesson/lesson_ask.h"

/* Makes the file with its heading when there is none; false when it cannot be written. */
bool lesson_results_open(const char *path, Error *err);
bool lesson_results_append(const char *path, const Lesson *lesson, int page, const char *answer,
                           const LessonVerdict *verdict, Error *err);

#endif
