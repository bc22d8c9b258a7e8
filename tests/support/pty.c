#include "tests/support/pty.h"

#include "core/base/clock.h"
#include "tests/support/assert_close.h"
#include "tests/support/signals.h"
#include "views/term/background.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

enum { DEADLINE_MS = 30000, ROW_MAX = 4096 };

static int on_property(VTermProp property, VTermValue *value, void *user) {
    Pty *pty = user;
    if (property == VTERM_PROP_ALTSCREEN) pty->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE) pty->cursor_visible = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void apply_environment(const char *const *environment) {
    static const char *const disturbing[] = {"COLORTERM",    "STY",         "NO_COLOR",  "SKIPSCOPE_COLOR",
                                             "TERM_PROGRAM", "VTE_VERSION", "COLORFGBG", "KONSOLE_VERSION",
                                             "WT_SESSION",   "LINES",       "COLUMNS"};
    for (size_t k = 0; k < sizeof disturbing / sizeof disturbing[0]; k++) unsetenv(disturbing[k]);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (; environment != NULL && *environment != NULL; environment++) {
        char *copy = strdup(*environment), *value = strchr(copy, '=');
        if (value == NULL) {
            unsetenv(copy);
        } else {
            *value = '\0';
            setenv(copy, value + 1, 1);
        }
        free(copy);
    }
}

static void run_child(const PtyConfig *config) {
    if (!config->alone) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
    }
    signals_default();
    apply_environment(config->environment);
    exit(config->run(config->context));
}

/* What a shell does with its job, told to the test: pid, then a wait status whenever the child stops or ends.
 */
static void lead(int tty, const PtyConfig *config, int events, int commands) {
    int status;
    char command;
    if (!config->alone) login_tty(tty);
    signal(SIGTTOU, SIG_IGN);
    pid_t child = fork();
    if (child == 0 && config->alone) login_tty(tty);
    if (child == 0) run_child(config);
    if (!config->alone) setpgid(child, child);
    if (write(events, &child, sizeof child) < 0) _exit(1);
    do {
        if (waitpid(child, &status, WUNTRACED) < 0) _exit(1);
        tcsetpgrp(STDIN_FILENO, getpid());
        if (write(events, &status, sizeof status) < 0) _exit(1);
        if (read(commands, &command, 1) != 1) break;
        if (command == 'c') tcsetpgrp(STDIN_FILENO, child);
        kill(-child, SIGCONT);
    } while (WIFSTOPPED(status));
    kill(child, SIGKILL);
    _exit(0);
}

