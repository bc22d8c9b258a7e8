#include "views/value/part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/value/grid.h"
#include "views/value/ranking.h"
#include "views/widget/widgets.h"

enum {
    LINE_MAX = 256,
    LINES_MAX = 10,
    CAPTION = 1, /* rows */
    NAME_WIDTH = 13,
    NUMBER_WIDTH = 12,
    FIRST_TERMS = 3, /* written out in the sum */
    BAR_WIDTH = 40,  /* columns of a bar of the ranking */
    WIDE = 120,      /* columns; in fewer few terms are worth rows that maps could have */
    FEW_TERMS = 5,
    MANY_TERMS = 16,
    LINKS_WANTED = 1, /* rows for where the number goes from here, which may be fewer or more */
};

/* Lines of text that wrap into the width they get. */
typedef struct Line {
    char text[LINE_MAX];
    Style style;
} Line;

typedef struct Lines {
    Line line[LINES_MAX];
    int count;
} Lines;

static Line *add_line(Lines *lines, Style style) {
    Line *line = &lines->line[lines->count < LINES_MAX - 1 ? lines->count++ : LINES_MAX - 1];
    *line = (Line){.style = style};
    return line;
}

static int lines_height(const Lines *lines, int width) {
    int rows = 0;
    for (int k = 0; k < lines->count; k++) rows += text_wrap_count(lines->line[k].text, width);
    return rows;
}

static void draw_lines(Canvas *canvas, Rect area, const Lines *lines) {
    for (int k = 0; k < lines->count && area.h > 0; k++) {
        int rows = canvas_text_wrapped(canvas, area, lines->line[k].style, lines->line[k].text, 0);
        layout_take_top(&area, rows);
    }
}

static Lines top_lines(const Scene *scene, const ArithmeticPart *part) {
    Lines lines = {.count = 0};
    WidgetText summary = widget_op_summary(&scene->network->ops[part->op]);
    Line *line = add_line(&lines, style_role(ROLE_TEXT));
    utf8_format(line->text, sizeof line->text, "%s: %s", summary.text, part->formula);
    if (part->note[0]) {
        line = add_line(&lines, style_role(part->closed ? ROLE_WARN : ROLE_DIM));
        utf8_copy(line->text, sizeof line->text, part->note);
    }
    return lines;
}

/* `in ch 3 +0.252, in ch 11 -0.162, 14 others +0.097: sum +0.187` with the first `shown` terms. */
static void write_sum(char text[LINE_MAX], const Scene *scene, const ArithmeticPart *part, int shown) {
    size_t used = 0;
    int others = part->term_total - shown;
    char name[64];
    for (int k = 0; k < shown && used < LINE_MAX; k++)
        used += utf8_format(text + used, LINE_MAX - used, "%s%s %+.4g", k ? ", " : "",
                            value_term_name(scene, part, part->terms[k].index, name, sizeof name),
                            part->terms[k].value);
    if (others > 0 && used < LINE_MAX)
        used += utf8_format(text + used, LINE_MAX - used, "%s%d other%s %+.4g", shown ? ", " : "", others,
                            others > 1 ? "s" : "", arithmetic_other(part, shown));
    if (used < LINE_MAX) snprintf(text + used, LINE_MAX - used, ": sum %+.4g", part->total);
}

/* With as many terms as fit into one line. */
static void write_fitting_sum(char text[LINE_MAX], const Scene *scene, const ArithmeticPart *part,
                              int width) {
    int shown = part->term_count < FIRST_TERMS ? part->term_count : FIRST_TERMS;
    do write_sum(text, scene, part, shown);
    while (text_width(text) > width && --shown > 0);
}

static Lines bottom_lines(const Scene *scene, const ArithmeticPart *part, const ValueChain *chain,
                          int width) {
    Lines lines = {.count = 0};
    Line *line = add_line(&lines, style_bold(ROLE_ACCENT));
    if (part->worked[0])
        utf8_copy(line->text, sizeof line->text, part->worked);
    else if (part->term_total > 0)
        write_fitting_sum(line->text, scene, part, width);
    else
        lines.count = 0;
    for (int k = 0; chain && k < chain->count; k++) {
        const ArithmeticLink *link = &chain->links[k];
        line = add_line(&lines, style_role(ROLE_TEXT));
        utf8_format(line->text, sizeof line->text, "→ %s: %s", widget_op_short_name(scene->network, link->op),
                    link->worked);
    }
    return lines;
}

