#include "views/value/ranking.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    BARS_WANTED = 4,
    LABEL_MAX = 20,
    BAR_VALUE_WIDTH = 10,
    SLOTS_MAX = ARITHMETIC_TERMS_MAX + 1,
    TITLE_MAX = 96,
};

const char *value_term_name(const Scene *scene, const ArithmeticPart *part, int index, char *buffer,
                            size_t size) {
    bool classes = part->axis == ARITHMETIC_CLASS ||
                   (part->axis == ARITHMETIC_OUT_CHANNEL && part->op == network_logits_op(scene->network));
    if (classes) return model_class_name(scene->model, index, buffer, size);
    return arithmetic_term_name(part, index, buffer, size);
}

const char *value_term_word(const ArithmeticPart *part) {
    static const char *const words[] = {
        [ARITHMETIC_NO_TERMS] = "",
        [ARITHMETIC_IN_CHANNEL] = "input channel",
        [ARITHMETIC_OUT_CHANNEL] = "output channel",
        [ARITHMETIC_CELL] = "cell",
        [ARITHMETIC_WINDOW] = "window",
        [ARITHMETIC_CLASS] = "class",
        [ARITHMETIC_ROUTE] = "route",
        [ARITHMETIC_NORM] = "term",
    };
    return words[part->axis];
}

/* The rows of the ranking: terms by their place, and all others in one. */
typedef struct Slots {
    const Scene *scene;
    const ArithmeticPart *part;
    int place[SLOTS_MAX]; /* in part->terms; -1: the others */
    int count, others;
    double other_sum;
} Slots;

static double slot_value(const void *context, int k) {
    const Slots *slots = context;
    int place = slots->place[k];
    return place < 0 ? slots->other_sum : slots->part->terms[place].value;
}

static const char *slot_label(const void *context, int k, WidgetText *buffer) {
    const Slots *slots = context;
    int place = slots->place[k];
    if (place >= 0)
        return value_term_name(slots->scene, slots->part, slots->part->terms[place].index, buffer->text,
                               sizeof buffer->text);
    snprintf(buffer->text, sizeof buffer->text, "other %d", slots->others);
    return buffer->text;
}

static Role slot_role(const void *context, int k) {
    const Slots *slots = context;
    return slots->place[k] < 0 ? ROLE_DIM : widget_phase_role(slots->scene->phase);
}

static WidgetBars bars_of(const Slots *slots, int count) {
    int widest = 8;
    WidgetText buffer;
    for (int k = 0; k < slots->count; k++) {
        int width = text_width(slot_label(slots, k, &buffer));
        if (width > widest) widest = width;
    }
    return (WidgetBars){.count = count,
                        .selected = -1,
                        .label_width = widest < LABEL_MAX ? widest : LABEL_MAX,
                        .value_width = BAR_VALUE_WIDTH,
                        .context = (void *)(uintptr_t)slots,
                        .value = slot_value,
                        .label = slot_label,
                        .role = slot_role};
}

/* The largest terms first; the one that is taken apart takes the last place when it is not among them. */
static void fill_slots(Slots *slots, int room) {
    const ArithmeticPart *part = slots->part;
    bool all = part->term_total <= room && part->term_total == part->term_count;
    int shown = all ? part->term_count : room - 1;
    if (shown > part->term_count) shown = part->term_count;
    if (shown < 0) shown = 0;
    for (int k = 0; k < shown; k++) slots->place[k] = k;
    slots->other_sum = arithmetic_other(part, shown);
    if (part->chosen >= shown && shown > 0) {
        slots->place[shown - 1] = part->chosen;
        slots->other_sum += part->terms[shown - 1].value - part->terms[part->chosen].value;
    }
    slots->count = shown;
    slots->others = part->term_total - shown;
    if (!all && room > 0) slots->place[slots->count++] = -1;
}

static int selected_slot(const Slots *slots) {
    for (int k = 0; k < slots->count; k++)
        if (slots->place[k] >= 0 && slots->place[k] == slots->part->chosen) return k;
    return -1;
}

int value_ranking_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part) {
    Slots slots = {.scene = scene, .part = part};
    char title[TITLE_MAX];
    const char *word = value_term_word(part);
    bool several = part->term_total != 1;
    if (area.h < 2) return 0;
    utf8_format(title, sizeof title, "%d %s%s by magnitude", part->term_total, word,
                !several                         ? ""
                : part->axis == ARITHMETIC_CLASS ? "es"
                                                 : "s");
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), title);
    fill_slots(&slots, part->term_count); /* for the widest label */
    WidgetBars bars = bars_of(&slots, part->term_total);
    WidgetBarsPlan page = widget_bars_plan(area, &bars);
    fill_slots(&slots, page.columns * page.rows);
    bars.count = slots.count;
    bars.selected = selected_slot(&slots);
    widget_bars(canvas, area, &bars);
    return 1 + widget_bars_plan(area, &bars).rows;
}

int value_ranking_rows(const ArithmeticPart *part) {
    if (part->term_total == 0) return 0;
    return 1 + (part->term_total < BARS_WANTED ? part->term_total : BARS_WANTED);
}
