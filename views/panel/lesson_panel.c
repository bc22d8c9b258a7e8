#include "views/panel/lesson_panel.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { QUESTION_MAX = 1024, GAP = 2 };

Rect lesson_panel_take(Rect *area, int text_rows) {
    return layout_take_bottom(area, text_rows + LESSON_SHEET_ROWS - LESSON_TEXT_ROWS);
}

static bool is_column(Rect area) {
    return area.h > LESSON_SHEET_ROWS;
}

/* `3/7 The sum ───────────────── What a skip adds` */
static void draw_heading(Canvas *canvas, Rect row, const LessonPanel *panel, bool column) {
    char title[160];
    if (panel->is_scene)
        utf8_format(title, sizeof title, "%s ", panel->title);
    else
        utf8_format(title, sizeof title, "%d/%d %s ", panel->page + 1, panel->page_count, panel->title);
    int x = widget_heading(canvas, row, style_bold(ROLE_TITLE), title), width = text_width(panel->lesson);
    if (panel->is_scene || column || x + GAP + width + 1 > row.x + row.w) return;
    canvas_text_right(canvas, row.x + row.w - 1, row.y, style_role(ROLE_DIM), " ");
    canvas_text_right(canvas, row.x + row.w - 1, row.y, style_role(ROLE_DIM), panel->lesson);
    canvas_put(canvas, row.x + row.w - 2 - width, row.y, style_role(ROLE_DIM), ' ');
}

/* Writes a paragraph at the top of the area and takes its rows off it. */
static void draw_paragraph(Canvas *canvas, Rect *area, Style style, const char *text) {
    if (*text == '\0' || area->h <= 0) return;
    int rows = canvas_text_wrapped(canvas, *area, style, text, 0);
    layout_take_top(area, rows);
}

/* In a column paragraphs stand apart. */
static void draw_gap(Rect *area, bool column) {
    if (column) layout_take_top(area, 1);
}

static void draw_verdict(Canvas *canvas, Rect *area, const LessonPanel *panel) {
    if (*panel->verdict == '\0') return;
    Role role = panel->skipped ? ROLE_TEXT : panel->right ? ROLE_GOOD : ROLE_WARN;
    draw_paragraph(canvas, area, style_bold(role), panel->verdict);
}

/* In a column each option has a row of its own; in a sheet they share one, with three spaces between. */
static void draw_question(Canvas *canvas, Rect *area, const LessonPanel *panel, bool column) {
    char text[QUESTION_MAX];
    size_t used = 0;
    for (const char *at = panel->question; *at && used + 1 < sizeof text;) {
        bool option = column && strncmp(at, "   ", 3) == 0 && at[3] != '\0' && at[4] == ')';
        text[used++] = option ? '\n' : *at;
        at += option ? 3 : 1;
    }
    text[used] = '\0';
    draw_paragraph(canvas, area, style_bold(ROLE_TEXT), text);
}

static void draw_task(Canvas *canvas, Rect *area, const LessonPanel *panel) {
    char text[480];
    if (*panel->task == '\0') return;
    utf8_format(text, sizeof text, "%s %s", panel->task_done ? "[x] done:" : "[ ] task:", panel->task);
    draw_paragraph(canvas, area, style_bold(panel->task_done ? ROLE_GOOD : ROLE_KEY), text);
}

/* A key and what it does; a click does the same. */
static int draw_key(Canvas *canvas, int x, int y, const char *key, const char *label, ActionId action) {
    int first = x;
    x = canvas_text(canvas, x, y, style_bold(ROLE_KEY), key) + 1;
    x = canvas_text(canvas, x, y, style_role(ROLE_DIM), label);
    click_add(canvas, (Rect){first, y, x - first, 1}, (Action){.id = action});
    return x + GAP;
}