/* "input (layer1.0.conv1)", without the name, or nothing at all: whatever fits whole. */
static void write_meaning(char text[LINE_MAX], const Scene *scene, const ArithmeticNumber *number,
                          int width) {
    const char *dropped = number->dropped ? "dropped: " : "";
    utf8_format(text, LINE_MAX, "%s%s", dropped, number->meaning);
    bool fits = text_width(text) <= width;
    if (!fits) text[0] = '\0';
    if (!fits || number->op < 0) return;
    const char *name = scene->network->ops[number->op].name;
    if (text_width(text) + text_width(name) + text_width(" ()") <= width)
        utf8_format(text, LINE_MAX, "%s%s (%s)", dropped, number->meaning, name);
}

static bool is_whole_number(double value) {
    return value == floor(value) && fabs(value) < 1e6;
}

static void draw_number(Canvas *canvas, Rect row, const Scene *scene, const ArithmeticNumber *number) {
    Role role = number->dropped ? ROLE_WARN : ROLE_TEXT;
    char text[LINE_MAX];
    canvas_text(canvas, row.x, row.y, style_role(ROLE_DIM), number->name);
    canvas_printf(canvas, row.x + NAME_WIDTH, row.y, style_bold(role),
                  is_whole_number(number->value) ? "% .0f" : "% .5g", number->value);
    write_meaning(text, scene, number, row.w - NAME_WIDTH - NUMBER_WIDTH);
    canvas_text(canvas, row.x + NAME_WIDTH + NUMBER_WIDTH, row.y, style_role(role), text);
}

/* "row 4" or "rows 4-6" */
static void write_range(char *text, size_t size, const char *word, int first, int last) {
    if (first == last)
        utf8_format(text, size, "%s %d", word, first);
    else
        utf8_format(text, size, "%ss %d-%d", word, first, last);
}

/* Where in its tensor the grid's values lie: "rows 4-6, columns 2-4" */
static void write_place(char *text, size_t size, const ArithmeticGrid *grid) {
    char rows[32], columns[32];
    int first = -1, last = -1;
    for (int k = 0; k < grid->rows * grid->columns; k++) {
        if (grid->state[k] != ARITHMETIC_INSIDE) continue;
        if (first < 0) first = k;
        last = k;
    }
    snprintf(text, size, "one value");
    if (first < 0 || grid->rows * grid->columns == 1) return;
    write_range(rows, sizeof rows, "row", grid->source_row[first], grid->source_row[last]);
    write_range(columns, sizeof columns, "column", grid->source_column[first], grid->source_column[last]);
    utf8_format(text, size, "%s, %s", rows, columns);
}

/* `in ch 3 +0.252, rows 4-6, columns 2-4 of layer1.2.relu2`, without the name if that does not fit. */
static void write_caption(char text[LINE_MAX], const Scene *scene, const ArithmeticPart *part, int width) {
    const ArithmeticGrid *grid = &part->grid;
    const Op *op = &scene->network->ops[part->op];
    int source = scene->phase == PHASE_FORWARD || grid->winner >= 0 ? op->inputs[0] : part->op;
    char buffer[64], place[96];
    int used = 0;
    if (part->chosen >= 0 && part->axis != ARITHMETIC_CELL)
        used = (int)utf8_format(
            text, LINE_MAX, "%s %+.4g, ",
            value_term_name(scene, part, part->terms[part->chosen].index, buffer, sizeof buffer),
            part->terms[part->chosen].value);
    write_place(place, sizeof place, grid);
    used += utf8_copy(text + used, LINE_MAX - (size_t)used, place);
    const char *name = scene->network->ops[source].name;
    bool fits = text_width(text) + text_width(" of ") + text_width(name) <= width;
    if (fits) utf8_format(text + used, LINE_MAX - (size_t)used, " of %s", name);
}

static void draw_caption(Canvas *canvas, Rect row, const Scene *scene, const ArithmeticPart *part) {
    char text[LINE_MAX];
    const char *marks = value_grid_marks(&part->grid);
    int taken = marks[0] ? text_width(marks) + 2 : 0;
    write_caption(text, scene, part, row.w);
    if (taken + text_width(text) > row.w) taken = 0;
    canvas_text_fit(canvas, row.x, row.y, row.w - taken, style_role(ROLE_TEXT), text);
    if (taken) canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_DIM), marks);
}

/* Everything but the grids, in rows of `width`. */
static int rest_rows(const ArithmeticPart *part, const Lines *bottom, int width) {
    return lines_height(bottom, width) + part->number_count + value_ranking_rows(part);
}

