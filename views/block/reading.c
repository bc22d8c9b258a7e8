#include "views/block/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/inspect/block_figures.h"
#include "core/op/activation.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

BlockText block_reading_shapes(const Scene *scene, int block) {
    BlockText out = {.text = ""};
    const Network *network = scene->network;
    const Block *b = &network->blocks[block];
    utf8_append(out.text, sizeof out.text, "stage %d, x %s from %s, y %s, shortcut: %s", b->stage,
                text_format_shape(network->ops[b->input].out).text, network->ops[b->input].name,
                text_format_shape(network->ops[b->output].out).text, widget_shortcut_name(b->shortcut));
    return out;
}

BlockText block_reading_state(const Scene *scene, int block) {
    BlockText out = {.text = ""};
    const Op *op = &scene->network->ops[scene->op];
    if (op->block < 0)
        utf8_append(out.text, sizeof out.text, "%s is in no block; this is the nearest one. ",
                    op->name);
    if (scene->twin && scene->twin->difference)
        utf8_append(out.text, sizeof out.text, "A's own values; only %s is A − B. ",
                    widget_op_short_name(scene->network, scene->op));
    switch (pass_skip_mode(scene->pass)) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN:
        utf8_append(out.text, sizeof out.text, "plain: the shortcut is closed in both directions.");
        break;
    case SKIP_CUT:
        utf8_append(out.text, sizeof out.text, "cut: the shortcut carries no gradient back.");
        break;
    case SKIP_LESION:
        if (pass_block_is_lesioned(scene->pass, block))
            utf8_append(out.text, sizeof out.text, "lesion: F of this block is closed in both directions.");
        else
            utf8_append(out.text, sizeof out.text, "lesion of other blocks: nothing is closed here.");
    }
    return out;
}

const char *block_reading_state_brief(const Scene *scene, int block) {
    switch (pass_skip_mode(scene->pass)) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN: return "plain: shortcut closed";
    case SKIP_CUT: return "cut in the backward pass";
    case SKIP_LESION:
        return pass_block_is_lesioned(scene->pass, block) ? "lesion: F is closed" : "lesion of other blocks";
    }
    return scene->network->ops[scene->op].block < 0 ? "the nearest block" : "";
}

/* Two directions in a space of thousands of dimensions are near a right angle unless something aligns them;
 * a tenth is far from chance there. */
static const char *angle_words(double cosine) {
    if (cosine > 0.1) return "points along the shortcut";
    return cosine < -0.1 ? "takes away from what the shortcut brings" : "is nearly at right angles to it";
}

static const char *size_words(double ratio) {
    if (ratio < 0.5) return "F is small beside the shortcut: the block edits x rather than replaces it";
    return ratio > 2 ? "F outweighs the shortcut" : "F and the shortcut weigh about the same";
}

static void read_forward(BlockText *out, const Scene *scene, int block) {
    BlockForward f = block_forward(scene->pass, block);
    BlockGates gates = block_gates(scene->pass, block, false);
    const Block *b = &scene->network->blocks[block];
    const OpSpec *last = network_activation(scene->network);
    WidgetText density = widget_density(scene->network, f.kept);
    if (!f.known) {
        utf8_append(out->text, sizeof out->text,
                    "The forward pass has not come to the end of this block: n runs a block, f all of it.");
        return;
    }
    if (b->add < 0) {
        utf8_append(out->text, sizeof out->text,
                    "The last %s %s %s. There is no shortcut: y is all that F makes of x.", last->title,
                    activation_words(last)->verb, density.text);
        return;
    }
    utf8_append(out->text, sizeof out->text, "|F|/|shortcut| %.3f   cos(F, shortcut) ", f.ratio);
    utf8_append(out->text, sizeof out->text, isnan(f.cosine) ? "-" : "%+.3f", f.cosine);
    utf8_append(out->text, sizeof out->text, "   the last %s %s %s\n", last->title,
                activation_words(last)->verb, density.text);
    if (gates.skip_closed)
        utf8_append(out->text, sizeof out->text,
                    "The sum is F(x) alone: the shortcut's value does not arrive.");
    else if (gates.branch_closed)
        utf8_append(out->text, sizeof out->text,
                    "The sum is the shortcut alone: what F computes does not arrive.");
    else
        utf8_append(out->text, sizeof out->text, "%s, and F %s.", size_words(f.ratio),
                    isnan(f.cosine) ? "adds nothing" : angle_words(f.cosine));
}

/* Closer than a hundredth the order is nobody's finding; closer than a millionth the processor decides it. */
static const char *larger_way(const BlockBackward *g) {
    if (fabs(g->skip - g->branch) <= 0.01 * fmax(g->skip, g->branch)) return "Both ways bring the same";
    return g->skip > g->branch ? "The shortcut brings the larger part" : "F brings the larger part";
}

