#include "views/term/term.h"

#include <curses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/integer.h"
#include "views/style/text.h"
#include "views/term/colors.h"
#include "views/term/environment.h"
#include "views/term/guard.h"
#include "views/term/input.h"
#include "views/term/output.h"
#include "views/term/terminfo_blob.h"

struct Term {
    SCREEN *screen;
    FILE *input;
    bool own_input;
    char name[64];
    ThemeId theme;
    ColorDepth depth;
    bool ascii, mouse, redraw;
    Background background; /* known and not yet taken */
    int watched;           /* a descriptor to wait for, plus one; 0: none */
    TermInput keys;
    TermColors *colors;
    Canvas *shown; /* what the terminal shows now */
    cchar_t *row;
};

static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

/* A capability that a string can be sent from; terminfo answers -1 and NULL for what there is not. */
static const char *capability(const char *name) {
    const char *value = tigetstr(name);
    return value == NULL || value == (const char *)-1 ? "" : value;
}

static void tell_guard_how_to_leave(void) {
    static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
    term_guard_add_restore(paste_off);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) term_guard_add_restore(capability(names[k]));
}

/* Asked before newterm, which leaks what it allocated when it fails, and may enter the screen. */
static bool can_place_cursor(const char *name) {
    int found;
    if (setupterm(name, STDOUT_FILENO, &found) != OK) return false;
    bool can = capability("cup")[0] != '\0';
    if (can) tell_guard_how_to_leave();
    del_curterm(cur_term);
    return can;
}

static SCREEN *open_curses_screen(const char *name, FILE *input) {
    bool embedded = strcmp(name, EMBEDDED_NAME) == 0;
    const char *variable = getenv("TERMINFO");
    char *old = variable == NULL ? NULL : strdup(variable);
    if (embedded) setenv("TERMINFO", terminfo_blob, 1);
    SCREEN *screen = can_place_cursor(name) ? newterm(name, stdout, input) : NULL;
    /* Pagers and shells must not inherit it. */
    if (embedded) unsetenv("TERMINFO");
    if (old != NULL) setenv("TERMINFO", old, 1);
    free(old);
    return screen;
}

static bool open_any_screen(Term *term, ColorDepth wanted) {
    EnvironmentNames names = environment_terminfo_names(wanted);
    for (int k = 0; k < names.count && term->screen == NULL; k++) {
        term->screen = open_curses_screen(names.name[k], term->input);
        snprintf(term->name, sizeof term->name, "%s", names.name[k]);
    }
    return term->screen != NULL;
}

static ColorDepth available_depth(const Term *term, ColorDepth wanted) {
    if (wanted == COLOR_DEPTH_NONE || !has_colors()) return COLOR_DEPTH_NONE;
    ColorDepth best = COLORS >= 256 ? COLOR_DEPTH_256 : COLOR_DEPTH_16;
    if (strcmp(term->name, EMBEDDED_NAME) == 0) best = COLOR_DEPTH_RGB;
    return wanted == COLOR_DEPTH_AUTO || wanted > best ? best : wanted;
}

static void set_modes(Term *term) {
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    typeahead(-1);
    curs_set(0);
    term_write(paste_on);
    term->redraw = true;
}

static bool set_colors(Term *term, ColorDepth wanted) {
    if (wanted != COLOR_DEPTH_NONE && has_colors()) {
        start_color();
        use_default_colors();
    }
    term->depth = available_depth(term, wanted);
    TermColorsConfig config = {.theme = term->theme,
                               .depth = term->depth,
                               .colors = COLORS,
                               .pairs = COLOR_PAIRS,
                               .define = init_extended_pair};
    term->colors = term_colors_new(&config);
    return term->colors != NULL;
}

/* Once. In the background, where curses would be stopped at it, by the guard. */
static void leave_screen(const Term *term) {
    if (term_guard_has_left()) return;
    if (!term_guard_is_in_front()) {
        term_guard_leave();
        return;
    }
    if (term->mouse) term_write(mouse_off);
    term_write(paste_off);
    endwin();
    term_guard_left();
}

