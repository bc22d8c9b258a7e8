#include "views/panel/file_panel.h"

#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* Farther apart than WIDTH_MAX, name and size no longer belong together. */
enum { WIDTH_MAX = 100, ABOUT_ROWS = 2, RIGHT_WIDTH = 12 };

typedef struct Places {
    Rect tabs, folder, rows, about, hints;
} Places;

const char *file_group_name(FileGroup group) {
    static const char *const names[] = {"pictures", "weights", "architectures"};
    return names[group];
}

static Places places_of(const FilePanel *panel, Rect area) {
    if (area.w > WIDTH_MAX) area.w = WIDTH_MAX;
    Places places = {.rows = area};
    places.tabs = layout_take_top(&places.rows, 1);
    places.folder = layout_take_top(&places.rows, 1);
    if (panel->hints) places.hints = layout_take_bottom(&places.rows, 1);
    places.about = layout_take_bottom(&places.rows, ABOUT_ROWS);
    return places;
}

int file_panel_rows(const FilePanel *panel, Rect area) {
    int rows = places_of(panel, area).rows.h;
    return rows > 1 ? rows : 1;
}

int file_panel_first(const FilePanel *panel, Rect area) {
    int rows = file_panel_rows(panel, area);
    return layout_scroll(panel->selected - rows / 2, panel->selected, panel->count, rows);
}

static void draw_tabs(Canvas *canvas, Rect row, const FilePanel *panel) {
    char text[48];
    int x = row.x;
    for (int k = 0; k < FILE_GROUP_COUNT; k++) {
        bool shown = k == (int)panel->group;
        Style style = shown ? style_bold(ROLE_CURSOR_TEXT) : style_role(ROLE_TEXT);
        if (shown) style.bg = color_role(ROLE_CURSOR);
        x = canvas_text(canvas, x, row.y, style, shown ? "▸" : " ");
        x = canvas_text(canvas, x, row.y, style, file_group_name((FileGroup)k));
        int first = x - 1 - text_width(file_group_name((FileGroup)k));
        x = canvas_text(canvas, x, row.y, style, " ");
        click_add_text(canvas, (Rect){first, row.y, x - first, 1}, ACTION_FILES,
                       file_group_name((FileGroup)k));
    }
    snprintf(text, sizeof text, "%d of %d", panel->count > 0 ? panel->selected + 1 : 0, panel->count);
    if (x + 1 + text_width(text) <= row.x + row.w)
        canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_DIM), text);
}

/* The end of a path says more than its beginning. */
static void draw_path(Canvas *canvas, int x, int y, int width, const char *path) {
    const char *at = path;
    while (*at && text_width(at) > width - (at > path)) {
        const char *next = at;
        do next++;
        while (((unsigned char)*next & 0xC0) == 0x80);
        at = next;
    }
    if (at > path) x = canvas_text(canvas, x, y, style_role(ROLE_DIM), "…");
    canvas_text(canvas, x, y, style_role(ROLE_TITLE), at);
}

/* The folder, or what the columns are; the filter at the right end. */
static void draw_folder(Canvas *canvas, Rect row, const FilePanel *panel) {
    int room = row.w - 2;
    if (*panel->filter || panel->filtering) {
        int width = text_width(panel->filter) + 1;
        if (width > row.w / 2) width = row.w / 2;
        int begin = canvas_text(canvas, row.x + row.w - width - 1, row.y, style_bold(ROLE_KEY), "/");
        int end = canvas_text_fit(canvas, begin, row.y, width, style_bold(ROLE_TEXT), panel->filter);
        int cursor = begin + text_width_n(panel->filter, panel->cursor);
        if (panel->filtering) canvas_set_cursor(canvas, integer_min(cursor, end), row.y);
        room -= width + 2;
    }
    if (panel->group == FILES_ARCHITECTURES)
        canvas_text_fit(canvas, row.x + 1, row.y, room, style_role(ROLE_TITLE), "name and parameters");
    else
        draw_path(canvas, row.x + 1, row.y, room, panel->folder);
}

static void draw_row(Canvas *canvas, Rect row, const FileRow *file, bool selected) {
    char name[1024];
    bool folder = file->kind == FILE_FOLDER || file->kind == FILE_PARENT;
    Style style = folder                       ? style_bold(ROLE_TITLE)
                  : file->kind == FILE_BUNDLED ? style_role(ROLE_ACCENT)
                                               : style_role(ROLE_TEXT);
    utf8_format(name, sizeof name, "%s%s", file->name, folder ? "/" : "");
    canvas_text_fit(canvas, row.x + 2, row.y, row.w - RIGHT_WIDTH - 3, style, name);
    const char *size = file->kind == FILE_BUNDLED ? "built in"
                       : file->kind == FILE_ARCH  ? text_format_count((size_t)file->size).text
                       : folder                   ? "folder"
                                                  : text_format_bytes((size_t)file->size).text;
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_DIM), size);
    if (!selected) return;
    canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
    canvas_paint(canvas, row, (Style){.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR)});
    canvas_set_cursor(canvas, row.x + 2, row.y);
}

/* A click selects a row; on the selected one it chooses. */
static void add_click(Canvas *canvas, Rect row, int away) {
    Action action = {.id = ACTION_OPEN};
    if (away != 0) action.id = away < 0 ? ACTION_UP : ACTION_DOWN;
    action.number = away < 0 ? -away : away;
    click_add(canvas, row, action);
}

static void draw_rows(Canvas *canvas, Rect rows, const FilePanel *panel, int first) {
    for (int k = 0; k < rows.h && first + k < panel->count; k++) {
        Rect row = {rows.x, rows.y + k, rows.w, 1};
        draw_row(canvas, row, &panel->rows[panel->shown[first + k]], first + k == panel->selected);
        add_click(canvas, row, first + k - panel->selected);
    }
    if (panel->count == 0)
        canvas_text_fit(canvas, rows.x + 2, rows.y, rows.w - 2, style_role(ROLE_DIM),
                        *panel->filter ? "nothing matches the filter" : "nothing here");
}

void file_panel_draw(Canvas *canvas, Rect area, const FilePanel *panel) {
    Rect old = canvas_clip(canvas, area);
    Places places = places_of(panel, area);
    canvas_fill(canvas, area, style_role(ROLE_TEXT), ' ');
    draw_rows(canvas, places.rows, panel, file_panel_first(panel, area));
    draw_tabs(canvas, places.tabs, panel);
    draw_folder(canvas, places.folder, panel);
    Style style = panel->about_is_bad ? style_role(ROLE_BAD) : style_role(ROLE_TEXT);
    canvas_text_wrapped(canvas, layout_inset(places.about, 1, 0), style, panel->about, 0);
    if (panel->hints)
        canvas_text_fit(canvas, places.hints.x + 1, places.hints.y, places.hints.w - 2, style_role(ROLE_DIM),
                        panel->hints);
    canvas_unclip(canvas, old);
}
