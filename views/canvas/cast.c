#include "views/canvas/cast.h"

#include <stdlib.h>

#include "core/base/json_write.h"
#include "views/canvas/look.h"
#include "views/style/text.h"

/* Moving the pen takes six bytes or more; up to that many unchanged cells are written again instead. */
enum { GAP_MAX = 4, ERASE_MIN = 6 };

typedef struct ShownCell {
    uint32_t glyph; /* 0: the right half of its left neighbour */
    CanvasLook look;
} ShownCell;

struct CastWriter {
    FILE *out;
    CastConfig config;
    ShownCell *shown; /* what the terminal shows; width x height of the config */
    CanvasLook look;  /* set in the terminal */
    int pen_x, pen_y; /* where the next glyph goes; -1: not known */
    bool begun, failed;
};

static ShownCell *new_shown_cells(int width, int height) {
    return calloc((size_t)width * (size_t)height, sizeof(ShownCell));
}

static void write_header(CastWriter *writer) {
    const CastConfig *config = &writer->config;
    JsonWriter json;
    json_write_init(&json, writer->out);
    json_write_object_begin(&json);
    json_write_key_int(&json, "version", 2);
    json_write_key_int(&json, "width", config->width);
    json_write_key_int(&json, "height", config->height);
    if (config->title) json_write_key_string(&json, "title", config->title);
    if (config->idle_limit_s > 0) json_write_key_int(&json, "idle_time_limit", config->idle_limit_s);
    json_write_key(&json, "env");
    json_write_object_begin(&json);
    json_write_key_string(&json, "TERM", "xterm-256color");
    json_write_object_end(&json);
    json_write_object_end(&json);
    if (!json_write_end(&json)) writer->failed = true;
}

CastWriter *cast_begin(FILE *out, const CastConfig *config) {
    CastWriter *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    *writer =
        (CastWriter){.out = out, .config = *config, .shown = new_shown_cells(config->width, config->height)};
    if (!writer->shown) {
        free(writer);
        return NULL;
    }
    write_header(writer);
    return writer;
}

static void write_event(CastWriter *writer, long time_ms, const char *code, const char *data) {
    JsonWriter json;
    json_write_init(&json, writer->out);
    json_write_array_begin(&json);
    json_write_float(&json, (double)time_ms / 1000);
    json_write_string(&json, code);
    json_write_string(&json, data);
    json_write_array_end(&json);
    if (!json_write_end(&json)) writer->failed = true;
}

void cast_input(CastWriter *writer, long time_ms, const char *bytes) {
    write_event(writer, time_ms, "i", bytes);
}

void cast_marker(CastWriter *writer, long time_ms, const char *label) {
    write_event(writer, time_ms, "m", label);
}

void cast_theme(CastWriter *writer, ThemeId theme) {
    writer->config.theme = theme;
}

static ShownCell cell_of(const CastWriter *writer, const Canvas *canvas, int x, int y) {
    const Cell *cell = canvas_get(canvas, x, y);
    const Cell *owner = cell->glyph == 0 && x > 0 ? canvas_get(canvas, x - 1, y) : cell;
    return (ShownCell){.glyph = cell->glyph,
                       .look = canvas_look_of(owner, writer->config.theme, writer->config.depth)};
}

static bool is_blank(ShownCell cell) {
    return cell.glyph == ' ' && canvas_look_is_blank(cell.look);
}

/* Two blanks look the same whatever their foreground colours are. */
static bool same_cell(ShownCell a, ShownCell b) {
    if (is_blank(a) && is_blank(b)) return true;
    return a.glyph == b.glyph && canvas_look_equal(a.look, b.look);
}

static void set_style(CastWriter *writer, FILE *out, CanvasLook look) {
    if (!canvas_look_equal(look, writer->look)) canvas_look_write(look, writer->config.depth, out);
    writer->look = look;
}

static void put_cell(CastWriter *writer, FILE *out, ShownCell cell) {
    char bytes[4];
    if (cell.glyph == 0) return;
    if (!is_blank(cell) || !canvas_look_is_blank(writer->look)) set_style(writer, out, cell.look);
    size_t count = utf8_encode(cell.glyph, bytes);
    fwrite(bytes, 1, count, out);
    writer->pen_x += text_glyph_width(cell.glyph);
}

