/* One number, explained for anyone: what it is among the others, and what it was made from. */
#include <math.h>

#include "core/explain/part.h"
#include "core/inspect/arithmetic.h"

/* Share of the numbers of its own map that are smaller. */
static double share_below(Tensor tensor, int channel, double value) {
    Shape shape = tensor.shape;
    int cells = shape.h * shape.w, below = 0;
    for (int j = 0; j < cells; j++) below += (double)tensor.data[j * shape.c + channel] < value;
    return (double)below / cells;
}

static void say_standing(const ExplainQuery *query, const Arithmetic *sum, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    explain_say(out, EXPLAIN_TEXT, "One number of %zu: %.4g", shape_count(op->out),
                explain_number(out, "element", sum->element));
    if (op->out.h * op->out.w == 1) {
        explain_more(out, ", number %d of the row.", query->channel);
        return;
    }
    double below = share_below(pass_act(query->pass, query->op), query->channel, sum->element);
    explain_more(out, ", in map %d at row %d, column %d. It is larger than %.0f %% of its map.",
                 query->channel, query->row, query->column, 100 * explain_number(out, "below", below));
}

/* The largest terms, and what the others come to. */
static void say_terms(const ArithmeticPart *part, Explanation *out) {
    char name[48];
    const ArithmeticTerm *terms = part->terms;
    explain_say(out, EXPLAIN_TEXT, "It is a sum of %d parts. The largest is %+.4g (%s)", part->term_total,
                explain_number(out, "first", terms[0].value),
                arithmetic_term_name(part, terms[0].index, name, sizeof name));
    if (part->term_total > 1)
        explain_more(out, ", the next %+.4g (%s)", explain_number(out, "second", terms[1].value),
                     arithmetic_term_name(part, terms[1].index, name, sizeof name));
    if (part->term_total > 2)
        explain_more(out, "; the other %d together come to %+.4g", part->term_total - 2,
                     explain_number(out, "others", arithmetic_other(part, 2)));
    if (part->constant != 0)
        explain_more(out, ", and %+.4g is added whatever the picture",
                     explain_number(out, "constant", part->constant));
    explain_more(out, ".");
}

/* What stood at the same place before. */
static double value_before(const ExplainQuery *query) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    Tensor x = pass_act(query->pass, op->inputs[0]);
    return (double)x.data[(query->row * x.shape.w + query->column) * x.shape.c + query->channel];
}

/* Half of the new maps lie before the old ones, half behind. */
static void say_padded(const ExplainQuery *query, const Op *op, Explanation *out) {
    int old = query->channel - (op->out.c - op->in.c) / 2;
    if (old < 0 || old >= op->in.c)
        explain_say(out, EXPLAIN_TEXT, "Its map is one of the empty ones that fill up the new shape.");
    else
        explain_say(out, EXPLAIN_TEXT, "It is copied from map %d, row %d, column %d of the block's input.",
                    old, query->row * op->stride, query->column * op->stride);
}

static void say_making(const ExplainQuery *query, const ArithmeticPart *part, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    switch (op->kind) {
    case OP_INPUT:
        explain_say(
            out, EXPLAIN_TEXT,
            "It is the brightness of one colour of one pixel, shifted and scaled as all pictures are.");
        break;
    case OP_BATCH_NORM:
        explain_say(out, EXPLAIN_TEXT,
                    "It came in as %.4g; its map's usual mean was taken away, the rest divided by its usual "
                    "spread, scaled and shifted.",
                    explain_number(out, "before", value_before(query)));
        break;
    case OP_RELU: {
        double before = explain_number(out, "before", value_before(query));
        explain_say(out, EXPLAIN_TEXT, "It came in as %.4g. That is %s.", before,
                    before > 0 ? "above zero, so it stays as it is" : "not above zero, so it becomes 0");
        break;
    }
    case OP_MAX_POOL:
        explain_say(out, EXPLAIN_TEXT,
                    "It is the largest of a window of %dx%d numbers; the others are dropped.", op->kernel_h,
                    op->kernel_w);
        break;
    case OP_SHORTCUT_A: say_padded(query, op, out); break;
    case OP_AVG_POOL:
        explain_say(out, EXPLAIN_TEXT, "It is the mean of the %d numbers of map %d; the largest is %.4g.",
                    part->term_total, query->channel, explain_number(out, "largest", part->terms[0].value));
        break;
    default:
        if (part->term_count > 0) say_terms(part, out);
        break;
    }
}

static const char *way_of(ArithmeticRoute route) {
    return route == ARITHMETIC_SKIP ? " over the skip" : route == ARITHMETIC_BRANCH ? " through F" : "";
}

/* To first order the loss changes by the gradient times the step. */
static void say_pull(const ExplainQuery *query, const Arithmetic *sum, Explanation *out) {
    const Network *network = pass_network(query->pass);
    explain_say(out, EXPLAIN_TEXT,
                "The gradient of one number of %zu: %.4g. If that number were 0.01 larger, "
                "the loss would %s by about %.3g.",
                shape_count(network->ops[query->op].out), explain_number(out, "element", sum->element),
                sum->element < 0 ? "fall" : "rise", explain_number(out, "change", 0.01 * fabs(sum->element)));
    for (int k = 0; k < sum->part_count; k++)
        explain_more(out, "%s%+.4g came back from %s%s", k == 0 ? " Of it, " : ", ", sum->parts[k].value,
                     network->ops[sum->parts[k].op].name, way_of(sum->parts[k].route));
    if (sum->part_count > 0) explain_more(out, ".");
    for (int k = 0; k < sum->part_count; k++)
        if (sum->parts[k].closed) explain_more(out, " One way has been taken away here.");
}

bool explain_value(const ExplainQuery *query, Explanation *out) {
    Arithmetic sum;
    ArithmeticQuery cell = explain_cell(query);
    if (!arithmetic_find(&cell, &sum)) return false;
    explain_number(out, "sum", sum.sum);
    if (query->backward) {
        say_pull(query, &sum, out);
    } else {
        say_standing(query, &sum, out);
        say_making(query, &sum.parts[0], out);
    }
    return true;
}
