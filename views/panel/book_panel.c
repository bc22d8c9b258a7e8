#include "views/panel/book_panel.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* The longest question has room in the wider list. */
enum { LIST_MIN = 40, LIST_MAX = 74, GAP = 2, NUMBER_WIDTH = 4 };

/* As the answers about what is selected are headed. */
static const char *const level_keys[] = {"", "1 anyone", "2 code", "3 maths"};

typedef struct Places {
    Rect list, line, heading, text, foot, hints;
} Places;

/* What takes turns with something else has an empty place. */
static Places places_of(const BookPanel *panel, Rect area) {
    Places places = {.text = area};
    bool both = area.w >= BOOK_WIDE;
    if (panel->hints) places.hints = layout_take_bottom(&places.text, 1);
    if (!both && !panel->reading) {
        places.list = places.text;
        places.text = (Rect){0};
        return places;
    }
    if (both) {
        int width = area.w - BOOK_TEXT_WIDTH - GAP;
        width = integer_clamp(width, LIST_MIN, LIST_MAX);
        places.list = layout_take_left(&places.text, width);
        places.line = layout_take_left(&places.text, 1);
        layout_take_left(&places.text, 1);
    }
    if (places.text.w > BOOK_TEXT_WIDTH) places.text.w = BOOK_TEXT_WIDTH;
    places.heading = layout_take_top(&places.text, 1);
    places.foot = layout_take_bottom(&places.text, 1);
    return places;
}

Rect book_panel_text(const BookPanel *panel, Rect area) {
    BookPanel reading = *panel;
    reading.reading = true;
    return places_of(&reading, area).text;
}

int book_panel_rows(const BookPanel *panel, Rect area) {
    BookPanel choosing = *panel;
    choosing.reading = false;
    int rows = places_of(&choosing, area).list.h - 1;
    return rows > 1 ? rows : 1;
}

int book_panel_clamp(int first, int lines, int rows) {
    int last = lines > rows ? lines - rows : 0;
    return integer_clamp(first, 0, last);
}

static void draw_entry(Canvas *canvas, Rect row, const BookPanel *panel, int k) {
    char number[12];
    bool selected = k == panel->selected;
    Style style = selected ? style_bold(ROLE_TITLE) : style_role(ROLE_TEXT);
    if (selected && !panel->reading) {
        style = style_bold(ROLE_CURSOR_TEXT);
        style.bg = color_role(ROLE_CURSOR);
        canvas_fill(canvas, row, style, ' ');
        canvas_set_cursor(canvas, row.x, row.y);
    }
    canvas_put(canvas, row.x, row.y, style, selected ? widget_glyph(canvas, U'▸', '>') : ' ');
    snprintf(number, sizeof number, "%d", k + 1);
    canvas_text_right(canvas, row.x + NUMBER_WIDTH - 1, row.y, style, number);
    canvas_text_fit(canvas, row.x + NUMBER_WIDTH, row.y, row.w - NUMBER_WIDTH, style, panel->titles[k]);
    click_add_text(canvas, row, ACTION_QUESTIONS, number);
}

static void draw_list(Canvas *canvas, Rect area, const BookPanel *panel) {
    if (rect_is_empty(area)) return;
    char text[32];
    Rect heading = layout_take_top(&area, 1);
    widget_heading(canvas, heading, style_bold(ROLE_TITLE), panel->book);
    snprintf(text, sizeof text, " %d of %d", panel->selected + 1, panel->count);
    canvas_text_right(canvas, heading.x + heading.w, heading.y, style_role(ROLE_DIM), text);
    int first = layout_scroll(panel->selected - area.h / 2, panel->selected, panel->count, area.h);
    for (int k = 0; k < area.h && first + k < panel->count; k++)
        draw_entry(canvas, (Rect){area.x, area.y + k, area.w, 1}, panel, first + k);
}

/* `4 What happens to the gradient? ─────  1 anyone  2 code  3 math`. A long title gives way. */
static void draw_heading(Canvas *canvas, Rect row, const BookPanel *panel) {
    char text[200], room[200];
    int right = row.x + row.w, left = right;
    for (int k = BOOK_LEVELS; k > 0; k--) left -= text_width(level_keys[k]) + GAP;
    utf8_format(text, sizeof text, "%d %s ", panel->page.number, panel->page.title);
    text_truncate(room, sizeof room, text, left - row.x);
    widget_heading(canvas, row, style_bold(ROLE_TITLE), room);
    for (int k = BOOK_LEVELS; k > 0; k--) {
        Style style = k == panel->page.level ? style_bold(ROLE_ACCENT) : style_role(ROLE_DIM);
        if (k == panel->page.level) style.attributes |= CELL_UNDERLINE;
        int end = right;
        right = canvas_text_right(canvas, right, row.y, style, level_keys[k]);
        snprintf(text, sizeof text, "%d", k);
        click_add_text(canvas, (Rect){right, row.y, end - right, 1}, ACTION_EXPLAIN, text);
        right = canvas_text_right(canvas, right, row.y, style_role(ROLE_TEXT), "  ");
    }
}

