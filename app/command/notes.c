/* The speaker's terminal. On a terminal a screen with a clock; elsewhere one line for each change. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/cli/options.h"
#include "app/command/command.h"
#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "core/base/clock.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/term/term.h"

enum {
    LINE_MAX_BYTES = 1 << 18, /* six times a page: \u001b */
    RETRY_MS = 200,
    SECOND_MS = 1000,
    PIECES_A_FRAME = 4, /* keys, signals and the screen have their turn, however much comes */
};

static const char WAITING[] = "waiting for 'skipscope present LESSON' in another terminal ...";
static const char ENDED[] = "the presentation has ended";

/* What this end knows. */
typedef struct Listener {
    char path[NOTES_LINK_PATH_MAX];
    int fd; /* -1: nobody is there */
    char *line;
    size_t length;
    NotesPanel panel;
    int last_row;      /* of the notes at the top when their end is shown, as last drawn */
    double heard_s;    /* when the panel came */
    bool known, ended; /* a page has come; and the presentation is over since */
} Listener;

static bool open_listener(Listener *listener, const Options *options, Error *err) {
    *listener = (Listener){.fd = -1};
    if (!notes_link_path(options->explorer.name ? options->explorer.name : "present", listener->path, err))
        return false;
    listener->line = malloc(LINE_MAX_BYTES);
    return listener->line || error_set(err, ERROR_FAILED, "not enough memory");
}

static void close_listener(Listener *listener) {
    if (listener->fd >= 0) close(listener->fd);
    free(listener->line);
}

/* False when what is there is not this user's, or no socket. */
static bool look_for(Listener *listener, Error *err) {
    if (listener->fd >= 0) return true;
    if (!notes_link_check_path(listener->path, err)) return false;
    listener->fd = notes_link_connect(listener->path, err);
    listener->length = 0;
    return listener->fd >= 0 || err->kind == ERROR_NONE;
}

static void lose(Listener *listener) {
    close(listener->fd);
    listener->fd = -1;
    listener->ended = listener->known;
    listener->panel.elapsed_s += clock_seconds() - listener->heard_s;
    listener->panel.page_s += clock_seconds() - listener->heard_s;
}

static bool is_same_page(const NotesPanel *a, const NotesPanel *b) {
    return a->page == b->page && strcmp(a->lesson, b->lesson) == 0 && strcmp(a->notes, b->notes) == 0;
}

/* Takes the next whole line; false when there is none. What is no page is passed over. */
static bool take_line(Listener *listener) {
    char *end = memchr(listener->line, '\n', listener->length);
    NotesPanel panel;
    if (!end) return false;
    *end = '\0';
    if (notes_link_read_page(listener->line, &panel)) {
        panel.first = is_same_page(&panel, &listener->panel) ? listener->panel.first : 0;
        listener->panel = panel;
        listener->heard_s = clock_seconds();
        listener->known = true;
        listener->ended = false;
    }
    listener->length -= (size_t)(end + 1 - listener->line);
    memmove(listener->line, end + 1, listener->length);
    return true;
}

/* What has come by now; true when there is more to be had from it than before. */
static bool hear(Listener *listener) {
    if (listener->fd < 0) return false;
    ssize_t count = recv(listener->fd, listener->line + listener->length, LINE_MAX_BYTES - listener->length,
                         MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) {
        lose(listener);
        return true;
    }
    listener->length += (size_t)count;
    return true;
}

