/* A lesson under way. It runs in a session of its own on the bundled network, so that the user's state stays
 * as it was, untouched, until the lesson is over. It knows no screen: what it wants done it returns as an
 * action, and what the user does it is told (app/screen/layer_lesson.c).
 *
 * A page's state is what the actions of the pages so far lead to, from the lesson's beginning: going back,
 * and returning from an excursion, begin a new session and perform them again. */
#ifndef APP_TUTOR_LESSON_RUN_H
#define APP_TUTOR_LESSON_RUN_H

#include "app/lesson/lesson_ask.h"
#include "app/session/session.h"
#include "views/panel/lesson_panel.h"
#include "views/panel/notes_panel.h"
#include "views/term/key.h"

enum { LESSON_ANSWER_MAX = 64, LESSON_TRUTH_MAX = NOTES_ANSWER_MAX };

/* The answer to the page's question: typed so far; then what was given, "" when skipped. */
typedef struct LessonAnswer {
    char text[LESSON_ANSWER_MAX];
    size_t cursor; /* bytes of it before the cursor */
    bool judged;
    LessonVerdict verdict;
} LessonAnswer;

/* The page as it is shown, with its figures; heap; NULL: to be written. */
typedef struct LessonTexts {
    char *text, *question, *task;
    int unknown; /* figures in them that are not known */
    LessonBars bars;
    bool settled; /* written when all work was done */
} LessonTexts;

typedef struct LessonRun {
    Lesson *lesson;
    Setup setup;
    Session *session;    /* the lesson's own */
    const char *results; /* file for answers; NULL: they are not kept */
    bool is_scene;       /* of the book of questions: all that leaves the page leads back to it */
    int page;
    LessonPhase phase;
    int done_page, done_action;        /* what the session has performed: all before these */
    char (*pictures)[ACTION_TEXT_MAX]; /* one a page: what was chosen there to stay; "" */
    bool exploring;                    /* the user has changed something since */
    bool task_done;
    LessonAnswer answer;
    LessonTexts shown;
    LessonMistake failure; /* the first action that failed since the page was turned; line 0: none */
    LessonPlace last;      /* the action performed last */
} LessonRun;

/* At the first page of a lesson, which is taken over, also on failure. Size, theme and what is out of reach
 * are those of `user`. */
LessonRun *lesson_run_new(Lesson *lesson, Session *user, const char *results, Error *err);
/* The one page of a scene, as it is to be seen. */
LessonRun *lesson_run_new_scene(Lesson *lesson, Session *user, Error *err);
void lesson_run_free(LessonRun *run); /* NULL is fine */

const LessonPage *lesson_run_page(const LessonRun *run);
bool lesson_page_changes(const LessonPage *page); /* it has more to show than its first text */

typedef enum LessonWork {
    LESSON_RESTS, /* there is nothing to do */
    LESSON_WORKED,
    LESSON_ACTS, /* `next` is to be performed in its session, and then lesson_run_acted called */
} LessonWork;

/* One small step on the way to the page and phase that are shown. */
LessonWork lesson_run_work(LessonRun *run, Action *next);
void lesson_run_acted(LessonRun *run);

/* lesson_turn.c: turning pages. A question is answered with what has been typed, before the page is left;
 * false with a sentence when that is no answer. At the end nothing happens. */
bool lesson_run_next(LessonRun *run, Error *err);
void lesson_run_back(LessonRun *run);
void lesson_run_return(LessonRun *run); /* from an excursion to the page's view */
/* "" skips the question. False with a sentence when it is no answer. */
bool lesson_run_answer(LessonRun *run, const char *answer, Error *err);
/* What the user does: is it for the lesson to answer? Else it is noted when it leaves the page. */
bool lesson_run_takes(LessonRun *run, const Action *action);
/* The action of the lesson that the key stands for; ACTION_NONE: none. */
ActionId lesson_run_key(const LessonRun *run, const Key *key);

/* lesson_run.c, for turning: goes on to that page and phase; or from the lesson's beginning. */
void lesson_run_show(LessonRun *run, int page, LessonPhase phase);
void lesson_run_show_again(LessonRun *run, int page, LessonPhase phase);

/* Nothing follows this page: the next Space would end the lesson. */
bool lesson_run_at_end(const LessonRun *run);

/* lesson_answer.c: does the key begin an answer to the question that is read? */
bool lesson_run_begins_answer(const LessonRun *run, const Key *key);
/* A key while an answer is typed; `out` is what it asks for, ACTION_NONE for nothing. */
void lesson_run_type(LessonRun *run, const Key *key, Action *out);

/* Everything there is to say about the page. The texts live until the next action. */
void lesson_run_panel(const LessonRun *run, LessonPanel *out);
/* lesson_notes.c: what the speaker is told about it. Times stay 0. */
void lesson_run_notes(const LessonRun *run, NotesPanel *out);
/* The right answer, "b) y is exactly x"; "" while it is not known. */
void lesson_run_truth(const LessonRun *run, char out[LESSON_TRUTH_MAX]);

#endif
