/* How each figure is measured; used by lesson_figure.c only. FIGURE(name, words, kind, function, need, meaning):
 * `words` are the arguments that follow the name; `need` is what must have been computed. `skipscope lesson figures`
 * prints the table. */
#ifndef APP_LESSON_LESSON_MEASURE_H
#define APP_LESSON_LESSON_MEASURE_H

#include "app/lesson/lesson_figure.h"

typedef struct FigureQuery {
    const FigureSource *source;
    const char (*words)[FIGURE_WORD_MAX];
    int block; /* in place of the first word; -1: the word */
} FigureQuery;

typedef enum FigureNeed {
    NEEDS_NOTHING,
    NEEDS_FORWARD,  /* the forward pass, past the operation or block */
    NEEDS_ANSWER,   /* the forward pass, to the loss */
    NEEDS_BACKWARD, /* the backward pass, past the operation or block */
    NEEDS_RIVAL,    /* the Gradients view after both passes: it runs the network without skips */
    NEEDS_ANALYSIS, /* the analysis that is named */
    NEEDS_LESIONS,
    NEEDS_PATHS,
    NEEDS_FILE, /* weights whose file says it */
} FigureNeed;

typedef struct FigureSpec {
    const char *name, *words, *meaning;
    FigureKind kind;
    FigureNeed need;
    double (*read)(const FigureQuery *query); /* NaN: not known. Not for FIGURE_TEXT */
    void (*write)(const FigureQuery *query, char out[FIGURE_TEXT_MAX]); /* FIGURE_TEXT; "": not known */
} FigureSpec;

void measure_format(FigureValue *value);
const FigureSpec *figure_spec(int id); /* row of the table; NULL after the last */

#define LESSON_FIGURES(FIGURE)                                                                               \
    FIGURE("loss", "", NUMBER, loss, ANSWER, "cross entropy of the picture")                                 \
    FIGURE("probability", "CLASS", SHARE, probability, ANSWER, "what the network gives a class")             \
    FIGURE("certainty", "", SHARE, certainty, ANSWER, "what it gives the likeliest class")                   \
    FIGURE("right", "", FLAG, right, ANSWER, "1 when the likeliest class is the true one")                   \
    FIGURE("parameters", "", COUNT, parameters, NOTHING, "numbers that are learnt, all of them")             \
    FIGURE("macs", "", COUNT, macs, NOTHING, "multiply-adds of a forward pass")                              \
    FIGURE("op-parameters", "OP", COUNT, op_parameters, NOTHING, "numbers that one operation has learnt")    \
    FIGURE("op-macs", "OP", COUNT, op_macs, NOTHING, "multiply-adds of one operation")                       \
    FIGURE("blocks", "", COUNT, blocks, NOTHING, "blocks of the network")                                    \
    FIGURE("ops", "", COUNT, ops, NOTHING, "operations of the network")                                      \
    FIGURE("channels", "OP", COUNT, channels, NOTHING, "maps that an operation writes")                      \
    FIGURE("size", "OP", COUNT, size, NOTHING, "numbers that an operation writes")                           \
    FIGURE("done", "OP", FLAG, done, NOTHING, "1 when the forward pass has come past it")                    \
    FIGURE("gradient-done", "OP", FLAG, gradient_done, NOTHING, "1 when its gradient has been computed")     \
    FIGURE("value", "OP CHANNEL ROW COLUMN", NUMBER, value, FORWARD, "one number of an activation")          \
    FIGURE("gradient", "OP CHANNEL ROW COLUMN", NUMBER, gradient, BACKWARD, "one number of a gradient")      \
    FIGURE("norm", "OP", NUMBER, norm, FORWARD, "l2 norm of an activation")                                  \
    FIGURE("mean", "OP", NUMBER, mean, FORWARD, "mean of an activation")                                     \
    FIGURE("std", "OP", NUMBER, std, FORWARD, "standard deviation of an activation")                         \
    FIGURE("largest", "OP", NUMBER, largest, FORWARD, "largest number of an activation")                     \
    FIGURE("smallest", "OP", NUMBER, smallest, FORWARD, "smallest number of an activation")                  \
    FIGURE("zeros", "OP", SHARE, zeros, FORWARD, "share of zeros in an activation")                          \
    FIGURE("gradient-norm", "OP", NUMBER, gradient_norm, BACKWARD, "l2 norm of a gradient")                  \
    FIGURE("gradient-zeros", "OP", SHARE, gradient_zeros, BACKWARD, "share of zeros in a gradient")          \
    FIGURE("x", "BLOCK", NUMBER, x, FORWARD, "l2 norm of what the block reads")                              \
    FIGURE("f", "BLOCK", NUMBER, f, FORWARD, "l2 norm of what its branch adds")                              \
    FIGURE("y", "BLOCK", NUMBER, y, FORWARD, "l2 norm of what the block writes")                             \
    FIGURE("share", "BLOCK", NUMBER, share, FORWARD,                                                         \
           "length of F over length of the shortcut, |F| / |shortcut|")                                      \
    FIGURE("kept", "BLOCK", SHARE, kept, FORWARD, "share of the sum that the ReLU after it lets through")    \
    FIGURE("gradient-in", "BLOCK", NUMBER, gradient_in, BACKWARD, "l2 norm of the gradient at x")            \
    FIGURE("gradient-out", "BLOCK", NUMBER, gradient_out, BACKWARD, "l2 norm of the gradient at y")          \
    FIGURE("past-relu", "BLOCK", NUMBER, past_relu, BACKWARD, "l2 norm of the gradient at the addition")     \
    FIGURE("through-skip", "BLOCK", NUMBER, through_skip, BACKWARD,                                          \
           "l2 norm of the part that came through the skip")                                                 \
    FIGURE("through-f", "BLOCK", NUMBER, through_f, BACKWARD, "l2 norm of the part that came through F")     \
    FIGURE("cosine", "BLOCK", NUMBER, cosine, BACKWARD, "cosine between these two parts")                    \
    FIGURE("stretch", "", NUMBER, stretch, ANSWER, "|y| of the last block / |x| of the first")               \
    FIGURE("growth", "", NUMBER, growth, BACKWARD,                                                           \
           "|gradient| at the first block's x / at the last block's y")                                      \
    FIGURE("rival-growth", "", NUMBER, baseline_growth, RIVAL, "the same as growth, without skips")          \
    FIGURE("result", "ANALYSIS ROW COLUMN", NUMBER, result, ANALYSIS,                                        \
           "a number of an analysis; _ stands for a space")                                                  \
    FIGURE("result-share", "ANALYSIS ROW COLUMN", SHARE, result, ANALYSIS, "the same in percent")            \
    FIGURE("top-row", "ANALYSIS COLUMN", TEXT, top_row, ANALYSIS, "the row of the largest number there")     \
    FIGURE("lesion-loss", "BLOCK", NUMBER, lesion_loss, LESIONS,                                             \
           "loss added without it, as the analysis lesions found")                                           \
    FIGURE("lesion-mean", "", SHARE, lesion_mean, LESIONS,                                                   \
           "right answers lost with one block, on average over the blocks")                                  \
    FIGURE("plain-lesion-mean", "", SHARE, plain_lesion_mean, LESIONS, "the same in the plain network")      \
    FIGURE("path-count", "", COUNT, path_count, NOTHING, "2 to the power of the blocks")                     \
    FIGURE("paths-peak", "", COUNT, paths_peak, PATHS,                                                       \
           "branches on the paths with the largest share of gradient")                                       \
    FIGURE("test-accuracy", "", SHARE, test_accuracy, FILE, "of the weights, as their file says")            \
    FIGURE("lesioned", "", COUNT, lesioned, NOTHING, "blocks without their branch")                          \
    FIGURE("own-picture", "", FLAG, own_picture, NOTHING, "1 when the picture is not a bundled one")         \
    FIGURE("predicted", "", TEXT, predicted, ANSWER, "the likeliest class")                                  \
    FIGURE("picture", "", TEXT, picture, NOTHING, "the picture's name")                                      \
    FIGURE("network", "", TEXT, network, NOTHING, "the architecture's name")                                 \
    FIGURE("view", "", TEXT, view, NOTHING, "the view that is shown")                                        \
    FIGURE("selected", "", TEXT, selected, NOTHING, "the operation")                                         \
    FIGURE("direction", "", TEXT, direction, NOTHING, "forward or backward")

