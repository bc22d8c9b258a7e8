/* Level 1, forward: two or three plain sentences about this thing in this run. */
#include <math.h>
#include <stdio.h>

#include "core/explain/part.h"

typedef struct Speech {
    const ExplainQuery *query;
    const Pass *pass;
    const Network *network;
    const Op *op;
    Explanation *out;
    Stats x, y; /* of the first input and the output */
} Speech;

static double percent(double share) {
    return 100 * share;
}

static void say_input(const Speech *s) {
    explain_say(
        s->out, EXPLAIN_TEXT,
        "The picture itself, as numbers: %d colours of %dx%d pixels. Each colour has been shifted and "
        "scaled so that over all training pictures its mean is 0 and its spread 1; here the numbers "
        "run from %.2f to %.2f.",
        s->op->out.c, s->op->out.h, s->op->out.w, explain_number(s->out, "min", s->y.min),
        explain_number(s->out, "max", s->y.max));
}

typedef struct Peak {
    double value;
    int channel, row, column;
} Peak;

static Peak find_peak(Tensor y) {
    Peak peak = {.value = -INFINITY};
    for (int row = 0; row < y.shape.h; row++)
        for (int column = 0; column < y.shape.w; column++)
            for (int c = 0; c < y.shape.c; c++) {
                double value = (double)y.data[(row * y.shape.w + column) * y.shape.c + c];
                if (value > peak.value) peak = (Peak){value, c, row, column};
            }
    return peak;
}

static void say_conv(const Speech *s) {
    Peak peak = find_peak(pass_act(s->pass, s->op->index));
    if (s->op->kernel_h == 1)
        explain_say(s->out, EXPLAIN_TEXT,
                    "%d small filters look at one place at a time and mix the %d maps that come in, each "
                    "into one new map.",
                    s->op->out.c, s->op->in.c);
    else
        explain_say(
            s->out, EXPLAIN_TEXT,
            "%d small filters slide over the %d maps that come in. Each looks at %dx%d places at once "
            "and writes one new map: how strongly its own pattern is found there.",
            s->op->out.c, s->op->in.c, s->op->kernel_h, s->op->kernel_w);
    explain_more(
        s->out,
        " The strongest answer is %.3g, in map %d at row %d, column %d; %.0f %% of all answers are "
        "below zero.",
        explain_number(s->out, "max", peak.value), peak.channel, peak.row, peak.column,
        percent(explain_number(s->out, "negative_share", (double)s->y.negative / (double)s->y.count)));
    if (s->op->stride > 1)
        explain_more(s->out, " It takes every %s place only, so the maps shrink from %dx%d to %dx%d.",
                     s->op->stride == 2 ? "second" : "few", s->op->in.h, s->op->in.w, s->op->out.h,
                     s->op->out.w);
}

static void say_norm(const Speech *s) {
    explain_say(s->out, EXPLAIN_TEXT,
                "Puts each of the %d maps on a scale of its own: its usual mean is taken away, the rest is "
                "divided by its usual spread, then two learned numbers scale and shift it. %s The spread of "
                "all numbers was %.3g before and is %.3g now.",
                s->op->out.c,
                pass_batch_statistics(s->pass) ? "Usual means: in the pictures at hand, as during training."
                                               : "Usual means: as averaged over the training.",
                explain_number(s->out, "std_before", s->x.std), explain_number(s->out, "std", s->y.std));
}

static void say_relu(const Speech *s) {
    double closed = 1 - explain_open_share(s->pass, s->op->index);
    explain_say(s->out, EXPLAIN_TEXT,
                "Keeps every number above zero and sets the others to zero. Here %.0f %% of the %zu numbers "
                "are zero now; the rest is what the next layers get to see.",
                percent(explain_number(s->out, "zero_share", closed)), s->y.count);
}

static void say_max_pool(const Speech *s) {
    explain_say(s->out, EXPLAIN_TEXT,
                "Of every %dx%d places only the largest number is kept, one window every %d places: the maps "
                "shrink from %dx%d to %dx%d, and a small shift of the picture matters less. The mean rises "
                "from %.3g to %.3g.",
                s->op->kernel_h, s->op->kernel_w, s->op->stride, s->op->in.h, s->op->in.w, s->op->out.h,
                s->op->out.w, explain_number(s->out, "mean_before", s->x.mean),
                explain_number(s->out, "mean", s->y.mean));
}

/* By chance, directions among thousands of numbers are at right angles; a tenth is far from chance there. */
static const char *direction(double cosine) {
    if (cosine > 0.1) return "partly the same way";
    if (cosine < -0.1) return "partly against each other";
    return "in unrelated directions";
}

/* Which of the two ways has been taken away here; NULL for none. */
static const char *closed_way(const Pass *pass, int add) {
    AddGates gates = pass_add_gates(pass, add);
    if (!gates.skip_forward)
        return "The skip has been taken away here, in both directions: only F(x) goes on. ";
    if (!gates.branch_forward) return "The block's own work has been taken away here: only x goes on. ";
    if (!gates.skip_backward)
        return "Forward both ways are open here; on the way back the skip's share is dropped. ";
    return NULL;
}

