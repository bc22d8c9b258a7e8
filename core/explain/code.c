/* Level 2: the engine's own lines. They are found in its sources by the function's name, so they are always
 * the ones that were built. */
#include <stdio.h>
#include <string.h>

#include "core/explain/part.h"

enum { EXCERPTS_MAX = 2, LINES_MAX = 30 };

typedef struct KindExcerpts {
    ExplainExcerpt forward[EXCERPTS_MAX], backward[EXCERPTS_MAX];
} KindExcerpts;

static const KindExcerpts kinds[OP_KIND_COUNT] = {
    [OP_INPUT] = {.forward = {{"core/op/input.c", "input_nothing", "(void)run"}}},
    [OP_CONV2D] = {.forward = {{"core/op/conv_window.c", "unroll_row", "memcpy"},
                               {"core/op/conv.c", "forward_pixels", "gemm("}},
                   .backward = {{"core/op/conv.c", "input_windows", "gemm("},
                                {"core/op/conv_window.c", "fold_taps", "+="}}},
    [OP_BATCH_NORM] = {.forward = {{"core/op/batch_norm.c", "norm_run_forward", "inv_std[c] ="},
                                   {"core/op/batch_norm.c", "scale_work", "y[c] ="}},
                       .backward = {{"core/op/batch_norm.c", "input_gradient_work", "real d ="}}},
    [OP_RELU] = {.forward = {{"core/tensor/elementwise.c", "relu_range", "y[j] ="}},
                 .backward = {{"core/tensor/elementwise.c", "relu_backward_range", "dx[j] = y[j]"}}},
    [OP_MAX_POOL] = {.forward = {{"core/op/max_pool.c", "forward_rows", "pool_tap("}},
                     .backward = {{"core/op/max_pool.c", "collect_row", "+="}}},
    [OP_ADD] = {.forward = {{"core/op/add.c", "add_run_forward", "elementwise_sum"},
                            {"core/tensor/elementwise.c", "sum_range", "y[j] ="}},
                .backward = {{"core/op/add.c", "add_run_backward", "elementwise_pass"}}},
    [OP_AVG_POOL] = {.forward = {{"core/op/avg_pool.c", "forward_images", "+="}},
                     .backward = {{"core/op/avg_pool.c", "average_run_backward", "dy"}}},
    [OP_SHORTCUT_A] = {.forward = {{"core/op/shortcut_a.c", "forward_rows", "memcpy"}},
                       .backward = {{"core/op/shortcut_a.c", "backward_rows", "dy"}}},
    [OP_LINEAR] = {.forward = {{"core/op/linear.c", "forward_channels", "gemm("}},
                   .backward = {{"core/op/linear.c", "linear_run_backward", "dx[0]"}}},
    [OP_CROSS_ENTROPY] = {.forward = {{"core/op/cross_entropy.c", "softmax_loss", "return"}},
                          .backward = {{"core/op/cross_entropy.c", "loss_run_backward", "double d ="}}},
};

/* The same convolutions where the processor runs them without unrolling. */
static const KindExcerpts direct = {.forward = {{"core/op/conv_direct.c", "compute_tile", "+= x[tap"},
                                                {"core/op/conv_direct.c", "convolve_bands", "compute_row("}},
                                    .backward = {{"core/op/conv_direct.c", "pack_backward", "memcpy(packed"},
                                                 {"core/op/conv_direct.c", "compute_tile", "+= x[tap"}}};

static const ExplainExcerpt block_excerpt = {"core/network/resnet.c", "add_block", "OP_ADD"};

typedef struct Source {
    const char *text, *end;
} Source;

static const char *line_end(Source source, const char *at) {
    const char *end = memchr(at, '\n', (size_t)(source.end - at));
    return end ? end : source.end;
}

static bool contains(const char *begin, const char *end, const char *piece) {
    size_t length = strlen(piece);
    for (const char *at = begin; at + length <= end; at++)
        if (memcmp(at, piece, length) == 0) return true;
    return false;
}

/* The line where the function begins: it starts in the first column, names it, and opens its body. */
static const char *find_function(Source source, const char *function, int *number) {
    char piece[80];
    snprintf(piece, sizeof piece, "%s(", function);
    *number = 1;
    for (const char *at = source.text; at < source.end; at = line_end(source, at) + 1, ++*number) {
        const char *end = line_end(source, at);
        if (*at != ' ' && end > at && end[-1] == '{' && contains(at, end, piece)) return at;
    }
    return NULL;
}

