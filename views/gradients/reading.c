#include "views/gradients/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/inspect/gradient_flow.h"
#include "views/gradients/sides.h"
#include "views/widget/widgets.h"

static bool has_skips(const Scene *scene) {
    return scene->network->shortcut != '-';
}

bool reading_compares(const Scene *scene) {
    return has_skips(scene);
}

static const char *side_word(SkipMode mode) {
    return mode == SKIP_NONE_REMOVED ? "as built" : skip_mode_name(mode);
}

const char *reading_baseline_name(const Scene *scene) {
    return side_word(scene->baseline_mode);
}

static bool is_complete(const Scene *scene) {
    return pass_backward_done(scene->pass) == scene->network->op_count;
}

/* What the network without skips has lost. */
static const char *loss_of_skips(SkipMode how) {
    switch (how) {
    case SKIP_PLAIN: return "same weights, skips removed in both directions";
    case SKIP_CUT: return "same forward, the skip's term dropped in backward";
    default: return "blocks that lose their branch and keep their skip";
    }
}

ReadingText reading_comparison(const Scene *scene) {
    ReadingText out = {.text = ""};
    GradientSides sides = gradient_sides(scene);
    const char *change = pass_skip_mode(scene->pass) != SKIP_NONE_REMOVED ? ""
                         : sides.how == SKIP_CUT                          ? "  (v: plain)"
                                                                          : "  (v: cut)";
    if (sides.single)
        utf8_append(out.text, sizeof out.text,
                    "%s has no skips: F is the only way, and there is nothing to compare",
                    scene->network->arch);
    else
        utf8_append(out.text, sizeof out.text, "as built  vs  %s: %s%s", side_word(sides.how),
                    loss_of_skips(sides.how), change);
    return out;
}

const char *reading_baseline_state(const Scene *scene) {
    if (!reading_compares(scene) || scene->baseline) return "";
    return is_complete(scene) ? gradient_side_state(scene, NULL) : "after f";
}

const char *reading_norms(const Scene *scene, bool brief) {
    if (pass_batch_statistics(scene->pass))
        return brief ? "BN: image's own" : "batch norm: this image's own statistics (training)";
    if (flow_norms_untrained(scene->network))
        return brief ? "BN: untrained 0, 1"
                     : "batch norm: running statistics still as born (0 and 1), so it hardly normalises";
    return brief ? "BN: running stats" : "batch norm: running statistics (evaluation)";
}

/* A closed way is a plain 0. */
static void append_norm(ReadingText *out, const char *label, double value) {
    if (isnan(value)) return;
    if (value == 0)
        utf8_append(out->text, sizeof out->text, "%s0", label);
    else
        utf8_append(out->text, sizeof out->text, "%s%.2e", label, value);
}

ReadingText reading_row(const Scene *scene, int row) {
    ReadingText out = {.text = ""};
    FlowRow flow = flow_row(scene->pass, row);
    utf8_append(out.text, sizeof out.text, "%s: ", flow_row_name(scene->network, row));
    if (!flow.known) {
        utf8_append(out.text, sizeof out.text, "the gradient at its input is not there yet");
        return out;
    }
    append_norm(&out, "|g| ", flow.total);
    if (flow.has_skip) {
        append_norm(&out, "; skip ", flow.skip);
        append_norm(&out, ", F ", flow.branch);
        if (!isnan(flow.cosine)) utf8_append(out.text, sizeof out.text, ", cos %+.3f", flow.cosine);
    }
    if (scene->baseline && reading_compares(scene)) {
        utf8_append(out.text, sizeof out.text, "; %s", reading_baseline_name(scene));
        append_norm(&out, " ", flow_row(scene->baseline, row).total);
    }
    return out;
}

/* Within a factor of 2 over the whole depth counts as kept: far below what depth does to a gradient when it
 * does anything. */
static const char *trend(double overall) {
    if (overall < 0.5) return "shrinks";
    return overall > 2 ? "grows" : "holds at";
}

static void append_trend(ReadingText *out, const FlowSummary *summary) {
    if (!isfinite(summary->overall))
        utf8_append(out->text, sizeof out->text, "starts at 0");
    else if (summary->overall == 0)
        utf8_append(out->text, sizeof out->text, "dies: 0 at the first block");
    else
        utf8_append(out->text, sizeof out->text, "%s x%.3g (x%.3g a block)", trend(summary->overall),
                    summary->overall, summary->per_block);
}

static void append_opposing(ReadingText *out, const Scene *scene, const FlowSummary *summary, bool brief) {
    enum { NAMES_MAX = 3 };
    if (summary->opposing == 0) {
        utf8_append(out->text, sizeof out->text, " F opposes the skip (cos < 0) in no block.");
        return;
    }
    utf8_append(out->text, sizeof out->text, " F opposes the skip (cos < 0) in %d of %d%s", summary->opposing,
                summary->blocks, brief ? "." : ":");
    if (brief) return;
    int named = 0;
    for (int row = 1; row <= summary->blocks && named < NAMES_MAX; row++) {
        if (!(flow_row(scene->pass, row).cosine < 0)) continue;
        utf8_append(out->text, sizeof out->text, "%s %s", named++ ? "," : "",
                    flow_row_name(scene->network, row));
    }
    utf8_append(out->text, sizeof out->text, summary->opposing > NAMES_MAX ? ", ..." : ".");
}

