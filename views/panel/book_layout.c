#include <string.h>

#include "views/panel/book_panel.h"
#include "views/style/text.h"

/* Figures are as wide as the smallest screen; everything else keeps off the edges. */
enum { MARGIN = 1, INDENT = 2 };

static void add_layout_line(BookLayout *out, BookLine line) {
    if (out->count < BOOK_LINES_MAX) out->lines[out->count++] = line;
}

static void add_gap(BookLayout *out) {
    if (out->count > 0) add_layout_line(out, (BookLine){.part = BOOK_NOTHING, .text = ""});
}

static void add_wrapped(BookLayout *out, int part, const BookPart *text, int width) {
    bool item = text->kind == BOOK_ITEM;
    const char *cursor = text->text, *line;
    size_t length;
    int hang = item ? (int)strcspn(text->text, " ") + 1 : 0;
    for (int k = 0; (line = text_wrap_next(&cursor, width - hang - 2 * MARGIN, &length)); k++) {
        /* The mark of an item stands out to the left of its text. */
        int indent = MARGIN + (item && k > 0 ? hang : 0);
        add_layout_line(out, (BookLine){.part = part, .text = line, .length = length, .indent = indent});
    }
}

static void add_lines(BookLayout *out, int part, const BookPart *text) {
    bool table = *text->text == '|';
    int indent = text->kind == BOOK_FIGURE ? 0 : table ? MARGIN : MARGIN + INDENT;
    for (const char *at = text->text; *at;) {
        size_t length = strcspn(at, "\n");
        add_layout_line(out, (BookLine){.part = part, .text = at, .length = length, .indent = indent});
        at += length + (at[length] == '\n');
    }
}

/* The scene's mark stands in the indent. */
static void add_scene(BookLayout *out, int part, const BookPart *text, int width) {
    const char *cursor = text->text, *line;
    size_t length;
    while ((line = text_wrap_next(&cursor, width - INDENT - 2 * MARGIN, &length)))
        add_layout_line(out,
                        (BookLine){.part = part, .text = line, .length = length, .indent = MARGIN + INDENT});
}

static bool stands_close(const BookPart *before, const BookPart *part) {
    return before && before->kind == part->kind && (part->kind == BOOK_ITEM || part->kind == BOOK_SCENE);
}

void book_layout(const BookPage *page, int width, BookLayout *out) {
    const BookPart *before = NULL;
    out->count = 0;
    for (int k = 0; k < page->part_count; k++) {
        const BookPart *part = &page->parts[k];
        if (part->level != 0 && part->level != page->level) continue;
        if (!stands_close(before, part) && !(before && before->kind == BOOK_HEADING)) add_gap(out);
        switch (part->kind) {
        case BOOK_PARAGRAPH:
        case BOOK_ITEM:
        case BOOK_HEADING: add_wrapped(out, k, part, width); break;
        case BOOK_SCENE: add_scene(out, k, part, width); break;
        case BOOK_VERBATIM:
        case BOOK_COMMANDS:
        case BOOK_FIGURE: add_lines(out, k, part); break;
        }
        before = part;
    }
}

int book_layout_find(const BookLayout *layout, const BookPage *page, int part, size_t at) {
    int found = 0;
    for (int k = 0; part != BOOK_NOTHING && k < layout->count; k++) {
        const BookLine *line = &layout->lines[k];
        if (line->part == part && (size_t)(line->text - page->parts[part].text) <= at) found = k;
    }
    return found;
}