/* What the terminal shows is unknown after a change of size. */
static bool fit_buffers(Term *term) {
    Canvas *shown = canvas_new(COLS, LINES, 0);
    cchar_t *row = calloc((size_t)integer_clamp(COLS, 1, CANVAS_SIDE_MAX) + 1, sizeof *row);
    if (shown == NULL || row == NULL) {
        canvas_free(shown);
        free(row);
        return false;
    }
    canvas_free(term->shown);
    free(term->row);
    term->shown = shown;
    term->row = row;
    term->redraw = true;
    return true;
}

static bool open_input(Term *term, Error *err) {
    term->input = stdin;
    term->keys.fd = STDIN_FILENO;
    if (isatty(STDIN_FILENO)) return true;
    term->input = fopen("/dev/tty", "r");
    term->own_input = term->input != NULL;
    if (term->own_input) term->keys.fd = fileno(term->input);
    return term->own_input ||
           error_set(err, ERROR_TERMINAL,
                     "standard input is not a terminal and /dev/tty cannot be opened, so there are "
                     "no keys to read");
}

/* What the environment says, until the terminal has answered. Without colours one theme looks like another. */
static void ask_background(Term *term) {
    if (term->depth == COLOR_DEPTH_NONE) return;
    term->background = background_of_variable(getenv("COLORFGBG"));
    if (!environment_can_ask(NULL, NULL)) return;
    term_write(BACKGROUND_QUESTION);
    term_input_asked(&term->keys);
}

static bool open_term(Term *term, const TermConfig *config, Error *err) {
    if (!environment_check_terminal(err) || !open_input(term, err)) return false;
    ColorDepth wanted = environment_color_depth(config->depth, NULL, NULL);
    term->theme = config->theme;
    term->ascii = !environment_init_locale() || config->ascii;
    /* Exported, they would freeze the size. */
    unsetenv("LINES");
    unsetenv("COLUMNS");
    if (!term_guard_begin(STDOUT_FILENO, err)) return false;
    if (!open_any_screen(term, wanted)) {
        term_guard_end();
        return error_set(err, ERROR_TERMINAL,
                         "terminfo knows neither TERM '%s' nor xterm-256color, xterm or vt100",
                         getenv("TERM"));
    }
    set_modes(term);
    term_guard_entered();
    if (set_colors(term, wanted) && fit_buffers(term)) {
        term_set_mouse(term, config->mouse);
        if (config->ask_background) ask_background(term);
        return true;
    }
    return error_set(err, ERROR_TERMINAL, "not enough memory for the screen");
}

Term *term_open(const TermConfig *config, Error *err) {
    Term *term = calloc(1, sizeof *term);
    if (term == NULL) {
        error_set(err, ERROR_TERMINAL, "not enough memory for the screen");
        return NULL;
    }
    if (open_term(term, config, err)) return term;
    term_close(term);
    return NULL;
}

void term_close(Term *term) {
    if (term == NULL) return;
    if (term->screen != NULL) {
        if (term_guard_signal() == 0 && term_guard_is_in_front()) term_input_settle(&term->keys);
        leave_screen(term);
        delscreen(term->screen);
        term_guard_end();
    }
    if (term->own_input) fclose(term->input);
    term_colors_free(term->colors);
    canvas_free(term->shown);
    free(term->row);
    free(term);
}

int term_width(const Term *term) {
    return term->shown->width;
}

int term_height(const Term *term) {
    return term->shown->height;
}

unsigned term_canvas_flags(const Term *term) {
    bool mono = term->depth == COLOR_DEPTH_NONE || term->theme == THEME_MONO;
    return (term->ascii ? CANVAS_ASCII : 0) | (mono ? CANVAS_MONO : 0);
}

ColorDepth term_depth(const Term *term) {
    return term->depth;
}

const char *term_name(const Term *term) {
    return term->name;
}

ThemeId term_theme(const Term *term) {
    return term->theme;
}

int term_signal(void) {
    return term_guard_signal();
}

void term_set_theme(Term *term, ThemeId theme) {
    term->theme = theme;
    term_colors_set_theme(term->colors, theme);
    term->redraw = true;
}