static Style style_of(const BookPart *part, size_t at) {
    char mark = part->marks ? part->marks[at] : BOOK_PLAIN;
    switch (part->kind) {
    case BOOK_HEADING: return style_bold(ROLE_TITLE);
    case BOOK_VERBATIM:
    case BOOK_COMMANDS: return style_role(ROLE_ACCENT);
    case BOOK_FIGURE: return style_role(ROLE_DIM);
    default: break;
    }
    if (mark == BOOK_CODE) return style_role(ROLE_ACCENT);
    if (mark == BOOK_STRONG) return style_bold(ROLE_TEXT);
    if (mark != BOOK_EMPHASIS) return style_role(ROLE_TEXT);
    Style style = style_role(ROLE_TEXT);
    style.attributes |= CELL_UNDERLINE;
    return style;
}

/* Is byte `at` of the text within one of the places where the words stand? */
static bool is_found(const BookPart *part, size_t at, const char *words) {
    size_t length = strlen(words), from = at + 1 > length ? at + 1 - length : 0;
    for (size_t k = from; length > 0 && k <= at; k++)
        if (strncasecmp(part->text + k, words, length) == 0) return true;
    return false;
}

static void draw_line(Canvas *canvas, Rect row, const BookPanel *panel, const BookLine *line) {
    const BookPart *part = &panel->page.parts[line->part];
    size_t from = (size_t)(line->text - part->text);
    int x = row.x + line->indent;
    for (size_t k = 0; k < line->length;) {
        uint32_t glyph;
        size_t bytes = utf8_decode(line->text + k, line->length - k, &glyph);
        Style style = style_of(part, from + k);
        if (is_found(part, from + k, panel->words)) style.attributes |= CELL_REVERSE;
        x += canvas_put(canvas, x, row.y, style, glyph);
        k += bytes;
    }
    if (x > row.x + row.w)
        canvas_put(canvas, row.x + row.w - 1, row.y, style_role(ROLE_DIM), widget_glyph(canvas, U'…', '>'));
}

/* The mark of a scene is bright on the one that Enter follows. */
static void draw_mark(Canvas *canvas, Rect row, const BookPanel *panel, const BookLine *line) {
    const BookPart *part = &panel->page.parts[line->part];
    bool chosen = line->part == panel->scene;
    int x = row.x + line->indent - GAP;
    if (part->kind == BOOK_COMMANDS) canvas_put(canvas, x, row.y, style_role(ROLE_DIM), '$');
    if (part->kind != BOOK_SCENE || line->text != part->text) return;
    canvas_put(canvas, x, row.y, chosen ? style_bold(ROLE_KEY) : style_role(ROLE_DIM),
               widget_glyph(canvas, chosen ? U'▶' : U'▸', '>'));
    if (chosen && panel->reading) canvas_set_cursor(canvas, x, row.y);
}

static void draw_foot(Canvas *canvas, Rect row, const BookPanel *panel, int first, int rows, int lines) {
    char text[64];
    int x = row.x + 1;
    int last = first + rows < lines ? first + rows : lines;
    snprintf(text, sizeof text, "lines %d to %d of %d", lines > 0 ? first + 1 : 0, last, lines);
    int right = canvas_text_right(canvas, row.x + row.w - 1, row.y, style_role(ROLE_DIM), text);
    if (panel->notice) {
        canvas_text_fit(canvas, x, row.y, right - GAP - x, style_bold(ROLE_BAD), panel->notice);
    } else if (panel->scene != BOOK_NOTHING) {
        x = canvas_text(canvas, x, row.y, style_bold(ROLE_KEY), "Enter") + 1;
        canvas_text_fit(canvas, x, row.y, right - GAP - x, style_role(ROLE_DIM),
                        "shows this in the explorer");
    }
}

static void draw_text(Canvas *canvas, const Places *places, const BookPanel *panel) {
    BookLayout layout;
    Rect area = places->text;
    book_layout(&panel->page, area.w, &layout);
    int first = book_panel_clamp(panel->first, layout.count, area.h);
    draw_heading(canvas, places->heading, panel);
    Rect old = canvas_clip(canvas, area);
    for (int k = 0; k < area.h && first + k < layout.count; k++) {
        const BookLine *line = &layout.lines[first + k];
        Rect row = {area.x, area.y + k, area.w, 1};
        if (line->part == BOOK_NOTHING) continue;
        draw_line(canvas, row, panel, line);
        draw_mark(canvas, row, panel, line);
    }
    canvas_unclip(canvas, old);
    draw_foot(canvas, places->foot, panel, first, area.h, layout.count);
}

void book_panel_draw(Canvas *canvas, Rect area, const BookPanel *panel) {
    Places places = places_of(panel, area);
    draw_list(canvas, places.list, panel);
    if (!rect_is_empty(places.line))
        canvas_line_down(canvas, places.line.x, places.line.y, places.line.h, style_role(ROLE_DIM));
    if (!rect_is_empty(places.text)) draw_text(canvas, &places, panel);
    if (panel->hints)
        canvas_text_fit(canvas, places.hints.x, places.hints.y, places.hints.w, style_role(ROLE_DIM),
                        panel->hints);
}
