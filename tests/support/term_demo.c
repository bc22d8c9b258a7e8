#include "tests/support/term_demo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/assert_close.h"
#include "views/style/palette.h"

static const Style text_style = {.fg = COLOR_DEFAULT, .bg = COLOR_KEEP};

static void draw_photo(Canvas *canvas) {
    uint32_t noise = 1;
    for (int y = 5; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            noise = noise * 1664525u + 1013904223u;
            Color fg = color_rgb((uint8_t)(noise >> 8), (uint8_t)(noise >> 16), (uint8_t)(noise >> 24));
            canvas_put(canvas, x, y, (Style){.fg = fg, .bg = color_rgb((uint8_t)(noise >> 24), 0, 99)}, U'▀');
        }
    }
}

char term_demo_letter(int width, int height) {
    return (char)('A' + (width + 2 * height) % 26);
}

static void draw(Term *term, const TermDemo *demo, const char *last_key) {
    Canvas *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    canvas_printf(canvas, 0, 0, text_style, "ready %dx%d %s", canvas->width, canvas->height, term_name(term));
    canvas_printf(canvas, 0, 1, text_style, "key %s", last_key);
    canvas_put(canvas, 0, 2, (Style){.fg = color_map(PALETTE_MAGMA, 0), .bg = color_map(PALETTE_MAGMA, 63)},
               U'▀');
    canvas_text(canvas, 2, 2, style_role(ROLE_KEY), "é猫|");
    canvas_fill(canvas, (Rect){.y = 3, .w = 3, .h = 1}, (Style){.bg = color_role(ROLE_CURSOR)}, ' ');
    canvas_put(canvas, canvas->width - 1, canvas->height - 1, text_style, '$');
    canvas_put(canvas, 0, canvas->height - 1, text_style,
               (uint32_t)term_demo_letter(canvas->width, canvas->height));
    if (demo->noisy_photo) draw_photo(canvas);
    term_flush(term, canvas);
    canvas_free(canvas);
}

static void obey(uint32_t code) {
    if (code == 'S') raise(SIGSEGV);
    if (code == 'A') abort();
    if (code == 'X') exit(7);
    if (code == 'E') fprintf(stderr, "kept back\n");
}

int term_demo_run(void *context) {
    TermDemo *demo = context;
    Error err = {.kind = ERROR_NONE};
    Term *term = term_open(&demo->config, &err);
    if (term == NULL) {
        printf("refused: %s\n", err.text);
        return err.kind == ERROR_TERMINAL ? TERM_DEMO_NO_TERMINAL : 1;
    }
    Key key = {.code = KEY_CODE_NONE};
    char name[32] = "none";
    while (key.code != 'q' && term_signal() == 0) {
        draw(term, demo, name);
        term_wait(term, -1);
        while (term_signal() == 0 && term_read_key(term, &key) && key.code != 'q') {
            key_format(key.code, name);
            if (key.code == KEY_CODE_MOUSE) snprintf(name, sizeof name, "mouse %d,%d", key.x, key.y);
            obey(key.code);
        }
    }
    term_close(term);
    printf("after\n");
    fflush(stdout);
    if (term_signal() != 0) raise(term_signal());
    return 0;
}

void term_demo_start(Pty *pty, const char *const *environment, TermDemo *demo) {
    pty_start(
        pty,
        &(PtyConfig){
            .width = 80, .height = 24, .environment = environment, .run = term_demo_run, .context = demo});
}

void term_demo_is_over(Pty *pty) {
    assert_true(pty_modes_are_restored(pty));
    assert_false(pty->alternate);
    assert_true(pty->cursor_visible);
}