/* Numbers, ranking and what they come to, in what is left beside or below the grids. Returns the row after them. */
static int draw_rest(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part,
                     const Lines *bottom) {
    int ending = lines_height(bottom, area.w);
    for (int k = 0; k < part->number_count && area.h > ending; k++)
        draw_number(canvas, layout_take_top(&area, 1), scene, &part->numbers[k]);
    Rect bars = area;
    bars.h -= ending;
    if (part->term_total > 0) layout_take_top(&area, value_ranking_draw(canvas, bars, scene, part));
    if (area.h > ending) layout_take_top(&area, 1);
    draw_lines(canvas, area, bottom);
    return area.y + (ending < area.h ? ending : area.h);
}

/* All grids with the rest below them; or with the rest beside them; or as many as there is room for. */
static ValueGridPlan plan_grids(Rect area, const ArithmeticPart *part, int below) {
    Rect room = area, whole = area;
    room.h -= CAPTION + below;
    whole.h -= CAPTION;
    ValueGridPlan plan = value_grid_plan(room, &part->grid), dense = value_grid_plan(whole, &part->grid);
    bool complete = plan.count == VALUE_GRIDS_MAX || (plan.count > 0 && !part->grid.weight_name);
    if (complete && rect_is_empty(plan.beside)) return plan;
    return rect_is_empty(dense.beside) ? plan : dense;
}

static void draw_grids(Canvas *canvas, Rect *rest, const Scene *scene, const ArithmeticPart *part,
                       ValueGridPlan plan) {
    draw_caption(canvas, layout_take_top(rest, CAPTION), scene, part);
    value_grid_move(&plan, rest->y);
    value_grid_draw(canvas, &plan, &part->grid);
    Rect beside = {.x = plan.beside.x, .y = plan.beside.y, .w = plan.beside.w};
    beside.h = rest->y + rest->h - beside.y;
    layout_take_top(rest, plan.rows);
    if (!rect_is_empty(plan.beside)) *rest = beside;
}

/* Is there room for `above` rows of text over the grids and for everything that must be said about them? */
static bool has_room_above(Rect area, const ArithmeticPart *part, const ValueGridPlan *plan,
                           const Lines *bottom, int above) {
    int grids = plan->count > 0 ? plan->rows + CAPTION : 0, below = rest_rows(part, bottom, area.w);
    if (rect_is_empty(plan->beside)) return area.h >= above + grids + below;
    int hidden = plan->beside.y - plan->box[0].y; /* rows of grids that have nothing beside them */
    return area.h - above - CAPTION - hidden >= rest_rows(part, bottom, plan->beside.w);
}

int value_part_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part,
                    const ValueChain *chain) {
    Rect old = canvas_clip(canvas, area), rest = area;
    Lines top = top_lines(scene, part), bottom = bottom_lines(scene, part, chain, area.w);
    int above = lines_height(&top, area.w);
    ValueGridPlan plan = plan_grids(area, part, rest_rows(part, &bottom, area.w));
    if (!rect_is_empty(plan.beside)) bottom = bottom_lines(scene, part, chain, plan.beside.w);
    if (has_room_above(area, part, &plan, &bottom, above))
        draw_lines(canvas, layout_take_top(&rest, above), &top);
    if (plan.count > 0) draw_grids(canvas, &rest, scene, part, plan);
    int end = draw_rest(canvas, rest, scene, part, &bottom);
    canvas_unclip(canvas, old);
    int grids_end = plan.count > 0 ? plan.box[plan.count - 1].y + plan.box[plan.count - 1].h : end;
    return (end > grids_end ? end : grids_end) - area.y;
}

int value_part_rows(const Scene *scene, const ArithmeticPart *part, int width) {
    Lines top = top_lines(scene, part), bottom = bottom_lines(scene, part, NULL, width);
    int grids = part->grid.rows > 0 ? CAPTION + 1 + part->grid.rows : 0;
    int columns = width / BAR_WIDTH, ranking = columns > 0 ? (part->term_total + columns - 1) / columns : 1;
    ranking = width < WIDE ? integer_min(part->term_total, FEW_TERMS) : integer_min(ranking, MANY_TERMS);
    return lines_height(&top, width) + grids + part->number_count + (ranking > 0 ? 1 + ranking : 0) + 1 +
           lines_height(&bottom, width) + LINKS_WANTED;
}

int value_part_width(const ArithmeticPart *part) {
    const ArithmeticGrid *grid = &part->grid;
    if (grid->rows == 0) return 0;
    return grid->weight_name ? value_grid_width(grid) : grid->columns * NUMBER_WIDTH / 2;
}
