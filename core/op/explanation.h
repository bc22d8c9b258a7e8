/* An answer in words: lines of several kinds, and the numbers that stand in them, kept as fields so that they
 * can be checked. Operators say what depends on them; core/explain puts an answer together. */
#ifndef CORE_OP_EXPLANATION_H
#define CORE_OP_EXPLANATION_H

/* Four functions of up to 30 lines each, and what is said of them. */
enum { EXPLAIN_LINES_MAX = 144, EXPLAIN_FIELDS_MAX = 24, EXPLAIN_TEXT_MAX = 700 };

typedef enum ExplainKind {
    EXPLAIN_HEADING,
    EXPLAIN_TEXT,      /* to be wrapped */
    EXPLAIN_FORMULA,   /* Unicode; to be wrapped */
    EXPLAIN_CALL,      /* PyTorch's line for the same; to be wrapped */
    EXPLAIN_PLACE,     /* "core/op/relu.c:17" */
    EXPLAIN_LINE,      /* of source code, not to be wrapped */
    EXPLAIN_LINE_NOW,  /* the one that matters */
    EXPLAIN_REFERENCE, /* paper and section */
} ExplainKind;

typedef struct ExplainLine {
    ExplainKind kind;
    char text[EXPLAIN_TEXT_MAX];
} ExplainLine;

/* A number that stands in the words. */
typedef struct ExplainField {
    const char *name;
    double value;
} ExplainField;

typedef struct Explanation {
    int line_count, field_count;
    ExplainLine lines[EXPLAIN_LINES_MAX];
    ExplainField fields[EXPLAIN_FIELDS_MAX];
} Explanation;

void explain_say(Explanation *out, ExplainKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Goes on with the last line. */
void explain_more(Explanation *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Where two lists of numbers point, by their cosine: "partly the same way". */
const char *explain_direction(double cosine);
/* Keeps the number as a field and returns it, so that it can stand in a call of explain_say. */
double explain_number(Explanation *out, const char *name, double value);

#endif
