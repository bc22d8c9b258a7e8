/* How each figure is measured; used by lesson_figure.c only. FIGURE(name, words, kind, function, meaning):
 * `words` are the arguments that follow the name; the meaning is for the reader of this table. */
#ifndef APP_LESSON_LESSON_MEASURE_H
#define APP_LESSON_LESSON_MEASURE_H

#include "app/lesson/lesson_figure.h"

typedef struct FigureQuery {
    const FigureSource *source;
    const char (*words)[FIGURE_WORD_MAX];
    int block; /* in place of the first word; -1: the word */
} FigureQuery;

typedef struct FigureSpec {
    const char *name, *words;
    FigureKind kind;
    double (*read)(const FigureQuery *query); /* NaN: not known. Not for FIGURE_TEXT */
    void (*write)(const FigureQuery *query, char out[FIGURE_TEXT_MAX]); /* FIGURE_TEXT; "": not known */
} FigureSpec;

void measure_format(FigureValue *value);

#define LESSON_FIGURES(FIGURE)                                                                               \
    FIGURE("loss", "", NUMBER, loss, "cross entropy of the picture")                                         \
    FIGURE("probability", "CLASS", SHARE, probability, "what the network gives a class")                     \
    FIGURE("certainty", "", SHARE, certainty, "what it gives the likeliest class")                           \
    FIGURE("right", "", FLAG, right, "the likeliest class is the true one")                                  \
    FIGURE("parameters", "", COUNT, parameters, "numbers that are learnt, all of them")                      \
    FIGURE("macs", "", COUNT, macs, "multiply-adds of a forward pass")                                       \
    FIGURE("op-parameters", "OP", COUNT, op_parameters, "of one operation")                                  \
    FIGURE("op-macs", "OP", COUNT, op_macs, "of one operation")                                              \
    FIGURE("blocks", "", COUNT, blocks, "blocks of the network")                                             \
    FIGURE("ops", "", COUNT, ops, "operations of the network")                                               \
    FIGURE("channels", "OP", COUNT, channels, "maps that an operation writes")                               \
    FIGURE("size", "OP", COUNT, size, "numbers that an operation writes")                                    \
    FIGURE("done", "OP", FLAG, done, "the forward pass has come past it")                                    \
    FIGURE("gradient-done", "OP", FLAG, gradient_done, "its gradient has been computed")                     \
    FIGURE("value", "OP CHANNEL ROW COLUMN", NUMBER, value, "one number of an activation")                   \
    FIGURE("gradient", "OP CHANNEL ROW COLUMN", NUMBER, gradient, "one number of a gradient")                \
    FIGURE("norm", "OP", NUMBER, norm, "l2 norm of an activation")                                           \
    FIGURE("mean", "OP", NUMBER, mean, "of an activation")                                                   \
    FIGURE("std", "OP", NUMBER, std, "standard deviation of an activation")                                  \
    FIGURE("largest", "OP", NUMBER, largest, "number of an activation")                                      \
    FIGURE("smallest", "OP", NUMBER, smallest, "number of an activation")                                    \
    FIGURE("zeros", "OP", SHARE, zeros, "of an activation")                                                  \
    FIGURE("gradient-norm", "OP", NUMBER, gradient_norm, "l2 norm of a gradient")                            \
    FIGURE("gradient-zeros", "OP", SHARE, gradient_zeros, "of a gradient")                                   \
    FIGURE("x", "BLOCK", NUMBER, x, "l2 norm of what the block reads")                                       \
    FIGURE("f", "BLOCK", NUMBER, f, "l2 norm of what its branch adds")                                       \
    FIGURE("y", "BLOCK", NUMBER, y, "l2 norm of what the block writes")                                      \
    FIGURE("share", "BLOCK", NUMBER, share, "|F| / |shortcut|")                                              \
    FIGURE("kept", "BLOCK", SHARE, kept, "of the sum by the ReLU after it")                                  \
    FIGURE("gradient-in", "BLOCK", NUMBER, gradient_in, "l2 norm of the gradient at x")                      \
    FIGURE("gradient-out", "BLOCK", NUMBER, gradient_out, "l2 norm of the gradient at y")                    \
    FIGURE("past-relu", "BLOCK", NUMBER, past_relu, "l2 norm of the gradient at the addition")               \
    FIGURE("through-skip", "BLOCK", NUMBER, through_skip, "l2 norm of that part of the gradient at x")       \
    FIGURE("through-f", "BLOCK", NUMBER, through_f, "l2 norm of that part of the gradient at x")             \
    FIGURE("cosine", "BLOCK", NUMBER, cosine, "between the two parts")                                       \
    FIGURE("stretch", "", NUMBER, stretch, "|y| of the last block / |x| of the first")                       \
    FIGURE("growth", "", NUMBER, growth, "|gradient| at the first block's x / at the last block's y")        \
    FIGURE("rival-growth", "", NUMBER, baseline_growth,                                                      \
           "the same without skips, as the Gradients view shows")                                            \
    FIGURE("result", "ANALYSIS ROW COLUMN", NUMBER, result, "of an analysis that has run; _ for space")      \
    FIGURE("result-share", "ANALYSIS ROW COLUMN", SHARE, result, "the same in percent")                      \
    FIGURE("top-row", "ANALYSIS COLUMN", TEXT, top_row, "the row of the largest number there")               \
    FIGURE("lesion-loss", "BLOCK", NUMBER, lesion_loss,                                                      \
           "loss added without it, as the analysis lesions found")                                           \
    FIGURE("lesion-mean", "", SHARE, lesion_mean, "right answers lost with one block, on average there")     \
    FIGURE("plain-lesion-mean", "", SHARE, plain_lesion_mean, "the same without skips")                      \
    FIGURE("path-count", "", COUNT, path_count, "2 to the power of the blocks")                              \
    FIGURE("paths-peak", "", COUNT, paths_peak, "branches on the paths with the largest share of gradient")  \
    FIGURE("test-accuracy", "", SHARE, test_accuracy, "of the weights, as their file says")                  \
    FIGURE("lesioned", "", COUNT, lesioned, "blocks without their branch")                                   \
    FIGURE("own-picture", "", FLAG, own_picture, "the picture is not a bundled one")                         \
    FIGURE("predicted", "", TEXT, predicted, "the likeliest class")                                          \
    FIGURE("picture", "", TEXT, picture, "its name")                                                         \
    FIGURE("network", "", TEXT, network, "the architecture's name")                                          \
    FIGURE("view", "", TEXT, view, "the view that is shown")                                                 \
    FIGURE("selected", "", TEXT, selected, "the operation")                                                  \
    FIGURE("direction", "", TEXT, direction, "forward or backward")

