#include "views/panel/twin_frame.h"

#include <math.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { GAP = 2, TEXT_MAX = 240, NAME_MAX_SHOWN = 32 };

/* "cat 99.8%" of one side; nothing before it is known. */
static WidgetText verdict(const Scene *scene) {
    WidgetText out = {.text = ""};
    char buffer[CLASS_NAME_MAX];
    int best;
    const double *p = scene->hides_answer ? NULL : scene->probabilities;
    if (!p || class_rank(p, network_answers(scene->network), &best, 1) < 1) return out;
    const char *name = scene_class_name(scene, best, buffer);
    utf8_format(out.text, sizeof out.text, "%.*s %s", utf8_first(name, NAME_MAX_SHOWN), name,
                text_format_percent(p[best]).text);
    return out;
}

void twin_title_draw(Canvas *canvas, Rect row, char letter, const char *text, const Scene *side) {
    Style style = {.fg = color_role(ROLE_BAR_TEXT), .bg = color_role(ROLE_BAR), .attributes = CELL_BOLD};
    canvas_fill(canvas, row, style, ' ');
    int x = row.x + 1, right = row.x + row.w - 1;
    if (side) {
        WidgetText answer = verdict(side);
        right -= text_width(answer.text) + GAP;
        canvas_text(canvas, right + GAP, row.y, style, answer.text);
    }
    if (letter == '-')
        x = canvas_text(canvas, x, row.y, style, "A − B") + GAP;
    else
        x = canvas_printf(canvas, x, row.y, style, "%c", letter) + GAP;
    style.attributes = 0;
    if (right > x) canvas_text_fit(canvas, x, row.y, right - x, style, text);
}

/* What a cosine between two tensors means for their patterns. The limits are where the angle passes 18, 60, 90
 * and 120 degrees; a tenth is far from chance for as many numbers as these. */
static const char *likeness(double cosine) {
    if (isnan(cosine)) return "one of them is zero everywhere";
    if (cosine >= 0.95) return "nearly the same pattern";
    if (cosine >= 0.5) return "similar patterns";
    if (cosine >= 0.1) return "hardly alike";
    if (cosine > -0.1) return "nothing in common";
    return cosine > -0.5 ? "rather opposite" : "opposite patterns";
}

void twin_say_difference(const Scene *scene, char *out, size_t out_size) {
    const Difference *d = &scene->twin->figures;
    const Scene *other = scene->twin->scene;
    const char *tensor = scene->phase == PHASE_FORWARD ? "activations" : "gradients";
    bool both = scene_tensor(other, other->op, other->phase).data &&
                scene_tensor(scene, scene->op, scene->phase).data;
    if (!d->known)
        utf8_copy(out, out_size,
                  both ? "no difference to be had: the shapes are not the same"
                       : "not run yet on both sides");
    else if (d->l2 == 0)
        utf8_format(out, out_size, "A and B have the same %s here.", tensor);
    else if (d->a_l2 == 0)
        utf8_format(out, out_size, "A's %s are all zero here; B's are %.3g long.", tensor, d->b_l2);
    else
        utf8_format(out, out_size, "The %s differ by %s of A's length: %s (cosine %+.2f).", tensor,
                    text_format_percent(d->l2 / d->a_l2).text, likeness(d->cosine), d->cosine);
}

/* Of the lengths only what has room. */
void twin_strip_draw(Canvas *canvas, Rect row, const Scene *scene) {
    const Difference *d = &scene->twin->figures;
    char text[TEXT_MAX], lengths[TEXT_MAX] = "";
    twin_say_difference(scene, text, sizeof text);
    if (d->known)
        snprintf(lengths, sizeof lengths, "|A| %.3g  |B| %.3g  |A-B| %.3g", d->a_l2, d->b_l2, d->l2);
    int x = canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_TEXT), text) + GAP;
    if (x + text_width(lengths) <= row.x + row.w)
        canvas_text(canvas, x, row.y, style_role(ROLE_DIM), lengths);
}
