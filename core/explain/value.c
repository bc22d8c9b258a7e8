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

static void say_making(const ExplainQuery *query, const ArithmeticPart *part, Explanation *out) {
    OpSight sight = explain_sight(query, query->op);
    const OpSpec *spec = op_spec(sight.run.op->kind);
    OpCell cell = {.sight = &sight, .channel = query->channel, .row = query->row, .column = query->column};
    if (spec->say_element)
        spec->say_element(&cell, part, out);
    else if (part->term_count > 0)
        say_terms(part, out);
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
