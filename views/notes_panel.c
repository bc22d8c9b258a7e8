#include "views/notes_panel.h"

#include <stdio.h>

#include "views/layout.h"
#include "views/parts.h"
#include "views/text.h"

enum { MARGIN = 2, GAP = 3, SMALL_WIDTH = 24, SMALL_HEIGHT = 6 };

const char *notes_format_time(double seconds, char out[24]) {
    long s = seconds > 0 ? (long)seconds : 0;
    if (s >= 3600)
        snprintf(out, 24, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, 24, "%ld:%02ld", s / 60, s % 60);
    return out;
}

static void draw_title(Canvas *canvas, Rect row, const NotesPanel *panel) {
    Style style = {.fg = color_role(ROLE_BAR_TEXT), .bg = color_role(ROLE_BAR), .attributes = CELL_BOLD};
    canvas_fill(canvas, row, style, ' ');
    if (panel->pages == 0) return;
    int width = text_width(panel->lesson);
    int x = canvas_printf(canvas, row.x + 1, row.y, style, "%d/%d  ", panel->page, panel->pages);
    bool both = x + text_width(panel->title) + GAP + width + 1 <= row.x + row.w;
    canvas_text_fit(canvas, x, row.y, row.x + row.w - x, style, panel->title);
    style.attributes = 0;
    if (both) canvas_text_right(canvas, row.x + row.w - 1, row.y, style, panel->lesson);
}

/* `14:32:05   elapsed 12:04   this page 1:15`, and what is left out when there is no room for it. */
static void draw_times(Canvas *canvas, Rect row, const NotesPanel *panel, const char *clock) {
    char elapsed[24], page[24], text[64];
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_ACCENT), clock) + GAP;
    if (panel->pages == 0 && panel->elapsed_s <= 0) return;
    snprintf(text, sizeof text, "elapsed %s", notes_format_time(panel->elapsed_s, elapsed));
    if (x + text_width(text) > row.x + row.w) return;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_TEXT), text) + GAP;
    snprintf(text, sizeof text, "this page %s", notes_format_time(panel->page_s, page));
    if (x + text_width(text) <= row.x + row.w) canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), text);
}

static int draw_key(Canvas *canvas, int x, int y, const char *key, const char *label) {
    x = canvas_text(canvas, x, y, style_bold(ROLE_KEY), key) + 1;
    return canvas_text(canvas, x, y, style_role(ROLE_DIM), label) + GAP;
}

static void draw_next(Canvas *canvas, Rect area, const NotesPanel *panel) {
    int x = canvas_text(canvas, area.x, area.y, style_bold(ROLE_TITLE), "next") + 2;
    Rect text = {x, area.y, area.x + area.w - x, area.h};
    canvas_text_wrapped(canvas, text, style_role(ROLE_TEXT), panel->next, 0);
}

void notes_panel_draw(Canvas *canvas, const NotesPanel *panel, const char *clock, const char *message) {
    Rect area = canvas_area(canvas);
    canvas_clear(canvas);
    draw_title(canvas, layout_take_top(&area, 1), panel);
    bool small = area.w < SMALL_WIDTH || area.h < SMALL_HEIGHT;
    Rect keys = layout_take_bottom(&area, small ? 0 : 1), times = layout_take_bottom(&area, 1);
    times.x++, times.w--;
    draw_times(canvas, times, panel, clock);
    if (!small) {
        int x = draw_key(canvas, 1, keys.y, "Space", "go on");
        x = draw_key(canvas, x, keys.y, "Backspace", "back");
        draw_key(canvas, x, keys.y, "q", "quit");
        layout_take_top(&area, 1);
        layout_take_bottom(&area, 1);
        area = layout_inset(area, MARGIN, 0);
    }
    if (message) {
        int rows = canvas_text_wrapped(canvas, area, style_bold(ROLE_WARN), message, 0);
        layout_take_top(&area, rows + 1);
    }
    if (panel->pages == 0) return;
    Rect next = layout_take_bottom(&area, small ? 0 : 3);
    if (next.h > 1) part_heading(canvas, layout_take_top(&next, 1), style_role(ROLE_DIM), "");
    draw_next(canvas, next, panel);
    if (*panel->now && !small) {
        Rect row = layout_take_top(&area, 2);
        int x = canvas_text(canvas, row.x, row.y, style_role(ROLE_DIM), "the class sees ");
        canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), panel->now);
    }
    canvas_text_wrapped(canvas, area, style_bold(ROLE_TEXT),
                        *panel->notes ? panel->notes : "(no notes on this page)", 0);
}
