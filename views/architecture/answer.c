#include "views/architecture/answer.h"

#include <math.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"

enum { CLASSES_MAX = 10, CLASSES_MIN = 3, NAMED = 2, NAME_WIDTH = 12, PERCENT_WIDTH = 7, TEXT_MAX = 400 };

static int rank_classes(const Scene *scene, int order[CLASSES_MAX], int most) {
    if (!scene->probabilities || scene->hides_answer) return 0;
    return class_rank(scene->probabilities, network_answers(scene->network), order, most);
}

static void say(const Scene *scene, int named, char *out, size_t out_size) {
    int order[CLASSES_MAX], count = rank_classes(scene, order, named);
    char name[CLASS_NAME_MAX];
    bool spoilt = count > 0 && isnan(scene->probabilities[order[0]]);
    if (scene->untrained)
        utf8_copy(out, out_size,
                  "Its weights are random: nothing has been learned, so its answer means nothing.");
    else if (scene->hides_answer)
        utf8_copy(out, out_size, "What will the network say?");
    else if (scene->network->headless)
        utf8_copy(out, out_size, "The network has no classifier: it ends at avgpool.");
    else if (count == 0)
        utf8_copy(out, out_size, "The network is looking at the picture ...");
    else if (spoilt)
        utf8_copy(out, out_size, "The network has no answer: its probabilities are not numbers (NaN).");
    else
        utf8_copy(out, out_size, "The network says: ");
    for (int k = 0; k < count && !spoilt; k++)
        utf8_append(out, out_size, "%s %s%s", scene_class_name(scene, order[k], name),
                    text_format_percent(scene->probabilities[order[k]]).text, k + 1 < count ? ", " : ".");
}

void architecture_answer_say(const Scene *scene, char *out, size_t out_size) {
    say(scene, NAMED, out, out_size);
}

/* "cat   ████████   99.8%", the likeliest first. */
static void draw_classes(Canvas *canvas, Rect area, const Scene *scene) {
    int order[CLASSES_MAX];
    int count = rank_classes(scene, order, area.h < CLASSES_MAX ? area.h : CLASSES_MAX);
    int bar = area.w - NAME_WIDTH - PERCENT_WIDTH;
    char name[CLASS_NAME_MAX];
    if (bar <= 0) return;
    for (int k = 0; k < count; k++) {
        int y = area.y + k;
        double p = scene->probabilities[order[k]];
        canvas_text_fit(canvas, area.x, y, NAME_WIDTH - 1,
                        k ? style_role(ROLE_TEXT) : style_bold(ROLE_ACCENT),
                        scene_class_name(scene, order[k], name));
        plot_bar(canvas,
                 (PlotBar){.x = area.x + NAME_WIDTH, .y = y, .width = bar, .style = style_role(ROLE_ACCENT)},
                 p);
        canvas_text_right(canvas, area.x + area.w, y, style_role(ROLE_TEXT), text_format_percent(p).text);
    }
}

void architecture_answer_draw(Canvas *canvas, Rect area, const Scene *scene) {
    char text[TEXT_MAX], learned[TEXT_MAX] = "";
    if (rect_is_empty(area)) return;
    say(scene, area.h < CLASSES_MIN ? NAMED : 1, text, sizeof text);
    if (!scene->untrained)
        utf8_format(learned, sizeof learned, "%s numbers were learned for it.",
                    text_format_count(network_param_count(scene->network)).text);
    int room = area.w - text_width(text) - 2;
    layout_take_top(&area, canvas_text_wrapped(canvas, area, style_bold(ROLE_TEXT), text, 0));
    if (text_width(learned) <= room)
        canvas_text(canvas, area.x + text_width(text) + 2, area.y - 1, style_role(ROLE_DIM), learned);
    if (area.h < CLASSES_MIN) return;
    if (text_width(learned) > room)
        layout_take_top(&area, canvas_text_wrapped(canvas, area, style_role(ROLE_DIM), learned, 0));
    layout_take_top(&area, 1);
    draw_classes(canvas, area, scene);
}