static void send_request(Listener *listener, const char *request) {
    if (listener->fd >= 0) send(listener->fd, request, strlen(request), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void write_clock(char out[16]) {
    time_t now = time(NULL);
    struct tm local;
    strftime(out, 16, "%H:%M:%S", localtime_r(&now, &local));
}

/* `14:32:05 3/7 Title [the view]: notes (next: ...)`, without a byte that could drive a terminal. */
static void print_page(const NotesPanel *panel) {
    char clock[16];
    write_clock(clock);
    printf("%s ", clock);
    if (panel->pages == 0) {
        puts("no lesson is under way");
    } else {
        printf("%d/%d ", panel->page, panel->pages);
        utf8_put(stdout, panel->title);
        fputs(" [", stdout);
        utf8_put(stdout, panel->now);
        fputs("]: ", stdout);
        utf8_put(stdout, *panel->notes ? panel->notes : "no notes");
        if (*panel->answer) {
            fputs(" (right answer: ", stdout);
            utf8_put(stdout, panel->answer);
            putchar(')');
        }
        fputs(" (next: ", stdout);
        utf8_put(stdout, panel->next);
        puts(")");
    }
    fflush(stdout);
}

static bool run_plain(Listener *listener, Error *err) {
    bool told = false;
    while (!listener->ended && !ferror(stdout)) {
        if (!look_for(listener, err)) return false;
        if (listener->fd < 0 && !told) fprintf(stderr, "%s\n", WAITING);
        told = told || listener->fd < 0;
        poll(&(struct pollfd){.fd = listener->fd, .events = POLLIN}, 1, listener->fd < 0 ? RETRY_MS : -1);
        hear(listener);
        while (take_line(listener)) print_page(&listener->panel);
    }
    puts(ENDED);
    return true;
}

static bool draw(Term *term, Listener *listener) {
    Canvas *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    NotesPanel panel = listener->panel;
    char clock[16];
    if (!canvas) return false;
    if (listener->fd >= 0 && listener->known) {
        panel.elapsed_s += clock_seconds() - listener->heard_s;
        panel.page_s += clock_seconds() - listener->heard_s;
    }
    if (listener->ended) panel.pages = 0;
    write_clock(clock);
    const char *message = listener->ended                        ? ENDED
                          : listener->fd < 0 || !listener->known ? WAITING
                          : panel.pages == 0                     ? "no lesson is under way"
                                                                 : NULL;
    NotesRows rows = notes_panel_draw(canvas, &panel, clock, message);
    listener->panel.first = rows.first;
    listener->last_row = rows.last;
    term_flush(term, canvas);
    canvas_free(canvas);
    return true;
}

/* False: leave. */
static bool obey(Term *term, Listener *listener, const Key *key) {
    switch (key->code) {
    case 'q':
    case KEY_CODE_ESCAPE: return false;
    case ' ':
    case KEY_CODE_ENTER:
    case KEY_CODE_RIGHT:
    case KEY_CODE_PAGE_DOWN: send_request(listener, "next\n"); break;
    case KEY_CODE_BACKSPACE:
    case KEY_CODE_LEFT:
    case KEY_CODE_PAGE_UP: send_request(listener, "back\n"); break;
    /* Several keys may come before the next drawing: none counts beyond an end. */
    case KEY_CODE_UP: listener->panel.first = integer_max(listener->panel.first - 1, 0); break;
    case KEY_CODE_DOWN:
        listener->panel.first = integer_min(listener->panel.first + 1, listener->last_row);
        break;
    case 'L' & 0x1f: term_redraw(term); break;
    default: break;
    }
    return true;
}

static void suit_background(Term *term) {
    Background background;
    if (term_take_background(term, &background))
        term_set_theme(term, background == BACKGROUND_LIGHT ? THEME_LIGHT : THEME_DARK);
}

static bool run_on_terminal(Term *term, Listener *listener, Error *err) {
    while (!term_signal()) {
        struct timespec now;
        suit_background(term);
        if (!look_for(listener, err)) return false;
        for (int k = 0; k < PIECES_A_FRAME && hear(listener); k++)
            while (take_line(listener)) continue;
        term_watch(term, listener->fd);
        if (!draw(term, listener)) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
        clock_gettime(CLOCK_REALTIME, &now);
        term_wait(term, listener->fd < 0 ? RETRY_MS : SECOND_MS - (int)(now.tv_nsec / 1000000));
        for (Key key; !term_signal() && term_read_key(term, &key);)
            if (!obey(term, listener, &key)) return true;
    }
    return true;
}

bool command_notes(const Options *options, Error *err) {
    Listener listener;
    ThemeId theme = THEME_DARK;
    if (options->explorer.theme && !theme_find(options->explorer.theme, &theme))
        return error_set(err, ERROR_USAGE, "there is no theme '%s': expected dark, light, contrast or mono",
                         options->explorer.theme);
    if (!open_listener(&listener, options, err)) return false;
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), ok = false;
    int number = 0;
    if (terminal) {
        TermConfig config = {.depth = options_color(options),
                             .theme = theme,
                             .ascii = options->output.ascii,
                             .ask_background = !options->explorer.theme};
        Term *term = term_open(&config, err);
        ok = term && run_on_terminal(term, &listener, err);
        term_close(term);
        number = term_signal();
    } else {
        ok = run_plain(&listener, err);
    }
    close_listener(&listener);
    if (number != 0) {
        signal(number, SIG_DFL);
        raise(number);
    }
    return ok;
}
