/* Lessons: files of pages. A page may begin with lines of the script language that set the scene; then come its
 * text, lines that change the view, and what there is to see; perhaps a question that is answered before, or a
 * task. MANUAL.md describes the format.
 *
 *   title What a skip adds
 *   about One sentence for the list of lessons.
 *   page The sum
 *   | A block computes F(x) and adds what came in: y = relu(F(x) + x).
 *   do finish
 *   do view block
 *   | F(x) has {share layer1.0} times the length of x.
 *   notes For the speaker.
 */
#ifndef APP_LESSON_LESSON_H
#define APP_LESSON_LESSON_H

#include "app/lesson/lesson_figure.h"
#include "views/scene/action.h"

enum {
    LESSON_PAGES_MAX = 64,
    LESSON_ACTIONS_MAX = 32,
    LESSON_OPTIONS_MAX = 4,
    LESSON_BYTES_MAX = 1 << 18,
    LESSON_NAME_MAX = 64,
    LESSON_ROWS = 4, /* of text on a page, at LESSON_WIDTH columns */
    LESSON_WIDTH = 78,
};

typedef struct LessonPlace {
    int line, column; /* from 1 */
} LessonPlace;

typedef struct LessonAction {
    Action action;
    LessonPlace place;
} LessonAction;

typedef enum AskKind { ASK_NOTHING, ASK_NUMBER, ASK_CHOICE, ASK_BLOCK } AskKind;

typedef struct LessonOption {
    char *text;
    FigureTest when;
    bool otherwise; /* holds when none before it does */
} LessonOption;

/* The answer is computed when it has been asked for:
 *   ASK_NUMBER  `figure`, right within a share of it, a factor, or a distance
 *   ASK_CHOICE  the first option whose condition holds
 *   ASK_BLOCK   the block with the largest (smallest) `figure` */
typedef enum AskTolerance { WITHIN_SHARE, WITHIN_FACTOR, WITHIN_DISTANCE } AskTolerance;

typedef struct LessonAsk {
    AskKind kind;
    char *question;
    Figure figure;
    bool answered; /* there is an `answer` line */
    bool smallest;
    AskTolerance tolerance;
    double within;
    LessonOption options[LESSON_OPTIONS_MAX];
    int option_count;
    LessonPlace place;
} LessonAsk;

typedef struct LessonPage {
    char *title;
    char *text, *after; /* before and after the actions; "" for none. {figure} stands for its value */
    char *notes;        /* for the speaker; "" for none */
    LessonAction *actions;
    int action_count;
    int opening_count; /* the first of them, before the text in the file: done when the page is turned to */
    LessonAsk ask;
    char *task; /* what to do; NULL for none */
    FigureTest until;
    bool has_until;
    bool shows_bars;    /* the answer to its question of blocks is drawn as bars, in place of the view */
    bool keeps_picture; /* the picture chosen on this page stays for the rest of the lesson */
    LessonPlace place, text_place, after_place, task_place;
} LessonPage;

typedef struct Lesson {
    char name[LESSON_NAME_MAX]; /* "skip": the file's, without number and ending */
    char *title, *about;
    char *source; /* what it was opened by, a name or a file; NULL: a text */
    LessonPage *pages;
    int page_count;
} Lesson;

/* What is wrong in a file, in the order of its lines. */
enum { LESSON_MISTAKES_MAX = 20 };

typedef struct LessonMistake {
    LessonPlace place;
    char text[320];
} LessonMistake;

typedef struct LessonMistakes {
    int count; /* may be more than are kept */
    LessonMistake rows[LESSON_MISTAKES_MAX];
} LessonMistakes;

/* What the file says in it is escaped: the sentence is safe to print. */
void lesson_mistake(LessonMistakes *mistakes, LessonPlace place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Actions that a lesson may not contain: they leave it, write files, change the user's own, or take long. */
bool lesson_is_for_users(ActionId id);

/* Reads a lesson from text; NULL when anything in it is wrong, or memory short. */
Lesson *lesson_parse(const char *text, LessonMistakes *mistakes);
bool lesson_is_bundled(const char *name);
/* A bundled lesson by name, else a file of that name: a bundled one wins, and ./NAME is always the file. */
Lesson *lesson_load(const char *name, LessonMistakes *mistakes, Error *err);
/* The same; the first mistake is the error. */
Lesson *lesson_open(const char *name, Error *err);
void lesson_free(Lesson *lesson); /* NULL is fine */

/* The bundled lessons, in their order; NULL after the last. */
const char *lesson_bundled(int number, char out[LESSON_NAME_MAX]);

/* The next {figure} of *text, which is moved past it; `begin` is its brace. False when there is none. */
bool lesson_next_figure(const char **text, const char **begin, Figure *figure);
/* The text with each {figure} replaced by its value, "..." while it is not known; adds the number of these to
 * *unknown. The caller frees it. */
char *lesson_fill(const char *text, const FigureSource *source, int *unknown);

#endif