void term_set_mouse(Term *term, bool on) {
    if (capability("kmous")[0] == '\0' || on == term->mouse) return;
    /* A crash between the two leaves a terminal that was told twice, never one that was not told. */
    if (on) term_guard_add_restore(mouse_off);
    term_write(on ? mouse_on : mouse_off);
    term->mouse = on;
}

bool term_mouse(const Term *term) {
    return term->mouse;
}

void term_redraw(Term *term) {
    term->redraw = true;
}

/* The glyph, or U+FFFD for one that curses, which draws by wcwidth, would not give the canvas's width. */
static wchar_t showable_glyph(const Term *term, const Cell *cell, bool room_for_two) {
    uint32_t glyph = cell->glyph;
    if (term->ascii) glyph = (unsigned char)text_ascii(glyph);
    int width = wcwidth((wchar_t)glyph);
    if (width != text_glyph_width(glyph)) return UTF8_REPLACEMENT;
    return width == 2 && !room_for_two ? ' ' : (wchar_t)glyph;
}

static attr_t curses_attributes(unsigned attributes) {
    return (attributes & CELL_BOLD ? A_BOLD : 0) | (attributes & CELL_DIM ? A_DIM : 0) |
           (attributes & CELL_UNDERLINE ? A_UNDERLINE : 0) | (attributes & CELL_REVERSE ? A_REVERSE : 0);
}

/* Every change of a colour pair sends both colours again, some 35 bytes in true colour. So a cell is drawn
 * with the pair of the cell to its left where that shows the same: halves the other way round, or an empty
 * cell on the same ground. */
static Cell with_colors_of(const Cell *cell, const Cell *left) {
    enum { UPPER_HALF = 0x2580, LOWER_HALF = 0x2584 };
    Cell same = *cell;
    if (cell->attributes != left->attributes || (cell->attributes & (CELL_REVERSE | CELL_UNDERLINE)))
        return same;
    if (cell->glyph == ' ' && cell->bg == left->bg) same.fg = left->fg;
    if (cell->glyph == UPPER_HALF && cell->fg == left->bg && cell->bg == left->fg)
        same = (Cell){.glyph = LOWER_HALF, .fg = left->fg, .bg = left->bg, .attributes = left->attributes};
    return same;
}

/* False when the colour pairs are used up. */
static bool draw_row(Term *term, const Canvas *canvas, int y, int width) {
    int used = 0;
    Cell cell = {0};
    for (int x = 0; x < width; x++) {
        cell = with_colors_of(canvas_get(canvas, x, y), &cell);
        const Cell *next = x + 1 < width ? canvas_get(canvas, x + 1, y) : NULL;
        bool is_wide = next != NULL && next->glyph == 0;
        TermInk ink;
        if (!term_colors_find(term->colors, &cell, &ink)) return false;
        wchar_t text[2] = {showable_glyph(term, &cell, is_wide), L'\0'};
        setcchar(&term->row[used++], text, curses_attributes(ink.attributes), 0, &ink.pair);
        if (is_wide && wcwidth(text[0]) == 2) x++;
    }
    mvadd_wchnstr(y, 0, term->row, used);
    return true;
}

static bool cell_equal(const Cell *a, const Cell *b) {
    return a->glyph == b->glyph && a->fg == b->fg && a->bg == b->bg && a->attributes == b->attributes;
}

static bool row_equal(const Canvas *a, const Canvas *b, int y, int width) {
    for (int x = 0; x < width; x++) {
        if (!cell_equal(canvas_get(a, x, y), canvas_get(b, x, y))) return false;
    }
    return true;
}

/* Draws the rows that differ; `changed` says whether there were any. */
static bool draw_changes(Term *term, const Canvas *canvas, Rect seen, bool *changed) {
    for (int y = 0; y < seen.h; y++) {
        if (!term->redraw && row_equal(canvas, term->shown, y, seen.w)) continue;
        *changed = true;
        if (!draw_row(term, canvas, y, seen.w)) return false;
    }
    return true;
}