static void read_ways(BlockText *out, const Scene *scene, int block, const BlockBackward *g) {
    BlockGates gates = block_gates(scene->pass, block, true);
    if (gates.skip_closed) {
        utf8_append(out->text, sizeof out->text,
                    "All of the gradient at x comes through F: the shortcut is closed.");
    } else if (gates.branch_closed) {
        utf8_append(out->text, sizeof out->text,
                    "All of the gradient at x comes through the shortcut: F is closed.");
    } else {
        utf8_append(out->text, sizeof out->text, "%s.", larger_way(g));
        if (scene->network->blocks[block].shortcut == SHORTCUT_IDENTITY)
            utf8_append(out->text, sizeof out->text,
                        " Through the identity the gradient past the %s arrives at x unchanged.",
                        network_activation(scene->network)->title);
    }
}

static void read_backward(BlockText *out, const Scene *scene, int block) {
    BlockBackward g = block_backward(scene->pass, block);
    if (!g.known) {
        utf8_append(out->text, sizeof out->text,
                    "The backward pass has not come to the start of this block: f runs the pass to its end.");
        return;
    }
    const OpSpec *last = network_activation(scene->network);
    utf8_append(out->text, sizeof out->text, "%s %s after the %s: %s%s", last->title,
                activation_words(last)->noun,
                scene->network->blocks[block].add >= 0 ? "add" : "last batch norm",
                widget_density(scene->network, g.kept).text, activation_words(last)->state);
    if (isnan(g.skip)) {
        utf8_append(out->text, sizeof out->text,
                    "\nThere is no shortcut: all of the gradient at x comes through F.");
        return;
    }
    if (g.branch > 0 && g.skip > 0)
        utf8_append(out->text, sizeof out->text, "   |skip|/|F| %.3f", g.skip / g.branch);
    utf8_append(out->text, sizeof out->text, "   cos(skip, F) ");
    utf8_append(out->text, sizeof out->text, isnan(g.cosine) ? "-\n" : "%+.3f\n", g.cosine);
    read_ways(out, scene, block, &g);
}

BlockText block_reading(const Scene *scene, int block) {
    BlockText out = {.text = ""};
    if (scene->phase == PHASE_FORWARD)
        read_forward(&out, scene, block);
    else
        read_backward(&out, scene, block);
    return out;
}

BlockLengths block_reading_lengths(const Scene *scene, int block) {
    bool identity = scene->network->blocks[block].shortcut == SHORTCUT_IDENTITY;
    BlockLengths out = {.skip_name = identity ? "x" : "shortcut",
                        .whole = identity ? "of |x|+|F|" : "of |s|+|F|"};
    if (scene->phase == PHASE_BACKWARD) {
        BlockBackward g = block_backward(scene->pass, block);
        out.skip_name = "skip";
        out.whole = "of both |g|";
        out.skip = g.skip;
        out.branch = g.branch;
    } else {
        BlockForward f = block_forward(scene->pass, block);
        BlockGates gates = block_gates(scene->pass, block, false);
        out.skip = gates.skip_closed ? 0 : f.shortcut; /* what arrives at the sum */
        out.branch = gates.branch_closed ? 0 : f.branch;
    }
    out.known = out.skip + out.branch > 0; /* not with NaN */
    return out;
}

BlockText block_reading_short(const Scene *scene, int block) {
    BlockText out = {.text = ""};
    BlockLengths lengths = block_reading_lengths(scene, block);
    BlockGates gates = block_gates(scene->pass, block, false);
    bool identity = scene->network->blocks[block].shortcut == SHORTCUT_IDENTITY;
    bool back = scene->phase == PHASE_BACKWARD;
    bool known = back ? block_backward(scene->pass, block).known : block_forward(scene->pass, block).known;
    if (!known) {
        utf8_copy(out.text, sizeof out.text,
                  back ? "not run yet: f runs the whole pass" : "not run to its end: n runs the block");
    } else if (scene->network->blocks[block].shortcut == SHORTCUT_NONE) {
        utf8_copy(out.text, sizeof out.text, "There is no shortcut: y is what F makes of x.");
    } else if (back && lengths.branch > 0) {
        utf8_append(out.text, sizeof out.text, "Skip brings %.2g times what F brings",
                    lengths.skip / lengths.branch);
    } else if (!back && gates.skip_closed) {
        utf8_copy(out.text, sizeof out.text, "The sum is F(x) alone.");
    } else if (!back && gates.branch_closed) {
        utf8_copy(out.text, sizeof out.text,
                  identity ? "The sum is x: F is not added." : "The sum is the shortcut alone.");
    } else if (!back && lengths.skip > 0) {
        double ratio = lengths.branch / lengths.skip;
        utf8_append(out.text, sizeof out.text,
                    identity ? "F changes x by %.0f %%: |F| = %.2f |x|"
                             : "F adds %.0f %%: |F| = %.2f |shortcut|",
                    100 * ratio, ratio);
    }
    return out;
}
