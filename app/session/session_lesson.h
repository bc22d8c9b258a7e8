/* A lesson under way. It runs in a session of its own on the bundled network, so that the user's state stays
 * as it was, untouched, until the lesson is over; the user's session hands keys, actions and work on to it.
 *
 * A page's state is what the actions of the pages so far lead to, from the lesson's beginning: going back,
 * and returning from an excursion, begin a new session and perform them again. */
#ifndef APP_SESSION_SESSION_LESSON_H
#define APP_SESSION_SESSION_LESSON_H

#include "app/lesson/lesson_ask.h"
#include "app/load/setup.h"
#include "views/panel/lesson_panel.h"
#include "views/term/key.h"

struct Session;

enum { LESSON_ANSWER_MAX = 64 };

typedef struct LessonRun {
    Lesson *lesson;
    Setup setup;
    struct Session *session; /* the lesson's own; its `tutor` points back to this */
    bool is_scene;           /* of the book of questions: all that leaves the page leads back to it */
    int page;
    LessonPhase phase;
    int done_page, done_action;        /* what the session has performed: all before these */
    char (*pictures)[ACTION_TEXT_MAX]; /* one a page: what was chosen there to stay; "" */
    bool acting;                       /* an action is the lesson's, not the user's */
    bool exploring;                    /* the user has changed something since */
    Action request;                    /* what the user wants of the lesson; ACTION_NONE */
    bool task_done;
    char answer[LESSON_ANSWER_MAX]; /* typed so far; then what was given, "" when skipped */
    size_t cursor;                  /* bytes of it before the cursor */
    bool judged;
    LessonVerdict verdict;
    char *text, *question; /* as shown; NULL: to be written */
    int unknown;           /* figures in `text` that are not known */
    bool settled;          /* `text` was written when all work was done */
    LessonMistake failure; /* the first action that failed since the page was turned; line 0: none */
    LessonPlace last;      /* the action performed last */
} LessonRun;

/* The session that has the keys: the lesson's, or itself. */
struct Session *session_front(struct Session *session);
const struct Session *session_const_front(const struct Session *session);

/* In the user's session. The action "lesson" without a lesson under way, and its like. */
void session_lesson_begin(struct Session *session, const Action *action);
/* Shows the one page of a lesson, which is taken over; NULL: memory is short. */
void session_lesson_follow(struct Session *session, Lesson *lesson);
/* With one under way: */
void session_lesson_do(struct Session *session, const Action *action);
void session_lesson_key(struct Session *session, const Key *key);
bool session_lesson_work(struct Session *session);
void session_lesson_end(struct Session *session);

/* For session_lesson_turn.c. Begins a lesson in place of the one under way, if any, which stays on failure.
 */
bool session_lesson_start(struct Session *session, const char *name, Error *err);
const LessonPage *session_lesson_page(const LessonRun *run);
bool lesson_page_changes(const LessonPage *page); /* it has more to show than its first text */
/* Goes on to that page and phase; or from the lesson's beginning, which also leads back. */
void session_lesson_show(struct Session *session, int page, LessonPhase phase);
void session_lesson_show_again(struct Session *session, int page, LessonPhase phase);

/* In the lesson's session: takes what is meant for the lesson, and notes what takes the user off the page. */
bool session_lesson_takes(LessonRun *run, const Action *action);
bool session_lesson_ask_key(LessonRun *run, const Key *key); /* false: no answer is being typed */

/* Everything there is to say about the page; false when no lesson is under way. The texts live until the next
 * action. */
bool session_lesson_panel(const struct Session *session, LessonPanel *out);

/* Drives a lesson from start to end and reports actions that fail, figures that are not known and texts that
 * do not fit. */
bool session_lesson_drive(struct Session *session, const char *name, LessonMistakes *mistakes, Error *err);

#endif
