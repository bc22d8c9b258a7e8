#include "views/panel/notes_panel.h"

#include <stdio.h>

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { MARGIN = 2, GAP = 3, SMALL_WIDTH = 24, SMALL_HEIGHT = 6 };

/* "1:05", "1:02:03" */
static const char *format_elapsed(double seconds, char out[24]) {
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

/* `14:32:05   elapsed 12:04   this page 1:15`, without the last parts if they do not fit. */
static void draw_times(Canvas *canvas, Rect row, const NotesPanel *panel, const char *clock) {
    char elapsed[24], page[24], text[64];
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_ACCENT), clock) + GAP;
    if (panel->pages == 0 && panel->elapsed_s <= 0) return;
    snprintf(text, sizeof text, "elapsed %s", format_elapsed(panel->elapsed_s, elapsed));
    if (x + text_width(text) > row.x + row.w) return;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_TEXT), text) + GAP;
    snprintf(text, sizeof text, "this page %s", format_elapsed(panel->page_s, page));
    if (x + text_width(text) <= row.x + row.w) canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), text);
}

/* Draws nothing unless key and label fit. */
static int draw_key(Canvas *canvas, int x, int y, const char *key, const char *label) {
    if (x + text_width(key) + 1 + text_width(label) > canvas->width) return x;
    x = canvas_text(canvas, x, y, style_bold(ROLE_KEY), key) + 1;
    return canvas_text(canvas, x, y, style_role(ROLE_DIM), label) + GAP;
}

static void draw_next(Canvas *canvas, Rect area, const NotesPanel *panel) {
    int x = canvas_text(canvas, area.x, area.y, style_bold(ROLE_TITLE), "next") + 2;
    Rect text = {x, area.y, area.x + area.w - x, area.h};
    canvas_text_wrapped(canvas, text, style_role(ROLE_TEXT), panel->next, 0);
}

static void draw_answer(Canvas *canvas, Rect area, const NotesPanel *panel) {
    if (area.h < 2) return;
    int x = canvas_text(canvas, area.x, area.y + 1, style_role(ROLE_DIM), "right answer ");
    canvas_text_fit(canvas, x, area.y + 1, area.x + area.w - x, style_bold(ROLE_GOOD), panel->answer);
}

/* The keys that do something here; how many rows of the notes are above and below. */
static void draw_keys(Canvas *canvas, int y, int above, int below) {
    char more[24];
    int x = draw_key(canvas, 1, y, "Space", "go on");
    x = draw_key(canvas, x, y, "Backspace", "back");
    snprintf(more, sizeof more, "%d more", above);
    if (above > 0) x = draw_key(canvas, x, y, "Up", more);
    snprintf(more, sizeof more, "%d more", below);
    if (below > 0) x = draw_key(canvas, x, y, "Down", more);
    draw_key(canvas, x, y, "q", "quit");
}

typedef struct Paragraph {
    const char *text;
    Style style;
} Paragraph;

/* The notes, then what the class reads, as one text that scrolls. */
static NotesRows draw_notes(Canvas *canvas, Rect area, const NotesPanel *panel, bool small) {
    const Paragraph paragraphs[] = {
        {*panel->notes ? panel->notes : "(no notes on this page)", style_bold(ROLE_TEXT)},
        {"\nOn the screen:", style_role(ROLE_DIM)},
        {panel->text, style_role(ROLE_TEXT)}};
    int count = *panel->text && !small ? 3 : 1, rows = 0;
    for (int k = 0; k < count && area.w > 0; k++) rows += text_wrap_count(paragraphs[k].text, area.w);
    int last = integer_max(rows - integer_max(area.h, 0), 0), first = integer_clamp(panel->first, 0, last);
    for (int k = 0, skip = first; k < count && area.w > 0 && area.h > 0; k++) {
        int own = text_wrap_count(paragraphs[k].text, area.w);
        int shown = integer_clamp(own - skip, 0, area.h);
        if (shown > 0) canvas_text_wrapped(canvas, area, paragraphs[k].style, paragraphs[k].text, skip);
        skip = integer_max(skip - own, 0);
        layout_take_top(&area, shown);
    }
    return (NotesRows){.first = first, .last = last};
}

/* What comes next and what the class sees; takes their rows from the area. */
static void draw_around(Canvas *canvas, Rect *area, const NotesPanel *panel, bool small) {
    Rect next = layout_take_bottom(area, small ? 0 : 3);
    if (next.h > 1) widget_heading(canvas, layout_take_top(&next, 1), style_role(ROLE_DIM), "");
    draw_next(canvas, next, panel);
    if (*panel->answer && !small) draw_answer(canvas, layout_take_bottom(area, 2), panel);
    if (*panel->now == '\0' || small) return;
    Rect row = layout_take_top(area, 2);
    int x = canvas_text(canvas, row.x, row.y, style_role(ROLE_DIM), "the class sees ");
    canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), panel->now);
}

NotesRows notes_panel_draw(Canvas *canvas, const NotesPanel *panel, const char *clock, const char *message) {
    Rect area = canvas_area(canvas);
    NotesRows rows = {0, 0};
    canvas_clear(canvas);
    draw_title(canvas, layout_take_top(&area, 1), panel);
    bool small = area.w < SMALL_WIDTH || area.h < SMALL_HEIGHT;
    Rect keys = layout_take_bottom(&area, small ? 0 : 1), times = layout_take_bottom(&area, 1);
    times.x++, times.w--;
    draw_times(canvas, times, panel, clock);
    if (!small) {
        layout_take_top(&area, 1);
        layout_take_bottom(&area, 1);
        area = layout_inset(area, MARGIN, 0);
    }
    if (message) {
        int taken = canvas_text_wrapped(canvas, area, style_bold(ROLE_WARN), message, 0);
        layout_take_top(&area, taken + 1);
    }
    if (panel->pages > 0) {
        draw_around(canvas, &area, panel, small);
        rows = draw_notes(canvas, area, panel, small);
    }
    if (!small) draw_keys(canvas, keys.y, rows.first, rows.last - rows.first);
    return rows;
}
