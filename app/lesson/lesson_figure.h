/* Figures: the numbers and words that a lesson may name. They are read from what the engine has computed when
 * they are asked for; a lesson never stores one.
 *
 * A term is a figure with its arguments ("share layer1.0") or a number ("2", "30%"); a condition is a term
 * that is not zero, or two terms with < > = or != between them. */
#ifndef APP_LESSON_LESSON_FIGURE_H
#define APP_LESSON_LESSON_FIGURE_H

#include "views/scene/scene.h"
#include "views/scene/view.h"

enum { FIGURE_ARGUMENTS_MAX = 4, FIGURE_WORD_MAX = 40, FIGURE_TEXT_MAX = 96, FIGURE_LACK_MAX = 240 };

typedef enum FigureKind {
    FIGURE_NUMBER,
    FIGURE_SHARE, /* part of a whole, said and typed in percent */
    FIGURE_COUNT, /* a whole number */
    FIGURE_TEXT,  /* a word */
    FIGURE_FLAG,  /* 0 or 1 */
} FigureKind;

typedef struct FigureValue {
    bool known; /* false: not computed, or there is no such thing in this network */
    FigureKind kind;
    double number;
    char text[FIGURE_TEXT_MAX]; /* as it is shown, with % where that is its unit */
} FigureValue;

typedef struct Figure {
    int id; /* row of the table in lesson_figure.c; -1: `number` */
    double number;
    bool percent;
    char words[FIGURE_ARGUMENTS_MAX][FIGURE_WORD_MAX];
} Figure;

typedef enum FigureRelation {
    FIGURE_IS_TRUE,
    FIGURE_LESS,
    FIGURE_GREATER,
    FIGURE_EQUAL,
    FIGURE_UNEQUAL
} FigureRelation;

typedef struct FigureTest {
    Figure left, right;
    FigureRelation relation;
} FigureTest;

/* What figures are read from. */
typedef struct FigureSource {
    const Scene *scene;
    ViewId view;
} FigureSource;

/* Reads a term from the words at *text and moves *text past it; on failure *text is where the mistake
 * stands. */
bool figure_parse(const char **text, Figure *figure, Error *err);
bool figure_test_parse(const char **text, FigureTest *condition, Error *err);
/* The name of a figure of one block, as `answer largest NAME` wants it. */
bool figure_parse_block_name(const char **text, Figure *figure, Error *err);

/* What `lesson figures` says of the figure in that row: its name with its arguments, what it is, what must have
 * been computed, and an example of its use; false after the last. */
typedef struct FigureAbout {
    char call[FIGURE_TEXT_MAX], example[FIGURE_TEXT_MAX];
    const char *meaning, *needs;
} FigureAbout;

bool figure_about(int row, FigureAbout *out);

/* Why its value is not known here, in one sentence: it names what is not there, or what has not been computed. */
void figure_lack(const Figure *figure, const FigureSource *source, char out[FIGURE_LACK_MAX]);

const char *figure_meaning(const Figure *figure); /* as the table says it */
FigureKind figure_kind(const Figure *figure);
/* Is it what the network takes the picture for, or how sure it is? */
bool figure_is_answer(const Figure *figure);

FigureValue figure_value(const Figure *figure, const FigureSource *source);
/* The same for a block by number, in place of the figure's argument. */
FigureValue figure_of_block(const Figure *figure, const FigureSource *source, int block);
/* Two figures that differ by no more than rounding are equal, neither smaller nor larger; whole numbers are
 * compared exactly. */
bool figure_same(const FigureValue *a, const FigureValue *b);
/* So close that another processor may put them in the other order. */
bool figure_too_close(const FigureValue *a, const FigureValue *b);
/* Does the condition ask which of two figures is larger although they are that close? */
bool figure_test_is_fragile(const FigureTest *condition, const FigureSource *source);
/* False also when one of its figures is not known. */
bool figure_test_holds(const FigureTest *condition, const FigureSource *source);
bool figure_test_is_known(const FigureTest *condition, const FigureSource *source);

#endif