/* In a column the keys stand in the row below. */
static void draw_answer(Canvas *canvas, Rect row, Rect below, const LessonPanel *panel) {
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_KEY), "answer> ");
    int cursor = x + panel->answer_cursor;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_TEXT), panel->answer);
    canvas_paint(canvas, (Rect){cursor, row.y, 1, 1},
                 (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_REVERSE});
    canvas_set_cursor(canvas, cursor, row.y);
    x += GAP + 1;
    if (below.h > 0) row = below, x = row.x;
    if (*panel->answer == '\0') {
        x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Space") + 1;
        canvas_text(canvas, x, row.y, style_role(ROLE_DIM), "show the answer");
        return;
    }
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Enter") + 1;
    x = canvas_text(canvas, x, row.y, style_role(ROLE_DIM), "answer") + GAP;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Esc") + 1;
    canvas_text(canvas, x, row.y, style_role(ROLE_DIM), "skip");
}

static const char *next_label(const LessonPanel *panel) {
    if (panel->is_scene) return "back";
    if (panel->phase == LESSON_READ && *panel->question) return panel->reveals ? "show the answer" : "answer";
    if (panel->phase == LESSON_READ && panel->changes) return "look";
    return "next page";
}

static bool at_end(const LessonPanel *panel) {
    bool more = panel->phase != LESSON_SHOWN && panel->changes;
    return !more && !panel->is_scene && panel->page + 1 == panel->page_count;
}

/* What to press, in the panel's last rows. */
static void draw_keys(Canvas *canvas, Rect keys, const LessonPanel *panel) {
    Rect row = layout_take_top(&keys, 1);
    int x = row.x;
    if (panel->phase == LESSON_ASK) {
        draw_answer(canvas, row, keys, panel);
        return;
    }
    if (panel->working)
        x = canvas_text(canvas, x, row.y, style_bold(ROLE_WARN), "working ...") + GAP;
    else if (at_end(panel))
        x = draw_key(canvas, x, row.y, "q", "end the lesson", ACTION_QUIT);
    else
        x = draw_key(canvas, x, row.y, "Space", next_label(panel), ACTION_LESSON_NEXT);
    if (!panel->is_scene && (panel->page > 0 || panel->phase != LESSON_READ))
        x = draw_key(canvas, x, row.y, "Backspace", "back", ACTION_LESSON_BACK);
    if (keys.h > 0) row = keys, x = row.x; /* a column has a second row for what is less important */
    if (!panel->bold && !panel->exploring) draw_key(canvas, x, row.y, "K", "words", ACTION_WHAT);
    if (panel->exploring) {
        x = canvas_text(canvas, x, row.y, style_bold(ROLE_WARN), "exploring:") + 1;
        draw_key(canvas, x, row.y, "Home", "this page's view", ACTION_LESSON_RETURN);
    }
}

void lesson_panel_draw(Canvas *canvas, Rect area, const LessonPanel *panel) {
    bool column = is_column(area);
    if (column) canvas_line_down(canvas, area.x - 1, area.y, area.h, style_role(ROLE_DIM));
    Rect old = canvas_clip(canvas, area);
    draw_heading(canvas, layout_take_top(&area, 1), panel, column);
    area = layout_inset(area, 1, 0);
    Rect keys = column ? layout_take_bottom(&area, 3) : layout_take_bottom(&area, 1);
    if (column) {
        canvas_text_fit(canvas, area.x, area.y, area.w, style_role(ROLE_DIM), panel->lesson);
        layout_take_top(&area, 2);
    }
    draw_verdict(canvas, &area, panel);
    if (*panel->verdict) draw_gap(&area, column);
    draw_paragraph(canvas, &area, panel->bold ? style_bold(ROLE_TEXT) : style_role(ROLE_TEXT), panel->text);
    draw_gap(&area, column);
    draw_question(canvas, &area, panel, column);
    draw_task(canvas, &area, panel);
    draw_keys(canvas, keys, panel);
    canvas_unclip(canvas, old);
}
