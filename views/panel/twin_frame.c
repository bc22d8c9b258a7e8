#include "views/panel/twin_frame.h"

#include <math.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { GAP = 2, TEXT_MAX = 240, NAME_MAX_SHOWN = 32 };

void twin_title_draw(Canvas *canvas, Rect row, char letter, const char *text) {
    Style style = {.fg = color_role(ROLE_BAR_TEXT), .bg = color_role(ROLE_BAR), .attributes = CELL_BOLD};
    canvas_fill(canvas, row, style, ' ');
    int x = row.x + 1;
    if (letter == '-')
        x = canvas_text(canvas, x, row.y, style, "A − B") + GAP;
    else
        x = canvas_printf(canvas, x, row.y, style, "%c", letter) + GAP;
    style.attributes = 0;
    canvas_text_fit(canvas, x, row.y, row.x + row.w - x, style, text);
}

/* "cat 99.8%" of one side, "nothing yet" before its loss is known. */
static WidgetText verdict(const Scene *scene) {
    WidgetText out = {.text = ""};
    char buffer[TEXT_MAX];
    int best;
    const double *p = pass_probabilities(scene->pass);
    if (!p || class_rank(p, scene->network->classes, &best, 1) < 1) {
        snprintf(out.text, sizeof out.text, "nothing yet");
        return out;
    }
    const char *name = model_class_name(scene->model, best, buffer, sizeof buffer);
    utf8_format(out.text, sizeof out.text, "%.*s %s", utf8_first(name, NAME_MAX_SHOWN), name,
                text_format_percent(p[best]).text);
    return out;
}

void twin_strip_draw(Canvas *canvas, Rect row, const Scene *scene) {
    const Difference *d = &scene->twin->figures;
    const Scene *other = scene->twin->scene;
    const char *tensor = scene->phase == PHASE_FORWARD ? "activation" : "gradient";
    char text[3][TEXT_MAX];
    bool both = pass_act(other->pass, other->op).data && scene_tensor(scene, scene->op, scene->phase).data;
    if (d->known)
        snprintf(text[0], TEXT_MAX, "|A| %.3g  |B| %.3g  |A-B| %.3g  cos %+.2f", d->a_l2, d->b_l2, d->l2,
                 d->cosine);
    else
        utf8_copy(text[0], TEXT_MAX,
                  both ? "no difference: the shapes are not the same" : "not computed yet");
    utf8_format(text[1], TEXT_MAX, "A: %s  B: %s", verdict(scene).text, verdict(other).text);
    utf8_format(text[2], TEXT_MAX, "%s %s", scene->network->ops[scene->op].name, tensor);
    int x = row.x;
    for (int k = 0; k < 3; k++) {
        Style style = k == 0 ? style_bold(ROLE_TEXT) : style_role(ROLE_DIM);
        int right = row.x + row.w;
        if (x >= right) break;
        canvas_text_fit(canvas, x, row.y, right - x, style, text[k]);
        x += text_width(text[k]) + GAP;
    }
}
