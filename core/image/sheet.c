#include "core/image/sheet.h"

#include <stdlib.h>
#include <string.h>

/* So many pixels side by side are written at a time when rows become columns. */
enum { SHEET_STRIP = 16 };

bool sheet_begin(Sheet *sheet, bool whole) {
    sheet->held_count = whole || sheet->height < SHEET_STRIP ? sheet->height : SHEET_STRIP;
    if (sheet->orientation <= 1) return true;
    sheet->held = malloc(3 * (size_t)sheet->width * (size_t)sheet->held_count);
    return sheet->held != NULL;
}

void sheet_end(Sheet *sheet) {
    free(sheet->held);
    sheet->held = NULL;
}

uint8_t *sheet_row(const Sheet *sheet, int y) {
    size_t bytes = 3 * (size_t)sheet->width;
    if (!sheet->held) return sheet->rgb + bytes * (size_t)y;
    return sheet->held + bytes * (size_t)(y % sheet->held_count);
}

/* Pixel (x,y) of the file goes to first + x*across + y*down, in bytes. */
typedef struct SheetSteps {
    ptrdiff_t first, across, down;
} SheetSteps;

static SheetSteps steps_of(const Sheet *sheet) {
    ptrdiff_t w = sheet->width, h = sheet->height;
    /* What one pixel along x and y of the file is along x and y of the upright picture. */
    static const struct {
        int xx, xy, yx, yy;
    } turns[9] = {{1, 0, 0, 1}, {1, 0, 0, 1},  {-1, 0, 0, 1},  {-1, 0, 0, -1}, {1, 0, 0, -1},
                  {0, 1, 1, 0}, {0, 1, -1, 0}, {0, -1, -1, 0}, {0, -1, 1, 0}};
    int o = sheet->orientation;
    ptrdiff_t row = o >= 5 ? h : w, rows = o >= 5 ? w : h;
    ptrdiff_t x0 = turns[o].xx + turns[o].yx < 0 ? row - 1 : 0;
    ptrdiff_t y0 = turns[o].xy + turns[o].yy < 0 ? rows - 1 : 0;
    return (SheetSteps){.first = 3 * (x0 + y0 * row),
                        .across = 3 * (turns[o].xx + turns[o].xy * row),
                        .down = 3 * (turns[o].yx + turns[o].yy * row)};
}

void sheet_put(Sheet *sheet, int y) {
    bool full = (y + 1) % sheet->held_count == 0 || y + 1 == sheet->height;
    if (!sheet->held || !full) return;
    SheetSteps steps = steps_of(sheet);
    int first = y - y % sheet->held_count;
    for (int x = 0; x < sheet->width; x++) {
        const uint8_t *from = sheet->held + 3 * (size_t)x;
        uint8_t *to = sheet->rgb + steps.first + x * steps.across + first * steps.down;
        for (int k = first; k <= y; k++, from += 3 * (size_t)sheet->width, to += steps.down)
            memcpy(to, from, 3);
    }
}
