#include "views/panel/words_panel.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/explain/glossary.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* A column of text is at most as wide as is pleasant to read. */
enum { LIST_WIDTH = 22, TEXT_MIN = 46, TEXT_MAX = 72, GAP = 2, SEE_MAX = 200 };

/* Text flows down one column after the other. */
typedef struct Flow {
    Canvas *canvas;
    Rect area;
    int columns, line;
} Flow;

int words_panel_rows(Rect area) {
    return area.h > 2 ? area.h - 1 : 1;
}

static void draw_title(Canvas *canvas, Rect row, const WordsPanel *panel) {
    char text[96];
    snprintf(text, sizeof text, "%d words %s", panel->count, panel->all ? "explained" : "on this screen");
    int x = canvas_text(canvas, row.x + 1, row.y, style_bold(ROLE_ACCENT), text) + 3;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "K");
    x = canvas_text(canvas, x, row.y, style_role(ROLE_DIM),
                    panel->all ? " only this screen's   " : " all words   ");
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Esc");
    canvas_text(canvas, x, row.y, style_role(ROLE_DIM), " closes");
}

static void draw_list(Canvas *canvas, Rect area, const WordsPanel *panel) {
    int first = layout_scroll(panel->selected - area.h / 2, panel->selected, panel->count, area.h);
    for (int k = first; k < panel->count && k < first + area.h; k++) {
        Rect row = {area.x, area.y + k - first, area.w, 1};
        const char *word = glossary_word(panel->entries[k])->word;
        Style style = style_role(ROLE_TEXT);
        if (k == panel->selected) {
            style = style_bold(ROLE_CURSOR_TEXT);
            style.bg = color_role(ROLE_CURSOR);
            canvas_fill(canvas, row, style, ' ');
            canvas_set_cursor(canvas, row.x, row.y);
            canvas_put(canvas, row.x, row.y, style, widget_glyph(canvas, U'▸', '>'));
        }
        canvas_text_fit(canvas, row.x + 2, row.y, row.w - 2, style, word);
        click_add_text(canvas, row, ACTION_WHAT, word);
    }
}

/* The place of the next line; empty behind the last column. */
static Rect next_row(Flow *flow) {
    int k = flow->line++, width = (flow->area.w - (flow->columns - 1) * GAP) / flow->columns;
    if (k >= flow->columns * flow->area.h) return (Rect){.w = 0};
    return (Rect){.x = flow->area.x + k / flow->area.h * (width + GAP),
                  .y = flow->area.y + k % flow->area.h,
                  .w = width < TEXT_MAX ? width : TEXT_MAX,
                  .h = 1};
}

static void put_text(Flow *flow, Style style, const char *text) {
    Rect column = {.w = (flow->area.w - (flow->columns - 1) * GAP) / flow->columns};
    const char *cursor = text, *line;
    size_t length;
    if (column.w > TEXT_MAX) column.w = TEXT_MAX;
    while ((line = text_wrap_next(&cursor, column.w, &length))) {
        Rect row = next_row(flow);
        if (!rect_is_empty(row)) canvas_text_n(flow->canvas, row.x, row.y, style, line, length);
    }
}

/* Forms with a number in them are patterns, not words. */
static void put_heading(Flow *flow, const GlossaryWord *word, bool selected) {
    char form[GLOSSARY_FORM_MAX];
    Rect row = next_row(flow);
    if (rect_is_empty(row)) return;
    int x = canvas_text_fit(flow->canvas, row.x, row.y, row.w,
                            style_bold(selected ? ROLE_ACCENT : ROLE_TITLE), word->word);
    for (int f = 1; glossary_form(word, f, form); f++) {
        if (strchr(form, '#') || x + 2 + text_width(form) > row.x + row.w) continue;
        x = canvas_text(flow->canvas, x, row.y, style_role(ROLE_DIM), ", ");
        x = canvas_text(flow->canvas, x, row.y, style_role(ROLE_DIM), form);
    }
}

static void put_see(Flow *flow, const GlossaryWord *word) {
    char text[SEE_MAX] = "Enter shows it:", action[GLOSSARY_FORM_MAX];
    size_t used = strlen(text);
    const char *at = word->see;
    for (const char *mark = " :"; glossary_next_action(&at, action, sizeof action); mark = ", :")
        used += utf8_format(text + used, sizeof text - used, "%s%s", mark, action);
    put_text(flow, style_role(ROLE_KEY), text);
}

static void draw_meanings(Canvas *canvas, Rect area, const WordsPanel *panel) {
    int columns = area.w / TEXT_MIN > 1 ? area.w / TEXT_MIN : 1;
    Flow flow = {.canvas = canvas, .area = area, .columns = columns};
    for (int k = panel->selected; k < panel->count && flow.line < flow.columns * area.h; k++) {
        const GlossaryWord *word = glossary_word(panel->entries[k]);
        bool selected = k == panel->selected;
        put_heading(&flow, word, selected);
        put_text(&flow, style_role(selected ? ROLE_TEXT : ROLE_DIM), word->says);
        if (selected) put_see(&flow, word);
        next_row(&flow);
    }
}

void words_panel_draw(Canvas *canvas, Rect area, const WordsPanel *panel) {
    Rect old = canvas_clip(canvas, area);
    draw_title(canvas, layout_take_top(&area, 1), panel);
    Rect list = layout_take_left(&area, LIST_WIDTH);
    layout_take_left(&area, 1);
    canvas_line_down(canvas, area.x - 1, area.y, area.h, style_role(ROLE_DIM));
    layout_take_left(&area, 1);
    draw_list(canvas, list, panel);
    draw_meanings(canvas, area, panel);
    canvas_unclip(canvas, old);
}
