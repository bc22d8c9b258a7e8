#include "tests/support/cast_replay.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/canvas/look.h"

/* The next line as a document; NULL after the last. */
static json_t *next_line(CastReplay *replay) {
    json_error_t error;
    size_t length = strcspn(replay->at, "\n");
    if (*replay->at == '\0') return NULL;
    json_t *line = json_loadb(replay->at, length, 0, &error);
    if (!line) fail_msg("no JSON (%s): %.80s", error.text, replay->at);
    replay->at += length + (replay->at[length] == '\n');
    return line;
}

static int header_number(const json_t *header, const char *key) {
    const json_t *value = json_object_get(header, key);
    if (!json_is_integer(value)) fail_msg("the header has no whole number '%s'", key);
    return (int)json_integer_value(value);
}

CastReplay cast_replay_begin(const char *text) {
    CastReplay replay = {.text = strdup(text)};
    replay.at = replay.text;
    replay.header = next_line(&replay);
    assert_int_equal(header_number(replay.header, "version"), 2);
    replay.width = header_number(replay.header, "width");
    replay.height = header_number(replay.header, "height");
    replay.vterm = vterm_new(replay.height, replay.width);
    vterm_set_utf8(replay.vterm, 1);
    replay.screen = vterm_obtain_screen(replay.vterm);
    vterm_screen_reset(replay.screen, 1);
    return replay;
}

/* Every ESC begins a whole control sequence (ECMA-48, 5.4). */
static void expect_whole_sequences(const char *data) {
    for (const char *at = data; (at = strchr(at, '\033'));) {
        const char *end = at + 1;
        if (*end++ != '[') fail_msg("an escape sequence that is no CSI");
        while (*end && (isdigit((unsigned char)*end) || strchr(";?", *end))) end++;
        if (!isalpha((unsigned char)*end)) fail_msg("a sequence is cut: ESC %s", at + 1);
        at = end;
    }
}

static void resize(CastReplay *replay, const char *size) {
    assert_int_equal(sscanf(size, "%dx%d", &replay->width, &replay->height), 2);
    vterm_set_size(replay->vterm, replay->height, replay->width);
}

static bool play_event(CastReplay *replay, const json_t *event) {
    const char *code = json_string_value(json_array_get(event, 1)),
               *data = json_string_value(json_array_get(event, 2));
    double time_s = json_number_value(json_array_get(event, 0));
    if (json_array_size(event) != 3 || !code || !data) fail_msg("an event is [time, code, data]");
    if (time_s < replay->time_s) fail_msg("time falls from %g to %g", replay->time_s, time_s);
    replay->time_s = time_s;
    switch (*code) {
    case 'o':
        expect_whole_sequences(data);
        vterm_input_write(replay->vterm, data, strlen(data));
        replay->outputs++;
        return false;
    case 'i': replay->inputs++; return false;
    case 'r': resize(replay, data); return false;
    case 'm': snprintf(replay->marker, sizeof replay->marker, "%s", data); return true;
    default: fail_msg("there is no event '%s'", code);
    }
    return false;
}

bool cast_replay_next(CastReplay *replay) {
    bool stopped = false;
    for (json_t *event; !stopped && (event = next_line(replay)); json_decref(event))
        stopped = play_event(replay, event);
    vterm_screen_flush_damage(replay->screen);
    return stopped;
}

/* As theme_resolve writes it. */
static int color_of(const VTermColor *color, bool is_default, ColorDepth depth) {
    if (is_default) return -1;
    if (VTERM_COLOR_IS_INDEXED(color)) return color->indexed.idx;
    assert_int_equal(depth, COLOR_DEPTH_RGB);
    return color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

void cast_replay_expect(const CastReplay *replay, const Canvas *canvas, ThemeId theme, ColorDepth depth) {
    assert_int_equal(replay->width, canvas->width);
    assert_int_equal(replay->height, canvas->height);
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            VTermScreenCell shown;
            assert_int_equal(vterm_screen_get_cell(replay->screen, (VTermPos){.row = y, .col = x}, &shown),
                             1);
            if (cell->glyph == 0) continue;
            CanvasLook look = canvas_look_of(cell, theme, depth);
            uint32_t glyph = shown.chars[0] ? shown.chars[0] : ' ';
            if (glyph != cell->glyph) fail_msg("%d,%d shows U+%04X, not U+%04X", x, y, glyph, cell->glyph);
            if (glyph == ' ' && canvas_look_is_blank(look) && !shown.attrs.reverse &&
                !shown.attrs.underline && VTERM_COLOR_IS_DEFAULT_BG(&shown.bg))
                continue;
            int fg = color_of(&shown.fg, VTERM_COLOR_IS_DEFAULT_FG(&shown.fg), depth),
                bg = color_of(&shown.bg, VTERM_COLOR_IS_DEFAULT_BG(&shown.bg), depth);
            if (fg != look.fg || bg != look.bg)
                fail_msg("%d,%d has colours %x %x, not %x %x", x, y, fg, bg, look.fg, look.bg);
            assert_int_equal(shown.attrs.bold, !!(look.attributes & CELL_BOLD));
            assert_int_equal(shown.attrs.reverse, !!(look.attributes & CELL_REVERSE));
            assert_int_equal(shown.attrs.underline != 0, !!(look.attributes & CELL_UNDERLINE));
        }
}

void cast_replay_end(CastReplay *replay) {
    vterm_free(replay->vterm);
    json_decref(replay->header);
    free(replay->text);
    *replay = (CastReplay){0};
}
