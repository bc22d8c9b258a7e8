#include "views/gradients/sides.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/gradient_flow.h"

GradientSides gradient_sides(const Scene *scene) {
    SkipMode own = pass_skip_mode(scene->pass);
    bool built = own == SKIP_NONE_REMOVED;
    if (scene->network->shortcut == '-')
        return (GradientSides){.without = scene->pass, .how = SKIP_PLAIN, .single = true};
    if (built)
        return (GradientSides){.with = scene->pass, .without = scene->baseline, .how = scene->baseline_mode};
    return (GradientSides){.with = scene->baseline_mode == SKIP_NONE_REMOVED ? scene->baseline : NULL,
                           .without = scene->pass,
                           .how = own};
}

double gradient_side_value(const Pass *side, int row) {
    return side ? flow_row(side, row).total : NAN;
}

const char *gradient_side_name(const GradientSides *sides, bool with) {
    static const char *const lost[] = {[SKIP_NONE_REMOVED] = "without",
                                       [SKIP_PLAIN] = "without (plain)",
                                       [SKIP_CUT] = "without (cut)",
                                       [SKIP_LESION] = "with lesions"};
    if (sides->single) return "no skips";
    return with ? "with skips" : lost[sides->how];
}

/* The other side of a comparison of two panes has no company of its own. */
const char *gradient_side_state(const Scene *scene, const Pass *side) {
    bool complete = pass_backward_done(scene->pass) == scene->network->op_count;
    return side || !complete || scene->twin ? "" : "being computed";
}

PlotLogAxis gradient_axis(const Scene *scene, const GradientSides *sides) {
    enum { UNKNOWN_LO = -5, UNKNOWN_HI = 0 };
    const Pass *first = sides->with ? sides->with : sides->without;
    double range[2] = {INFINITY, 0};
    if (first) flow_widen_by_rows(first, range);
    if (!(range[1] > 0)) return (PlotLogAxis){.lo = UNKNOWN_LO, .hi = UNKNOWN_HI};
    PlotLogAxis axis = plot_log_axis_fit(range, 2);
    if (!sides->single) axis = (PlotLogAxis){.lo = axis.lo - 1, .hi = axis.hi + 1};
    if (sides->without) flow_widen_by_rows(sides->without, range);
    if (scene->twin && scene->twin->scene) flow_widen_by_rows(scene->twin->scene->pass, range);
    PlotLogAxis all = plot_log_axis_fit(range, 2);
    return (PlotLogAxis){.lo = all.lo < axis.lo ? all.lo : axis.lo,
                         .hi = all.hi > axis.hi ? all.hi : axis.hi};
}

WidgetText gradient_number(double value) {
    WidgetText out = {.text = ""};
    if (isnan(value)) return out;
    bool plain = value == 0 || (value >= 1e-3 && value < 1e4);
    snprintf(out.text, sizeof out.text, plain ? "%.2g" : "%.1e", value);
    if (plain && value >= 100) snprintf(out.text, sizeof out.text, "%.0f", value);
    return out;
}

TextNumber gradient_factor(double factor) {
    TextNumber out;
    snprintf(out.text, sizeof out.text, factor < 10 ? "%.1f" : factor < 1e4 ? "%.0f" : "%.0e", factor);
    return out;
}

WidgetText gradient_ratio(double with, double without) {
    WidgetText out = {.text = ""};
    if (isnan(with) || isnan(without)) return out;
    double factor = without < with ? with / without : without / with;
    if (with == without || factor < 1.05)
        snprintf(out.text, sizeof out.text, "the same");
    else if (isfinite(factor))
        snprintf(out.text, sizeof out.text, "%sx %s", gradient_factor(factor).text,
                 without < with ? "less" : "more");
    else
        snprintf(out.text, sizeof out.text, without < with ? "nothing" : "from 0");
    return out;
}