void pty_start(Pty *pty, const PtyConfig *config) {
    *pty = (Pty){.width = config->width, .height = config->height, .cursor_visible = true};
    struct winsize size = {.ws_col = (unsigned short)config->width, .ws_row = (unsigned short)config->height};
    assert_int_equal(openpty(&pty->fd, &pty->tty, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(pty->tty, &pty->modes), 0);
    pty->vterm = vterm_new(config->height, config->width);
    vterm_set_utf8(pty->vterm, 1);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    fflush(NULL);
    int events[2], commands[2];
    assert_int_equal(pipe2(events, O_CLOEXEC), 0);
    assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
    pty->leader = fork();
    assert_true(pty->leader >= 0);
    if (pty->leader == 0) {
        close(pty->fd);
        close(events[0]);
        close(commands[1]);
        lead(pty->tty, config, events[1], commands[0]);
    }
    close(events[1]);
    close(commands[0]);
    pty->events = events[0];
    pty->commands = commands[1];
    assert_int_equal(read(pty->events, &pty->child, sizeof pty->child), sizeof pty->child);
}

/* Feeds what the child wrote to the screen; false when nothing comes within the time or ever again. */
static bool pump(Pty *pty, int timeout_ms) {
    char bytes[4096], reply[256];
    struct pollfd ready = {.fd = pty->fd, .events = POLLIN};
    if (poll(&ready, 1, timeout_ms) <= 0) return false;
    ssize_t count = read(pty->fd, bytes, sizeof bytes);
    if (count <= 0) return false;
    pty->output = realloc(pty->output, pty->output_size + (size_t)count + 1);
    assert_non_null(pty->output);
    memcpy(pty->output + pty->output_size, bytes, (size_t)count);
    pty->output_size += (size_t)count;
    pty->output[pty->output_size] = '\0';
    if (pty->answer && pty_wrote(pty, BACKGROUND_QUESTION)) {
        pty_type(pty, pty->answer);
        pty->answer = NULL;
    }
    vterm_input_write(pty->vterm, bytes, (size_t)count);
    size_t size = vterm_output_read(pty->vterm, reply, sizeof reply);
    if (size > 0) assert_int_equal(write(pty->fd, reply, size), size);
    return true;
}

void pty_type(Pty *pty, const char *bytes) {
    size_t size = strlen(bytes);
    assert_int_equal(write(pty->fd, bytes, size), size);
}

void pty_wait_taken(Pty *pty) {
    double deadline = clock_milliseconds() + DEADLINE_MS;
    for (int left = 1; left > 0;) {
        assert_int_equal(ioctl(pty->tty, FIONREAD, &left), 0);
        if (left > 0 && !pump(pty, 1) && clock_milliseconds() > deadline)
            fail_msg("%d bytes are not read", left);
    }
}

void pty_resize(Pty *pty, int width, int height) {
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    pty->width = width;
    pty->height = height;
    vterm_set_size(pty->vterm, height, width);
    assert_int_equal(ioctl(pty->fd, TIOCSWINSZ, &size), 0);
}

static void row_text(Pty *pty, int y, char out[ROW_MAX]) {
    VTermRect row = {.start_row = y, .end_row = y + 1, .start_col = 0, .end_col = pty->width};
    size_t size = vterm_screen_get_text(pty->screen, out, ROW_MAX - 1, row);
    out[size] = '\0';
}

bool pty_shows(Pty *pty, const char *text) {
    char row[ROW_MAX];
    for (int y = 0; y < pty->height; y++) {
        row_text(pty, y, row);
        if (strstr(row, text) != NULL) return true;
    }
    return false;
}

static void fail_with_screen(Pty *pty, const char *what) {
    char row[ROW_MAX];
    for (int y = 0; y < pty->height; y++) {
        row_text(pty, y, row);
        if (row[0] != '\0') print_error("%3d|%s\n", y, row);
    }
    fail_msg("not seen in time: %s", what);
}

void pty_wait_text(Pty *pty, const char *text) {
    double deadline = clock_milliseconds() + DEADLINE_MS;
    while (!pty_shows(pty, text)) {
        if (!pump(pty, 100) && clock_milliseconds() > deadline) fail_with_screen(pty, text);
    }
}

int pty_wait_end(Pty *pty) {
    double deadline = clock_milliseconds() + DEADLINE_MS;
    struct pollfd event = {.fd = pty->events, .events = POLLIN};
    while (poll(&event, 1, 0) == 0) {
        if (!pump(pty, 10) && clock_milliseconds() > deadline)
            fail_with_screen(pty, "the end of the program");
    }
    int status = 0;
    assert_int_equal(read(pty->events, &status, sizeof status), sizeof status);
    while (pump(pty, 0)) continue;
    return status;
}

int pty_wait_end_unread(Pty *pty, int timeout_ms) {
    struct pollfd event = {.fd = pty->events, .events = POLLIN};
    int status = 0;
    if (poll(&event, 1, timeout_ms) <= 0) fail_msg("the program has not ended after %d ms", timeout_ms);
    assert_int_equal(read(pty->events, &status, sizeof status), sizeof status);
    while (pump(pty, 0)) continue;
    return status;
}

void pty_wait_output(Pty *pty, const char *bytes) {
    double deadline = clock_milliseconds() + DEADLINE_MS;
    while (!pty_wrote(pty, bytes))
        if (!pump(pty, 100) && clock_milliseconds() > deadline)
            fail_with_screen(pty, bytes + (*bytes == '\033'));
}

/* For a moment it may seem so, until the kernel has moved to the other end what has come. */
static void wait_full(Pty *pty, bool resizing) {
    enum { LASTING_MS = 50 };
    struct pollfd room = {.fd = pty->tty, .events = POLLOUT};
    double deadline = clock_milliseconds() + DEADLINE_MS;
    for (int k = 0; poll(&room, 1, LASTING_MS) != 0; k++) {
        if (clock_milliseconds() > deadline) fail_msg("the terminal still takes output");
        if (resizing) pty_resize(pty, 180 + k % 20, 60);
        usleep(1000);
    }
}

void pty_wait_full(Pty *pty) {
    wait_full(pty, false);
}

void pty_fill(Pty *pty) {
    wait_full(pty, true);
}

void pty_continue(Pty *pty) {
    assert_int_equal(write(pty->commands, "c", 1), 1);
}

void pty_continue_in_background(Pty *pty) {
    assert_int_equal(write(pty->commands, "b", 1), 1);
}

bool pty_wrote(const Pty *pty, const char *bytes) {
    return pty->output != NULL && memmem(pty->output, pty->output_size, bytes, strlen(bytes)) != NULL;
}

static bool to_rgb(Pty *pty, VTermColor color, bool is_default, Rgb *rgb) {
    vterm_screen_convert_color_to_rgb(pty->screen, &color);
    *rgb = (Rgb){.r = color.rgb.red, .g = color.rgb.green, .b = color.rgb.blue};
    return !is_default;
}

bool pty_colors(Pty *pty, int x, int y, Rgb *fg, Rgb *bg) {
    VTermScreenCell cell;
    VTermPos position = {.row = y, .col = x};
    assert_int_equal(vterm_screen_get_cell(pty->screen, position, &cell), 1);
    bool has_fg = to_rgb(pty, cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg), fg);
    bool has_bg = to_rgb(pty, cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg), bg);
    return has_fg && has_bg;
}