#define FIGURE_READ(function)        .read = measure_##function, .write = NULL
#define FIGURE_WRITE(function)       .read = NULL, .write = measure_##function
#define FIGURE_GETS_NUMBER(function) FIGURE_READ(function)
#define FIGURE_GETS_SHARE(function)  FIGURE_READ(function)
#define FIGURE_GETS_COUNT(function)  FIGURE_READ(function)
#define FIGURE_GETS_FLAG(function)   FIGURE_READ(function)
#define FIGURE_GETS_TEXT(function)   FIGURE_WRITE(function)
#define FIGURE_ROW(title, arguments, sort, function, want, about)                                            \
    {.name = title,                                                                                          \
     .words = arguments,                                                                                     \
     .meaning = about,                                                                                       \
     .kind = FIGURE_##sort,                                                                                  \
     .need = NEEDS_##want,                                                                                   \
     FIGURE_GETS_##sort(function)},

#define MEASURE_NUMBER(function) double measure_##function(const FigureQuery *query)
#define MEASURE_TEXT(function)   void measure_##function(const FigureQuery *query, char out[FIGURE_TEXT_MAX])

#define MEASURE_DECLARE_NUMBER(function)                            MEASURE_NUMBER(function);
#define MEASURE_DECLARE_SHARE(function)                             MEASURE_NUMBER(function);
#define MEASURE_DECLARE_COUNT(function)                             MEASURE_NUMBER(function);
#define MEASURE_DECLARE_FLAG(function)                              MEASURE_NUMBER(function);
#define MEASURE_DECLARE_TEXT(function)                              MEASURE_TEXT(function);
#define MEASURE_DECLARE(name, words, kind, function, need, meaning) MEASURE_DECLARE_##kind(function)
LESSON_FIGURES(MEASURE_DECLARE)
#undef MEASURE_DECLARE

#endif