static void append_extremes(ReadingText *out, const Scene *scene, const FlowSummary *summary) {
    FlowRow most = flow_row(scene->pass, summary->largest), least = flow_row(scene->pass, summary->smallest);
    utf8_append(out->text, sizeof out->text, " Largest %.1e at %s, smallest %.1e at %s.", most.total,
                flow_row_name(scene->network, summary->largest), least.total,
                flow_row_name(scene->network, summary->smallest));
}

/* The gradient of the loss starts at p - 1 for the wanted class: a loss near 0 makes all of it small, with or
 * without skips. */
static void append_losses(ReadingText *out, const Scene *scene) {
    double own = pass_loss(scene->pass);
    if (scene->baseline && reading_compares(scene) && gradient_sides(scene).how != SKIP_CUT) {
        double baseline = pass_loss(scene->baseline);
        if (!(fmax(own, baseline) <= 2 * fmin(own, baseline)))
            utf8_append(out->text, sizeof out->text,
                        " The losses differ (%.2g, %s %.2g): compare slopes, not sizes.", own,
                        reading_baseline_name(scene), baseline);
    } else if (own < 1e-3) {
        utf8_append(out->text, sizeof out->text, " The loss is only %.2g, so all of it is small.", own);
    }
}

static ReadingText missing_gradients(const Scene *scene) {
    ReadingText out = {.text = ""};
    int ops = scene->network->op_count, forward = pass_forward_done(scene->pass);
    if (forward < ops)
        utf8_append(out.text, sizeof out.text,
                    "The forward pass has run %d of %d operations: Enter runs both passes.", forward, ops);
    else
        utf8_append(out.text, sizeof out.text,
                    "The backward pass has run %d of %d operations: f runs the rest.",
                    pass_backward_done(scene->pass), ops);
    return out;
}

ReadingText reading_summary(const Scene *scene, bool brief) {
    FlowSummary own = flow_summary(scene->pass);
    if (!is_complete(scene) || !own.known) return missing_gradients(scene);
    ReadingText out = {.text = ""};
    utf8_append(out.text, sizeof out.text, "From the head back through %d blocks |g| ", own.blocks);
    append_trend(&out, &own);
    if (scene->baseline && reading_compares(scene)) {
        FlowSummary baseline = flow_summary(scene->baseline);
        utf8_append(out.text, sizeof out.text, "; %s: ", reading_baseline_name(scene));
        append_trend(&out, &baseline);
    }
    utf8_append(out.text, sizeof out.text, ".");
    append_losses(&out, scene);
    if (has_skips(scene) && pass_skip_mode(scene->pass) != SKIP_PLAIN &&
        pass_skip_mode(scene->pass) != SKIP_CUT)
        append_opposing(&out, scene, &own, brief);
    if (!brief || !has_skips(scene)) append_extremes(&out, scene, &own);
    return out;
}

static void append_pair(ReadingText *out, const GradientSides *sides, const char *name, double with,
                        double without) {
    const char *lost = sides->how == SKIP_LESION ? "with lesions" : "without skips";
    double factor = without < with ? with / without : without / with;
    utf8_append(out->text, sizeof out->text, "At %s the gradient %s is ", name, lost);
    if (with == without || factor < 1.05)
        utf8_append(out->text, sizeof out->text, "as large as with them: %s.", gradient_number(with).text);
    else if (without == 0)
        utf8_append(out->text, sizeof out->text, "gone: 0, not %s.", gradient_number(with).text);
    else
        utf8_append(out->text, sizeof out->text, "%s times %s: %s, not %s.", gradient_factor(factor).text,
                    without < with ? "smaller" : "larger", gradient_number(without).text,
                    gradient_number(with).text);
}

/* Another forward pass has another loss, and all gradients follow it: the two belong in one sentence. Empty while
 * the losses are within a factor of 2. */
static ReadingText pair_with_losses(const GradientSides *sides, const char *name, double with,
                                    double without) {
    ReadingText out = {.text = ""};
    double built = pass_loss(sides->with), lost = pass_loss(sides->without);
    if (!(fmax(built, lost) > 2 * fmin(built, lost)) || with == 0 || without == 0) return out;
    utf8_append(out.text, sizeof out.text, "At %s %s: gradient %s times %s, loss %s times%s.", name,
                sides->how == SKIP_LESION ? "with lesions" : "without skips",
                gradient_factor(fmax(with, without) / fmin(with, without)).text,
                without < with ? "smaller" : "larger",
                gradient_factor(fmax(built, lost) / fmin(built, lost)).text,
                (lost < built) == (without < with) ? ""
                : lost < built                     ? " smaller"
                                                   : " larger");
    return out;
}

ReadingText reading_pair(const Scene *scene, int row) {
    ReadingText out = {.text = ""};
    GradientSides sides = gradient_sides(scene);
    char name[OP_NAME_MAX];
    bool end = row == 0 || row == flow_row_count(scene->network) - 1;
    snprintf(name, sizeof name, "%s%s", end ? "the " : "", flow_row_name(scene->network, row));
    double with = gradient_side_value(sides.with, row), without = gradient_side_value(sides.without, row);
    if (!is_complete(scene)) return missing_gradients(scene);
    if (isnan(with) || isnan(without))
        utf8_append(out.text, sizeof out.text, "At %s the gradient is %s long%s.", name,
                    gradient_number(isnan(with) ? without : with).text,
                    sides.single ? "; there are no skips to compare with" : "");
    else
        out = pair_with_losses(&sides, name, with, without);
    if (*out.text == '\0') append_pair(&out, &sides, name, with, without);
    return out;
}
