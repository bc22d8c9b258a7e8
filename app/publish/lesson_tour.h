/* Walking through a lesson to see what it shows, without the panel of its text. */
#ifndef APP_PUBLISH_LESSON_TOUR_H
#define APP_PUBLISH_LESSON_TOUR_H

#include "app/screen/screen_state.h"

typedef struct TourStop {
    Screen *owner; /* on which the lesson is under way */
    const Lesson *lesson;
    const LessonPage *source;
    LessonPanel panel;    /* texts as shown here */
    const char *truth;    /* of the question just skipped; "" for none */
    const Canvas *screen; /* without the row of keys */
    bool changed;         /* it is not what the stop before showed */
} TourStop;

/* False ends the tour. */
typedef bool (*TourVisit)(const TourStop *stop, void *context, Error *err);

/* Begins the lesson and stops before and after each page's actions; questions are skipped. */
bool lesson_tour(Screen *screen, const char *name, TourVisit visit, void *context, Error *err);

#endif
