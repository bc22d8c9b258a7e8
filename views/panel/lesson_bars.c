#include "views/panel/lesson_bars.h"

#include <math.h>

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/plot/plot.h"
#include "views/scene/click.h"
#include "views/style/text.h"

enum { THICK_MAX = 7, GAP = 1, TITLE_ROWS = 2 };

/* Columns of the names, of the values, and of what marks an answer. */
typedef struct Columns {
    int name, text, mark;
} Columns;

static const char *mark_of(const LessonBar *bar) {
    return bar->right ? "< right" : bar->said ? "< yours" : "";
}

static Columns measure(const LessonBars *bars) {
    Columns columns = {0};
    for (int k = 0; k < bars->count; k++) {
        columns.name = integer_max(columns.name, text_width(bars->rows[k].name));
        columns.text = integer_max(columns.text, text_width(bars->rows[k].text));
        columns.mark = integer_max(columns.mark, text_width(mark_of(&bars->rows[k])));
    }
    return columns;
}

/* The largest magnitude; `below`: some are negative. */
static double span_of(const LessonBars *bars, bool *below) {
    double span = 0;
    *below = false;
    for (int k = 0; k < bars->count; k++) {
        span = fmax(span, fabs(bars->rows[k].value)); /* fmax passes NaN over */
        *below = *below || bars->rows[k].value < 0;
    }
    return span;
}

static void draw_bar(Canvas *canvas, Rect area, const LessonBar *bar, Columns columns, double fraction,
                     bool below) {
    Style style = style_role(bar->right ? ROLE_GOOD : bar->said ? ROLE_WARN : ROLE_BRANCH);
    Style words = bar->right || bar->said ? (Style){.fg = style.fg, .bg = style.bg, .attributes = CELL_BOLD}
                                          : style_role(ROLE_TEXT);
    int left = area.x + columns.name + GAP, right = area.x + area.w - columns.text - columns.mark - 2 * GAP;
    int middle = area.y + (area.h - 1) / 2;
    canvas_text(canvas, area.x, middle, words, bar->name);
    for (int y = area.y; y < area.y + area.h; y++) {
        PlotBar at = {.x = left, .y = y, .width = right - left, .style = style};
        if (below)
            plot_bar_signed(canvas, at, fraction);
        else
            plot_bar(canvas, at, fraction);
    }
    canvas_text_right(canvas, right + GAP + columns.text, middle, words, bar->text);
    canvas_text(canvas, right + 2 * GAP + columns.text, middle, words, mark_of(bar));
}

/* The first that is shown of those that do not all have room. */
static int first_shown(const LessonBars *bars, int room) {
    int right = 0;
    for (int k = 0; k < bars->count; k++)
        if (bars->rows[k].right) right = k;
    return integer_clamp(right - room / 2, 0, integer_max(bars->count - room, 0));
}

void lesson_bars_draw(Canvas *canvas, Rect area, const LessonBars *bars) {
    bool below;
    double span = span_of(bars, &below);
    Columns columns = measure(bars);
    Rect old = canvas_clip(canvas, area);
    canvas_fill(canvas, area, (Style){.fg = COLOR_DEFAULT, .bg = COLOR_DEFAULT}, ' ');
    click_add(canvas, area, (Action){.id = ACTION_NONE});
    int titles = integer_min(text_wrap_count(bars->title, area.w), TITLE_ROWS);
    canvas_text_wrapped(canvas, layout_take_top(&area, titles), style_bold(ROLE_TITLE), bars->title, 0);
    Rect note = layout_take_top(&area, 1);
    int room = integer_min(bars->count, area.h), first = first_shown(bars, room);
    if (room > 0 && room < bars->count)
        canvas_printf(canvas, note.x, note.y, style_role(ROLE_DIM), "%d of %d blocks", room, bars->count);
    /* A free row tells bars apart that are more than one row high. */
    int rows = room > 0 ? integer_min(area.h / room, THICK_MAX + 1) : 0;
    for (int k = first; k < first + room; k++) {
        Rect row = layout_take_top(&area, rows);
        row.h = rows > 1 ? rows - 1 : 1;
        draw_bar(canvas, row, &bars->rows[k], columns, span > 0 ? bars->rows[k].value / span : 0, below);
    }
    canvas_unclip(canvas, old);
}

void lesson_bars_describe(FILE *out, const LessonBars *bars) {
    if (bars->count == 0) return;
    fprintf(out, "%s of each block: ", bars->title);
    for (int k = 0; k < bars->count; k++)
        fprintf(out, "%s%s %s", k ? ", " : "", bars->rows[k].name, bars->rows[k].text);
    fputs(".\n", out);
}