void explain_quote(ExplainSources sources, const ExplainExcerpt *excerpt, Explanation *out) {
    Source source;
    size_t size;
    int number;
    bool marked = false;
    if (!sources || !sources(excerpt->path, &source.text, &size)) return;
    source.end = source.text + size;
    const char *at = find_function(source, excerpt->function, &number);
    if (!at) return;
    explain_say(out, EXPLAIN_PLACE, "%s:%d", excerpt->path, number);
    for (int k = 0; k < LINES_MAX && at < source.end; k++) {
        const char *end = line_end(source, at);
        bool now = !marked && k > 0 && contains(at, end, excerpt->now);
        explain_say(out, now ? EXPLAIN_LINE_NOW : EXPLAIN_LINE, "%.*s", (int)(end - at), at);
        marked = marked || now;
        if (*at == '}') return;
        at = end + 1;
    }
    explain_say(out, EXPLAIN_LINE, "    ...");
}

/* Shapes and loop bounds with the letters that the code uses. */
static void say_bounds(const Op *op, Explanation *out) {
    const Shape *x = &op->in, *y = &op->out;
    uint64_t macs = op_spec(op->kind)->macs ? op_spec(op->kind)->macs(op) : 0;
    switch (op->kind) {
    case OP_CONV2D:
        explain_say(
            out, EXPLAIN_TEXT,
            "Here K = %d filters, C = %d channels in, R x S = %dx%d, stride %d, padding %d, OH x OW = "
            "%dx%d",
            op->out.c, x->c, op->kernel_h, op->kernel_w, op->stride, op->pad, y->h, y->w);
        break;
    case OP_MAX_POOL:
        explain_say(out, EXPLAIN_TEXT, "Here C = %d channels, windows of %dx%d, stride %d, OH x OW = %dx%d",
                    x->c, op->kernel_h, op->kernel_w, op->stride, y->h, y->w);
        break;
    case OP_LINEAR:
    case OP_CROSS_ENTROPY:
        explain_say(out, EXPLAIN_TEXT, "Here C = %d numbers in, K = %d out", x->c, y->c);
        break;
    case OP_AVG_POOL:
    case OP_SHORTCUT_A:
        explain_say(out, EXPLAIN_TEXT, "Here x is %dx%dx%d and y %dx%dx%d (C,H,W)", x->c, x->h, x->w, y->c,
                    y->h, y->w);
        break;
    default:
        explain_say(out, EXPLAIN_TEXT, "Here %dx%dx%d = %.0f numbers (C,H,W)", y->c, y->h, y->w,
                    explain_number(out, "count", (double)shape_count(*y)));
        break;
    }
    if (macs > 0) explain_more(out, ": %.0f multiply-adds", explain_number(out, "macs", (double)macs));
    explain_more(out, ".");
}

/* Which round of the loops made the selected number. */
static void say_round(const ExplainQuery *query, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    if (op->out.h * op->out.w == 1)
        explain_more(out, " The selected number is number %d.", query->channel);
    else
        explain_more(out, " The selected number is at channel %d, row %d, column %d of y.", query->channel,
                     query->row, query->column);
}

void explain_code(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    int op = query->op;
    if (query->block) {
        const Block *block = &network->blocks[network->ops[op].block];
        explain_say(out, EXPLAIN_TEXT, "F is operations %d to %d, the shortcut ends at %s%s%s.",
                    block->branch_first, block->branch_last, network->ops[block->shortcut_last].name,
                    block->add < 0 ? "" : ", they meet at ",
                    block->add < 0 ? "" : network->ops[block->add].name);
        explain_quote(query->sources, &block_excerpt, out);
        return;
    }
    if (query->backward) {
        op = explain_reader(network, op);
        if (op < 0) {
            explain_say(out, EXPLAIN_TEXT, "Nothing reads the loss: the way back begins with a 1 here.");
            return;
        }
        explain_say(out, EXPLAIN_TEXT, "Passed down by the backward function of %s.", network->ops[op].name);
    }
    say_bounds(&network->ops[op], out);
    if (query->value && !query->backward) say_round(query, out);
    const Op *run = &network->ops[op];
    bool is_direct = run->kind == OP_CONV2D && op_conv2d_is_direct(run, pass_batch(query->pass));
    const KindExcerpts *kind = is_direct ? &direct : &kinds[run->kind];
    const ExplainExcerpt *excerpts = query->backward ? kind->backward : kind->forward;
    for (int k = 0; k < EXCERPTS_MAX && excerpts[k].path; k++)
        explain_quote(query->sources, &excerpts[k], out);
}
