/* Where a map would stand and there is none to see. */
#include "views/plot/plot.h"

#include "views/style/text.h"

typedef struct Texture {
    const char *words[3]; /* from the longest to the shortest */
    uint32_t glyph;
    char ascii;
    int across,
        down; /* every how many columns and rows; each row begins one column further left than that above */
} Texture;

/* Textures that cannot be values: no ramp has their characters. */
static const Texture textures[] = {
    [PLOT_PADDING] = {{"padding", "pad", ""}, U'╱', '/', 2, 1},
    [PLOT_NEVER_ACTIVE] = {{"never active", "inactive", "off"}, U'─', '_', 1, 2},
    [PLOT_NO_GRADIENT] = {{"no gradient", "no grad", ""}, U'×', 'x', 4, 2},
    [PLOT_NOT_RUN] = {{"not run yet", "not run", "?"}, U'?', '?', 4, 2},
};

const char *plot_nothing_word(PlotNothing kind, int width) {
    const Texture *texture = &textures[kind];
    int k = 0;
    while (k < 2 && text_width(texture->words[k]) > width) k++;
    return texture->words[k];
}

static void put_texture(Canvas *canvas, Rect area, const Texture *texture) {
    bool ascii = (canvas->flags & CANVAS_ASCII) != 0;
    uint32_t glyph = ascii ? (uint32_t)(unsigned char)texture->ascii : texture->glyph;
    for (int y = 0; y < area.h; y++)
        for (int x = 0; x < area.w; x++)
            if (y % texture->down == 0 && (x + y) % texture->across == 0)
                canvas_put(canvas, area.x + x, area.y + y, (Style){.fg = color_role(ROLE_BORDER)}, glyph);
}

void plot_nothing(Canvas *canvas, Rect area, PlotNothing kind) {
    if (rect_is_empty(area)) return;
    Rect old = canvas_clip(canvas, area);
    canvas_fill(canvas, area, (Style){.bg = COLOR_DEFAULT}, ' ');
    put_texture(canvas, area, &textures[kind]);
    const char *word = plot_nothing_word(kind, area.w - 2);
    int width = text_width(word);
    if (width > 0 && width + 2 <= area.w) {
        Rect row = {
            .x = area.x + (area.w - width) / 2 - 1, .y = area.y + (area.h - 1) / 2, .w = width + 2, .h = 1};
        canvas_fill(canvas, row, (Style){.bg = COLOR_DEFAULT}, ' ');
        canvas_text(canvas, row.x + 1, row.y, (Style){.fg = color_role(ROLE_TEXT)}, word);
    }
    canvas_unclip(canvas, old);
}