static void remember_frame(Term *term, const Canvas *canvas, Rect seen) {
    for (int y = 0; y < seen.h; y++) {
        memcpy(&term->shown->cells[(size_t)y * (size_t)term->shown->width], canvas_get(canvas, 0, y),
               (size_t)seen.w * sizeof(Cell));
    }
    term->shown->cursor_x = canvas->cursor_x;
    term->shown->cursor_y = canvas->cursor_y;
}

void term_flush(Term *term, const Canvas *canvas) {
    Rect seen = rect_intersect(canvas_area(canvas), canvas_area(term->shown));
    bool changed = canvas->cursor_x != term->shown->cursor_x || canvas->cursor_y != term->shown->cursor_y;
    if (term->redraw) {
        erase();
        clearok(curscr, TRUE);
    }
    for (bool thrifty = false; !draw_changes(term, canvas, seen, &changed); thrifty = true) {
        reset_color_pairs();
        term_colors_start_over(term->colors, thrifty);
        term->redraw = true;
    }
    if (!changed && !term->redraw) return;
    bool cursor = rect_contains(seen, canvas->cursor_x, canvas->cursor_y);
    curs_set(cursor);
    if (cursor) move(canvas->cursor_y, canvas->cursor_x);
    wnoutrefresh(stdscr);
    doupdate();
    remember_frame(term, canvas, seen);
    term->redraw = false;
}

/* The size of the terminal now; curses' own handler would follow it beyond any bound. */
static void follow_size(Term *term) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return;
    resize_term(integer_clamp(size.ws_row, 1, CANVAS_SIDE_MAX),
                integer_clamp(size.ws_col, 1, CANVAS_SIDE_MAX));
    fit_buffers(term);
}

/* Going on after a stop: someone else has had the terminal meanwhile. */
static void resume(Term *term) {
    term_guard_entering();
    if (!isendwin()) endwin();
    refresh();
    term_write(paste_on);
    if (term->mouse) term_write(mouse_on);
    term->redraw = true;
    term_guard_entered();
}

/* Returns when the program has the terminal again, or is to end. Continued in the background, it stops once
 * more. Where nobody could continue it, it has not been stopped at all. */
static void stay_stopped(const Term *term) {
    leave_screen(term);
    while (term_guard_stop() && !term_guard_is_in_front() && term_guard_signal() == 0) continue;
}

/* Does what signals have asked for; true when the screen must be drawn again. */
static bool serve_signals(Term *term) {
    term_guard_drain();
    if (term_guard_signal() != 0) return false;
    bool stop = term_guard_take_stop(), resumed = term_guard_take_resume();
    if (stop || (resumed && !term_guard_is_in_front())) {
        stay_stopped(term);
        resumed = true;
    }
    bool resized = term_guard_take_resize();
    if (term_guard_signal() != 0) return false;
    if (resumed) resume(term);
    if (resumed || resized) follow_size(term);
    return resumed || resized;
}

bool term_read_key(Term *term, Key *key) {
    if (serve_signals(term)) {
        *key = (Key){.code = KEY_CODE_RESIZE};
        return true;
    }
    /* About to end, it leaves the keys to who comes next: in the background, reading would stop it. */
    return term_guard_signal() == 0 && term_input_read_key(&term->keys, key);
}

bool term_take_background(Term *term, Background *background) {
    *background = term->background;
    term->background = BACKGROUND_UNKNOWN;
    return term_input_take_background(&term->keys, background) || *background != BACKGROUND_UNKNOWN;
}

bool term_copy(Term *term, const char *text) {
    return term_write_clipboard(term->name, text);
}

void term_watch(Term *term, int fd) {
    term->watched = fd + 1;
}

/* A signal may have come after the caller looked for one, and the pipe been emptied since. */
bool term_wait(Term *term, int timeout_ms) {
    struct pollfd fds[] = {{.fd = term->keys.fd, .events = POLLIN},
                           {.fd = term_guard_wake_fd(), .events = POLLIN},
                           {.fd = term->watched - 1, .events = POLLIN}};
    if (term->keys.reader.count > 0 || term_guard_has_news()) return true;
    if (poll(fds, 3, 0) != 0) return true;
    bool any = timeout_ms != 0 && poll(fds, 3, timeout_ms) != 0;
    term_input_was_quiet(&term->keys);
    return any;
}
