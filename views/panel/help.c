#include "views/panel/help.h"
#include "core/base/integer.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/explain/glossary.h"
#include "views/canvas/layout.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { WIDE = 120, KEYS_WIDTH = 18, COLUMN_GAP = 3 };

/* The text flows down the left column, then down the right one. */
typedef struct Page {
    Canvas *canvas;
    Rect area;
    int columns;
    int first; /* line at the top of the left column */
    int line;  /* the next one */
} Page;

static const HelpRow letters[] = {
    {.keys = "F", .help = "beside an operation: it has been run forward", .group = "Letters"},
    {.keys = "G", .help = "the gradient of the loss with respect to its output is known", .group = "Letters"},
    {.keys = "!", .help = "its output or gradient has a NaN or an infinity in it", .group = "Letters"},
};

static int column_width(const Page *page) {
    return (page->area.w - (page->columns - 1) * COLUMN_GAP) / page->columns;
}

/* The place of the next line; empty when it is scrolled out. */
static Rect next_line_area(Page *page) {
    int k = page->line++ - page->first, width = column_width(page);
    if (k < 0 || k >= page->columns * page->area.h) return (Rect){.x = 0};
    return (Rect){.x = page->area.x + k / page->area.h * (width + COLUMN_GAP),
                  .y = page->area.y + k % page->area.h,
                  .w = width,
                  .h = 1};
}

static void put_heading(Page *page, const char *title) {
    if (page->line > 0) next_line_area(page);
    Rect row = next_line_area(page);
    if (!rect_is_empty(row)) widget_heading(page->canvas, row, style_bold(ROLE_TITLE), title);
}

static void put_entry(Page *page, const char *keys, const char *help) {
    int width = column_width(page) - KEYS_WIDTH;
    const char *cursor = help, *text;
    size_t length;
    for (int k = 0; (text = text_wrap_next(&cursor, width, &length)); k++) {
        Rect row = next_line_area(page);
        if (rect_is_empty(row)) continue;
        if (k == 0) canvas_text_fit(page->canvas, row.x, row.y, KEYS_WIDTH - 1, style_bold(ROLE_KEY), keys);
        canvas_text_n(page->canvas, row.x + KEYS_WIDTH, row.y, style_role(ROLE_TEXT), text, length);
    }
}

/* All rows of the group of rows[k], when rows[k] is the first of it. */
static void put_group(Page *page, const HelpRow *rows, int count, int k) {
    const char *group = rows[k].group;
    for (int j = 0; j < k; j++)
        if (strcmp(rows[j].group, group) == 0) return;
    put_heading(page, group);
    for (int j = k; j < count; j++)
        if (strcmp(rows[j].group, group) == 0) put_entry(page, rows[j].keys, rows[j].help);
}

static void put_views(Page *page, unsigned hidden) {
    put_heading(page, "Views");
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        char keys[32];
        if (hidden >> k & 1) continue;
        snprintf(keys, sizeof keys, "%c  %s", view->key, view->title);
        put_entry(page, keys, view->summary);
    }
}

/* The whole glossary. */
static void put_words(Page *page) {
    put_heading(page, "Words (K: those on the screen; :what WORD: one, and a place to see it)");
    for (int k = 0; k < glossary_count(); k++)
        put_entry(page, glossary_word(k)->word, glossary_word(k)->says);
}

static int put_all(Page *page, const HelpInfo *info) {
    page->line = 0;
    for (int k = 0; k < info->row_count; k++) put_group(page, info->rows, info->row_count, k);
    put_group(page, letters, (int)(sizeof letters / sizeof letters[0]), 0);
    put_views(page, info->hidden_views);
    put_words(page);
    return page->line;
}

static void draw_title(Canvas *canvas, Rect row, const Page *page, int count) {
    char text[96];
    int visible = page->columns * page->area.h;
    int x = canvas_text(canvas, row.x + 1, row.y, style_bold(ROLE_ACCENT), "Help") + 2;
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "?");
    x = canvas_text(canvas, x, row.y, style_role(ROLE_DIM), " or ");
    x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Esc");
    canvas_text(canvas, x, row.y, style_role(ROLE_DIM), " closes it");
    if (count <= visible) return;
    snprintf(text, sizeof text, "lines %d-%d of %d, Space, j and k scroll", page->first + 1, page->first + visible,
             count);
    canvas_text_right(canvas, row.x + row.w - 1, row.y, style_role(ROLE_DIM), text);
}

static Page page_of(Canvas *canvas, Rect area) {
    layout_take_top(&area, 2); /* the title */
    return (Page){.canvas = canvas,
                  .area = layout_inset(area, 1, 0),
                  .columns = area.w >= WIDE ? 2 : 1,
                  .first = INT_MAX}; /* nothing is drawn: lines are counted */
}

int help_last(Rect area, const HelpInfo *info) {
    Page page = page_of(NULL, area);
    if (rect_is_empty(page.area)) return 0;
    return integer_max(put_all(&page, info) - page.columns * page.area.h, 0);
}

void help_draw(Canvas *canvas, Rect area, const HelpInfo *info) {
    Rect old = canvas_clip(canvas, area);
    Page page = page_of(canvas, area);
    if (!rect_is_empty(page.area)) {
        int count = put_all(&page, info);
        page.first = integer_clamp(info->first, 0, help_last(area, info));
        put_all(&page, info);
        draw_title(canvas, layout_take_top(&area, 1), &page, count);
    }
    canvas_unclip(canvas, old);
}