int pty_ground(Pty *pty, int x, int y) {
    VTermScreenCell cell;
    assert_int_equal(vterm_screen_get_cell(pty->screen, (VTermPos){.row = y, .col = x}, &cell), 1);
    return !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg) && VTERM_COLOR_IS_INDEXED(&cell.bg) ? cell.bg.indexed.idx
                                                                                    : -1;
}

void pty_wait_ground(Pty *pty, int x, int y, int index) {
    double deadline = clock_milliseconds() + DEADLINE_MS;
    while (pty_ground(pty, x, y) != index)
        if (!pump(pty, 100) && clock_milliseconds() > deadline) fail_with_screen(pty, "the colour of a cell");
}

bool pty_modes_are_restored(const Pty *pty) {
    struct termios now;
    if (tcgetattr(pty->tty, &now) != 0) return false;
    return now.c_iflag == pty->modes.c_iflag && now.c_oflag == pty->modes.c_oflag &&
           now.c_lflag == pty->modes.c_lflag && now.c_cflag == pty->modes.c_cflag &&
           memcmp(now.c_cc, pty->modes.c_cc, sizeof now.c_cc) == 0;
}

/* The last of two sequences that the child wrote. */
static bool is_on(const Pty *pty, const char *on, const char *off) {
    size_t size = pty->output_size, on_size = strlen(on), off_size = strlen(off);
    for (size_t at = size; at-- > 0;) {
        if (at + on_size <= size && memcmp(pty->output + at, on, on_size) == 0) return true;
        if (at + off_size <= size && memcmp(pty->output + at, off, off_size) == 0) return false;
    }
    return false;
}

void pty_assert_is_back(Pty *pty) {
    static const char *const switches[][3] = {
        {"alternate screen", "\033[?1049h", "\033[?1049l"},
        {"keypad", "\033=", "\033>"},
        {"cursor keys", "\033[?1h", "\033[?1l"},
        {"mouse", "\033[?1000h", "\033[?1000l"},
        {"mouse reports", "\033[?1006h", "\033[?1006l"},
        {"paste", "\033[?2004h", "\033[?2004l"},
    };
    for (size_t k = 0; k < sizeof switches / sizeof *switches; k++)
        if (is_on(pty, switches[k][1], switches[k][2])) fail_msg("%s: still on", switches[k][0]);
    if (!pty_modes_are_restored(pty)) fail_msg("the modes of the terminal are not as before");
    if (pty->alternate || !pty->cursor_visible) fail_msg("the screen or the cursor is not as before");
}

void pty_end(Pty *pty) {
    kill(pty->child, SIGKILL);
    kill(pty->leader,
         SIGKILL); /* it would wait for `commands` to close, which a later pty's leader holds too */
    close(pty->commands);
    close(pty->events);
    close(pty->fd);
    close(pty->tty);
    waitpid(pty->leader, NULL, 0);
    vterm_free(pty->vterm);
    free(pty->output);
}