#define FIGURE_READ(function)        .read = measure_##function, .write = NULL
#define FIGURE_WRITE(function)       .read = NULL, .write = measure_##function
#define FIGURE_GETS_NUMBER(function) FIGURE_READ(function)
#define FIGURE_GETS_SHARE(function)  FIGURE_READ(function)
#define FIGURE_GETS_COUNT(function)  FIGURE_READ(function)
#define FIGURE_GETS_FLAG(function)   FIGURE_READ(function)
#define FIGURE_GETS_TEXT(function)   FIGURE_WRITE(function)
#define FIGURE_ROW(title, arguments, sort, function, meaning)                                                \
    {.name = title, .words = arguments, .kind = FIGURE_##sort, FIGURE_GETS_##sort(function)},

#define MEASURE_NUMBER(function) double measure_##function(const FigureQuery *query)
#define MEASURE_TEXT(function)   void measure_##function(const FigureQuery *query, char out[FIGURE_TEXT_MAX])

#define MEASURE_DECLARE_NUMBER(function)                      MEASURE_NUMBER(function);
#define MEASURE_DECLARE_SHARE(function)                       MEASURE_NUMBER(function);
#define MEASURE_DECLARE_COUNT(function)                       MEASURE_NUMBER(function);
#define MEASURE_DECLARE_FLAG(function)                        MEASURE_NUMBER(function);
#define MEASURE_DECLARE_TEXT(function)                        MEASURE_TEXT(function);
#define MEASURE_DECLARE(name, words, kind, function, meaning) MEASURE_DECLARE_##kind(function)
LESSON_FIGURES(MEASURE_DECLARE)
#undef MEASURE_DECLARE

#endif