static void say_sum(const Speech *s, int block) {
    AdditionTerms sum = pass_addition_terms(s->pass, block);
    bool identity = s->network->blocks[block].shortcut == SHORTCUT_IDENTITY;
    const char *closed = closed_way(s->pass, s->network->blocks[block].add);
    if (closed) explain_say(s->out, EXPLAIN_TEXT, "%s", closed);
    explain_say(s->out, EXPLAIN_TEXT, "What came in%s and what the block worked out from it are added%s.",
                identity ? "" : ", brought into the new shape,", closed ? " in the network as built" : "");
    if (!sum.known) return;
    explain_more(
        s->out, " The block's own part F(x) is %.0f %% as strong as %s; the two point %s (cosine %+.2f).",
        percent(explain_number(s->out, "change", sum.ratio)), identity ? "what came in" : "the shortcut's",
        direction(explain_number(s->out, "cosine", sum.cosine)), sum.cosine);
    if (identity && !closed)
        explain_more(s->out, " So this block changed its input by %.0f %%.", percent(sum.ratio));
}

static void say_shortcut(const Speech *s) {
    explain_say(s->out, EXPLAIN_TEXT,
                "The shortcut needs x in a new shape: every second row and column is kept, and %d empty maps "
                "are put around the %d old ones. Nothing is learned for that: there are no weights here.",
                s->op->out.c - s->op->in.c, s->op->in.c);
}

static void say_average(const Speech *s) {
    Peak peak = find_peak(pass_act(s->pass, s->op->index));
    explain_say(s->out, EXPLAIN_TEXT,
                "Each of the %d maps of %dx%d becomes one number, its mean: from here on it no longer counts "
                "where something is, only how much of it there is. The largest is %.3g, of map %d.",
                s->op->out.c, s->op->in.h, s->op->in.w, explain_number(s->out, "max", peak.value),
                peak.channel);
}

static const char *class_name(const Speech *s, int k, char buffer[32]) {
    if (s->query->class_names && s->query->class_names[k]) return s->query->class_names[k];
    snprintf(buffer, 32, "class %d", k);
    return buffer;
}

static void say_linear(const Speech *s) {
    Tensor z = pass_act(s->pass, s->op->index);
    int best = 0, next = -1;
    char first[32], second[32];
    for (int k = 1; k < z.shape.c; k++)
        if (z.data[k] > z.data[best]) best = k;
    for (int k = 0; k < z.shape.c; k++)
        if (k != best && (next < 0 || z.data[k] > z.data[next])) next = k;
    explain_say(s->out, EXPLAIN_TEXT,
                "The one fully connected layer: every class adds up the same %d numbers, with weights of its "
                "own. The highest score is %.2f, for %s",
                s->op->in.c, explain_number(s->out, "best", (double)z.data[best]),
                class_name(s, best, first));
    if (next >= 0)
        explain_more(s->out, "; the next is %.2f, for %s",
                     explain_number(s->out, "next", (double)z.data[next]), class_name(s, next, second));
    explain_more(s->out, ".");
}

static void say_loss(const Speech *s) {
    int target = pass_target(s->pass, 0);
    char buffer[32];
    explain_say(s->out, EXPLAIN_TEXT,
                "The scores become probabilities: %.3g %% for %s, the class that is asked for. The loss says "
                "how surprised the network is by it: %.4g. Sure and right would be 0.",
                percent(explain_number(s->out, "probability", pass_probabilities(s->pass)[target])),
                class_name(s, target, buffer), explain_number(s->out, "loss", pass_loss(s->pass)));
}

static void say_block(const Speech *s) {
    const Block *block = &s->network->blocks[s->op->block];
    if (block->add >= 0)
        say_sum(s, s->op->block);
    else
        explain_say(s->out, EXPLAIN_TEXT,
                    "A block of a plain network: what it works out replaces what came in. Nothing goes round "
                    "it.");
    explain_more(s->out, " The ReLU at its end lets %.0f %% of the numbers through.",
                 percent(explain_number(s->out, "open_share", explain_open_share(s->pass, block->output))));
    Junction junction = pass_junction(s->pass, s->op->block);
    if (!junction.known || block->add < 0) return;
    explain_say(s->out, EXPLAIN_TEXT,
                "On the way back the gradient of x has length %.3g: %.3g came through the skip and %.3g "
                "through F%s.",
                explain_number(s->out, "grad_in", junction.in_l2),
                explain_number(s->out, "grad_skip", junction.skip_l2),
                explain_number(s->out, "grad_branch", junction.branch_l2),
                junction.cosine < 0 ? ", and the two partly cancel" : "");
}

void explain_anyone(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    const Op *op = &network->ops[query->op];
    Speech s = {.query = query, .pass = query->pass, .network = network, .op = op, .out = out};
    s.y = pass_act_stats(query->pass, query->op);
    if (op->input_count > 0) s.x = pass_act_stats(query->pass, op->inputs[0]);
    if (query->block) {
        say_block(&s);
        return;
    }
    switch (op->kind) {
    case OP_INPUT: say_input(&s); break;
    case OP_CONV2D: say_conv(&s); break;
    case OP_BATCH_NORM: say_norm(&s); break;
    case OP_RELU: say_relu(&s); break;
    case OP_MAX_POOL: say_max_pool(&s); break;
    case OP_ADD: say_sum(&s, op->block); break;
    case OP_AVG_POOL: say_average(&s); break;
    case OP_SHORTCUT_A: say_shortcut(&s); break;
    case OP_LINEAR: say_linear(&s); break;
    case OP_CROSS_ENTROPY: say_loss(&s); break;
    case OP_KIND_COUNT: break;
    }
}
