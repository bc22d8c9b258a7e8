#include "views/panel/explain_panel.h"

#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { INDENT = 2, ROOMY = 64 /* columns */ };

const char *explain_level_name(ExplainLevel level) {
    static const char *const names[] = {"off", "anyone", "code", "math"};
    return names[level];
}

static bool is_code(ExplainKind kind) {
    return kind == EXPLAIN_LINE || kind == EXPLAIN_LINE_NOW || kind == EXPLAIN_PLACE;
}

static int indent_of(ExplainKind kind) {
    bool outdented = kind == EXPLAIN_TEXT || kind == EXPLAIN_PLACE || kind == EXPLAIN_REFERENCE;
    return outdented || kind == EXPLAIN_CALL ? 0 : INDENT;
}

static int line_rows(const ExplainLine *line, int width) {
    if (line->kind == EXPLAIN_HEADING || is_code(line->kind)) return 1;
    return text_wrap_count(line->text, width - indent_of(line->kind));
}

/* Rows that lines `from` to the last before `to` take in a pane of that width. */
static int wrapped_rows(const Explanation *explanation, int from, int to, int width) {
    int rows = 0;
    for (int k = from; k < to; k++) rows += line_rows(&explanation->lines[k], width);
    return rows;
}

/* What stands before the source code stays in sight while the code is scrolled to its line that matters,
 * unless it would take more than half of the pane. Returns the first line that moves. */
static int first_moving(const Explanation *explanation, Rect area) {
    int place = 1;
    while (place < explanation->line_count && explanation->lines[place].kind != EXPLAIN_PLACE) place++;
    bool fits = wrapped_rows(explanation, 1, place, area.w) <= area.h / 2;
    return place < explanation->line_count && fits ? place : 1;
}

static Style style_of(ExplainKind kind) {
    switch (kind) {
    case EXPLAIN_CALL:
    case EXPLAIN_FORMULA: return style_role(ROLE_ACCENT);
    case EXPLAIN_PLACE:
    case EXPLAIN_REFERENCE: return style_role(ROLE_DIM);
    case EXPLAIN_LINE_NOW: return style_bold(ROLE_ACCENT);
    default: return style_role(ROLE_TEXT);
    }
}

static void draw_heading(Canvas *canvas, Rect row, const char *text, ExplainLevel level) {
    static const char *const whole[] = {"Esc closes", "1 anyone", "2 code", "3 maths"};
    static const char *const brief[] = {"Esc closes", "1", "2", "3"};
    const char *const *keys = row.w < ROOMY ? brief : whole;
    int right = row.x + row.w, width = 0;
    for (int k = EXPLAIN_OFF; k <= EXPLAIN_MATH; k++) width += text_width(keys[k]) + INDENT;
    canvas_line_across(canvas, row.x, row.y, row.w, style_role(ROLE_BORDER));
    canvas_text_fit(canvas, row.x, row.y, row.w - width, style_bold(ROLE_TITLE), text);
    right = canvas_text_right(canvas, right, row.y, style_role(ROLE_DIM), keys[EXPLAIN_OFF]);
    right = canvas_text_right(canvas, right, row.y, style_role(ROLE_TEXT), "  ");
    for (int k = EXPLAIN_MATH; k > EXPLAIN_OFF; k--) {
        Style style = k == (int)level ? style_bold(ROLE_ACCENT) : style_role(ROLE_DIM);
        if (k == (int)level) style.attributes |= CELL_UNDERLINE;
        right = canvas_text_right(canvas, right, row.y, style, keys[k]);
        right = canvas_text_right(canvas, right, row.y, style_role(ROLE_TEXT), "  ");
    }
}

/* Rows to leave out above, of lines from `first` on, so that the line that matters can be seen. */
static int rows_above(const Explanation *explanation, int first, Rect area) {
    int row = 0, now = -1, total = wrapped_rows(explanation, first, explanation->line_count, area.w);
    for (int k = first; k < explanation->line_count; k++) {
        if (explanation->lines[k].kind == EXPLAIN_LINE_NOW && now < 0) now = row;
        row += line_rows(&explanation->lines[k], area.w);
    }
    return now < 0 ? 0 : layout_scroll(now - area.h / 2, now, total, area.h);
}

/* Where the name of the file is out of sight, it stands in place of the title. */
static const char *title_of(const Explanation *explanation, int first, Rect area, int y) {
    const char *title = explanation->lines[0].text;
    for (int k = first; k < explanation->line_count && y < area.y; k++) {
        if (explanation->lines[k].kind == EXPLAIN_PLACE) title = explanation->lines[k].text;
        y += line_rows(&explanation->lines[k], area.w);
    }
    return title;
}

static void draw_line(Canvas *canvas, Rect place, const ExplainLine *line) {
    int indent = indent_of(line->kind);
    Rect inner = {.x = place.x + indent, .y = place.y, .w = place.w - indent, .h = place.h};
    if (line->kind == EXPLAIN_LINE_NOW)
        canvas_put(canvas, place.x, place.y, style_bold(ROLE_ACCENT), widget_glyph(canvas, U'▸', '>'));
    if (is_code(line->kind))
        canvas_text_fit(canvas, inner.x, inner.y, inner.w, style_of(line->kind), line->text);
    else
        canvas_text_wrapped(canvas, inner, style_of(line->kind), line->text, 0);
}

/* Lines `from` to the last before `to`, the first of them in row y; what lies outside of the area is cut off.
 * Returns the row after them. */
static int draw_lines(Canvas *canvas, Rect area, const Explanation *explanation, int from, int to, int y) {
    Rect old = canvas_clip(canvas, area);
    for (int k = from; k < to; k++) {
        int rows = line_rows(&explanation->lines[k], area.w);
        draw_line(canvas, (Rect){.x = area.x, .y = y, .w = area.w, .h = rows}, &explanation->lines[k]);
        y += rows;
    }
    canvas_unclip(canvas, old);
    return y;
}

void explain_panel_draw(Canvas *canvas, Rect area, const Explanation *explanation, ExplainLevel level) {
    if (rect_is_empty(area) || explanation->line_count == 0) return;
    Rect heading = layout_take_top(&area, 1);
    layout_take_right(&area, 1); /* a text that ends at the edge is hard to read */
    int first = first_moving(explanation, area);
    Rect fixed = layout_take_top(&area, wrapped_rows(explanation, 1, first, area.w));
    int y = area.y - rows_above(explanation, first, area);
    draw_heading(canvas, heading, title_of(explanation, first, area, y), level);
    draw_lines(canvas, fixed, explanation, 1, first, fixed.y);
    y = draw_lines(canvas, area, explanation, first, explanation->line_count, y);
    if (y > area.y + area.h)
        canvas_text_right(canvas, area.x + area.w, area.y + area.h - 1, style_bold(ROLE_ACCENT),
                          widget_glyph(canvas, U'…', '.') == U'…' ? " …" : " ...");
}
