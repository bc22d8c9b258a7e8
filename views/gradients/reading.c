#include "views/gradients/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/inspect/gradient_flow.h"
#include "views/widget/widgets.h"

static bool has_skips(const Scene *scene) {
    return scene->network->shortcut != '-';
}

bool reading_compares(const Scene *scene) {
    return has_skips(scene) && pass_skip_mode(scene->pass) == SKIP_NONE_REMOVED;
}

static bool is_complete(const Scene *scene) {
    return pass_backward_done(scene->pass) == scene->network->op_count;
}

ReadingText reading_comparison(const Scene *scene) {
    ReadingText out = {.text = ""};
    if (!has_skips(scene))
        utf8_append(out.text, sizeof out.text,
                    "%s has no skips: F is the only way, and there is nothing to compare",
                    scene->network->arch);
    else if (!reading_compares(scene))
        utf8_append(out.text, sizeof out.text, "nothing beside it: this run is itself changed. %s",
                    widget_skip_mode(scene).text);
    else if (scene->baseline_mode == SKIP_CUT)
        utf8_append(out.text, sizeof out.text,
                    "as built  vs  cut: same forward, the skip's term dropped in backward  (v: plain)");
    else
        utf8_append(out.text, sizeof out.text,
                    "as built  vs  plain: same weights, skips removed in both directions  (v: cut)");
    return out;
}

const char *reading_baseline_state(const Scene *scene) {
    if (!reading_compares(scene) || scene->baseline) return "";
    return is_complete(scene) ? "being computed" : "after f";
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
        utf8_append(out.text, sizeof out.text, "; %s", skip_mode_name(scene->baseline_mode));
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
    if (scene->baseline && reading_compares(scene) && scene->baseline_mode == SKIP_PLAIN) {
        double baseline = pass_loss(scene->baseline);
        if (!(fmax(own, baseline) <= 2 * fmin(own, baseline)))
            utf8_append(out->text, sizeof out->text,
                        " The losses differ (%.2g, plain %.2g): compare slopes, not sizes.", own, baseline);
    } else if (own < 1e-3) {
        utf8_append(out->text, sizeof out->text, " The loss is only %.2g, so all of it is small.", own);
    }
}

static ReadingText missing_gradients(const Scene *scene) {
    ReadingText out = {.text = ""};
    int ops = scene->network->op_count, forward = pass_forward_done(scene->pass);
    if (forward < ops)
        utf8_append(
            out.text, sizeof out.text,
            "The forward pass has run %d of %d operations: f runs it to the loss; then f again runs the "
            "backward pass.",
            forward, ops);
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
        utf8_append(out.text, sizeof out.text, "; %s: ", skip_mode_name(scene->baseline_mode));
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
