/* Questions of a lesson: reading them, and judging an answer. */
#ifndef APP_LESSON_LESSON_ASK_H
#define APP_LESSON_LESSON_ASK_H

#include "app/lesson/lesson.h"
#include "views/panel/lesson_bars.h"

typedef struct LessonParser {
    Lesson *lesson;
    LessonPage *page; /* NULL before the first */
    LessonMistakes *mistakes;
    const char *line; /* without the space at its end */
    int number;       /* of the line, from 1 */
} LessonParser;

/* Where `at`, inside the line, stands. */
LessonPlace lesson_parser_place(const LessonParser *parser, const char *at);

/* Directives; false when memory is short. */
bool lesson_read_ask(LessonParser *parser, const char *rest);
bool lesson_read_option(LessonParser *parser, const char *rest);
bool lesson_read_answer(LessonParser *parser, const char *rest);
void lesson_read_condition(LessonParser *parser, const char *rest, FigureTest *condition);
/* Is the page that has come to its end complete, and does it fit into the rows there are? */
void lesson_check_page(LessonParser *parser);

/* The question with its options: "Which is larger?  a) skip  b) F". The caller frees it. */
char *lesson_ask_text(const LessonAsk *ask);

/* Is it an answer at all: a number, a letter of the options, a block? */
bool lesson_answer_check(const LessonAsk *ask, const Network *network, const char *answer, Error *err);

/* A lesson that asks what the network says hides it until a page has said it. `shown`: what follows the
 * page's actions is seen. */
bool lesson_hides_answer(const Lesson *lesson, int page, bool shown);

typedef struct LessonVerdict {
    bool known; /* false: what is asked for has not been computed */
    bool given; /* false: the question was skipped */
    bool right;
    char truth[FIGURE_TEXT_MAX]; /* "31.2 %", "b", "layer1.0" */
    char text[512];              /* one sentence */
} LessonVerdict;

/* Does the right answer depend on which of two figures is larger, although they are so close that another
 * processor may put them in the other order? */
bool lesson_ask_is_fragile(const LessonAsk *ask, const FigureSource *source);

/* Why the answer is not known, in one sentence. */
void lesson_ask_lack(const LessonAsk *ask, const FigureSource *source, char out[FIGURE_LACK_MAX]);

/* Every block's figure, for a question of blocks; false when memory is short. The rows are the caller's. */
bool lesson_ask_bars(const LessonAsk *ask, const char *answer, const FigureSource *source, LessonBars *out);

/* `answer` "" when it was skipped. */
LessonVerdict lesson_judge(const LessonAsk *ask, const char *answer, const FigureSource *source);

#endif