/* The cells between where the pen is and where it should be are written again when that is shorter. */
static void move_pen(CastWriter *writer, FILE *out, const Canvas *canvas, int x, int y) {
    int gap = x - writer->pen_x;
    bool near =
        writer->pen_y == y && gap >= 0 && gap <= GAP_MAX && canvas_get(canvas, writer->pen_x, y)->glyph != 0;
    if (!near) fprintf(out, "\033[%d;%dH", y + 1, x + 1);
    if (!near) writer->pen_x = x, writer->pen_y = y;
    while (writer->pen_x < x) put_cell(writer, out, cell_of(writer, canvas, writer->pen_x, y));
}

static bool rest_is_blank(const CastWriter *writer, const Canvas *canvas, int x, int y) {
    for (; x < canvas->width; x++)
        if (!is_blank(cell_of(writer, canvas, x, y))) return false;
    return true;
}

static void erase_rest(CastWriter *writer, FILE *out, const Canvas *canvas, int x, int y) {
    move_pen(writer, out, canvas, x, y);
    set_style(writer, out, canvas_look_plain); /* some terminals erase in the colour that is set */
    fputs("\033[K", out);
    for (ShownCell *shown = writer->shown + (size_t)y * (size_t)canvas->width; x < canvas->width; x++)
        shown[x] = (ShownCell){.glyph = ' ', .look = canvas_look_plain};
}

static void write_row(CastWriter *writer, FILE *out, const Canvas *canvas, int y) {
    ShownCell *shown = writer->shown + (size_t)y * (size_t)canvas->width;
    for (int x = 0; x < canvas->width; x++) {
        ShownCell cell = cell_of(writer, canvas, x, y);
        if (same_cell(cell, shown[x])) continue;
        if (canvas->width - x >= ERASE_MIN && rest_is_blank(writer, canvas, x, y)) {
            erase_rest(writer, out, canvas, x, y);
            return;
        }
        shown[x] = cell;
        if (cell.glyph == 0) continue;
        move_pen(writer, out, canvas, x, y);
        put_cell(writer, out, cell);
        /* At the right edge terminals differ in when they wrap, so the position of the pen is not known. */
        if (writer->pen_x >= canvas->width) writer->pen_y = -1;
    }
}

/* Everything is written from an empty screen on. */
static void begin_frame(CastWriter *writer, FILE *out) {
    size_t count = (size_t)writer->config.width * (size_t)writer->config.height;
    fputs("\033[?25l\033[0m\033[2J", out);
    for (size_t k = 0; k < count; k++)
        writer->shown[k] = (ShownCell){.glyph = ' ', .look = canvas_look_plain};
    writer->look = canvas_look_plain;
    writer->pen_y = -1;
    writer->begun = true;
}

static bool resize(CastWriter *writer, long time_ms, const Canvas *canvas) {
    char size[32];
    if (canvas->width == writer->config.width && canvas->height == writer->config.height) return true;
    ShownCell *shown = new_shown_cells(canvas->width, canvas->height);
    if (!shown) return false;
    free(writer->shown);
    writer->shown = shown;
    writer->config.width = canvas->width;
    writer->config.height = canvas->height;
    writer->begun = false;
    snprintf(size, sizeof size, "%dx%d", canvas->width, canvas->height);
    write_event(writer, time_ms, "r", size);
    return true;
}

void cast_frame(CastWriter *writer, long time_ms, const Canvas *canvas) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = resize(writer, time_ms, canvas) ? open_memstream(&text, &size) : NULL;
    if (!out) {
        writer->failed = true;
        return;
    }
    if (!writer->begun) begin_frame(writer, out);
    for (int y = 0; y < canvas->height; y++) write_row(writer, out, canvas, y);
    bool written = ferror(out) == 0;
    if (fclose(out) != 0 || !written) writer->failed = true;
    if (!writer->failed && size > 0) write_event(writer, time_ms, "o", text);
    free(text);
}

bool cast_end(CastWriter *writer, long time_ms) {
    char text[64];
    snprintf(text, sizeof text, "\033[0m\033[%d;1H\033[?25h", writer->config.height);
    write_event(writer, time_ms, "o", text);
    bool ok = !writer->failed;
    free(writer->shown);
    free(writer);
    return ok;
}
