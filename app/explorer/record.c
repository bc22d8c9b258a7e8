#include "app/explorer/record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/explorer/script.h"
#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/canvas/export.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"

/* Milliseconds at RECORD_PACE. */
enum {
    LOOK_MS = 2500,  /* at a view that has changed */
    THINK_MS = 4000, /* about a question, beyond reading it */
    TYPE_MS = 70,    /* a key of a line */
    ENTER_MS = 500,  /* before a line is entered */
    KEY_MS = 900,    /* after a key of its own */
    LINE_MS = 1800,  /* after a line of a script, */
    SKIM_MS = 40,    /* and for each word in the rows that it has changed, */
    SKIM_MAX = 80,   /* words: no longer a wait for more of them */
    END_MS = 3000,
};

typedef struct Recorder {
    Screen *screen;
    CastWriter *cast;
    Canvas *canvas;
    long now_ms;
    int pace;
    char chapter[RECORD_CHAPTER_MAX]; /* marked last */
} Recorder;

static void wait_ms(Recorder *recorder, long at_usual_pace) {
    recorder->now_ms += at_usual_pace * RECORD_PACE / recorder->pace;
}

static int count_words(const char *text) {
    int words = 0;
    for (bool inside = false; *text; text++) {
        bool space = isspace((unsigned char)*text);
        words += !space && !inside;
        inside = !space;
    }
    return words;
}

/* Takes the first line off *text; its length, -1 after the last. */
static int take_row(const char **text, const char **row) {
    if (**text == '\0') return -1;
    size_t length = strcspn(*text, "\n");
    *row = *text;
    *text += length + ((*text)[length] == '\n');
    return (int)length;
}

/* Words in the rows of `now` that `before` does not have in their place. */
static int changed_words(const char *before, const char *now) {
    const char *old = "", *row;
    int words = 0, old_length = 0, length;
    while ((length = take_row(&now, &row)) >= 0) {
        char line[4 * CANVAS_SIDE_MAX];
        if (old_length >= 0) old_length = take_row(&before, &old);
        if (old_length == length && memcmp(old, row, (size_t)length) == 0) continue;
        utf8_format(line, sizeof line, "%.*s", length, row);
        words += count_words(line);
    }
    return words;
}

static void read_words(Recorder *recorder, const char *text) {
    wait_ms(recorder, count_words(text) * 60000L / RECORD_PACE);
}

ColorDepth record_depth(ColorDepth wanted) {
    const char *none = getenv("NO_COLOR");
    if (wanted != COLOR_DEPTH_AUTO) return wanted;
    return none && *none ? COLOR_DEPTH_NONE : COLOR_DEPTH_RGB;
}

static bool refuse_standing(const char *path, Error *err) {
    return error_set(
        err, ERROR_USAGE,
        "%s: is there already, and a recording replaces nothing: give another name, or remove it", path);
}

bool record_check(const char *path, Error *err) {
    struct stat status;
    bool stands = stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    return !stands || refuse_standing(path, err);
}

FILE *record_open(const char *path, Error *err) {
    struct stat status;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    bool stands = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    FILE *file = fd >= 0 && !stands ? fdopen(fd, "w") : NULL;
    if (file) {
        setvbuf(file, NULL, _IOLBF, BUFSIZ);
        return file;
    }
    if (stands)
        refuse_standing(path, err);
    else
        error_set(err, ERROR_FAILED, "%s cannot be written: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return NULL;
}

bool record_chapter(const Screen *screen, char chapter[RECORD_CHAPTER_MAX]) {
    LessonPanel panel;
    char now[RECORD_CHAPTER_MAX];
    if (!screen_lesson_panel(screen, &panel)) return false;
    utf8_format(now, sizeof now, "%d/%d %s", panel.page + 1, panel.page_count, panel.title);
    if (strcmp(now, chapter) == 0) return false;
    memcpy(chapter, now, sizeof now);
    return true;
}

static bool fit_canvas(Recorder *recorder) {
    const Display *display = &screen_own(recorder->screen)->display;
    const Canvas *canvas = recorder->canvas;
    if (canvas && canvas->width == display->width && canvas->height == display->height) return true;
    canvas_free(recorder->canvas);
    recorder->canvas = canvas_new(display->width, display->height, display->flags);
    return recorder->canvas;
}

/* What the screen shows when all work is done. */
static bool show_frame(Recorder *recorder, Error *err) {
    screen_finish_work(recorder->screen);
    if (!fit_canvas(recorder)) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
    screen_draw(recorder->screen, recorder->canvas);
    cast_theme(recorder->cast, screen_theme(recorder->screen));
    cast_frame(recorder->cast, recorder->now_ms, recorder->canvas);
    if (record_chapter(recorder->screen, recorder->chapter))
        cast_marker(recorder->cast, recorder->now_ms, recorder->chapter);
    return true;
}

void record_key_bytes(uint32_t code, char out[RECORD_KEY_MAX]) {
    static const struct {
        uint32_t code;
        const char *bytes;
    } special[] = {
        {KEY_CODE_ENTER, "\r"},       {KEY_CODE_ESCAPE, "\033"},     {KEY_CODE_BACKSPACE, "\x7f"},
        {KEY_CODE_TAB, "\t"},         {KEY_CODE_UP, "\033[A"},       {KEY_CODE_DOWN, "\033[B"},
        {KEY_CODE_RIGHT, "\033[C"},   {KEY_CODE_LEFT, "\033[D"},     {KEY_CODE_HOME, "\033[H"},
        {KEY_CODE_END, "\033[F"},     {KEY_CODE_PAGE_UP, "\033[5~"}, {KEY_CODE_PAGE_DOWN, "\033[6~"},
        {KEY_CODE_DELETE, "\033[3~"}, {KEY_CODE_BACKTAB, "\033[Z"}};
    out[0] = '\0';
    if (code < KEY_CODE_UP) out[utf8_encode(code, out)] = '\0';
    for (size_t k = 0; k < sizeof special / sizeof *special; k++)
        if (special[k].code == code) utf8_copy(out, RECORD_KEY_MAX, special[k].bytes);
}

/* Time to look at what a line has changed since `before`. */
static void skim(Recorder *recorder, const char *before) {
    char *now = canvas_export_text_string(recorder->canvas);
    int words = before && now ? changed_words(before, now) : 0;
    wait_ms(recorder, LINE_MS + (long)SKIM_MS * (words < SKIM_MAX ? words : SKIM_MAX));
    free(now);
}

static bool press(Recorder *recorder, uint32_t code, Error *err) {
    char bytes[RECORD_KEY_MAX];
    record_key_bytes(code, bytes);
    if (*bytes) cast_input(recorder->cast, recorder->now_ms, bytes);
    screen_key(recorder->screen, &(Key){.code = code});
    return show_frame(recorder, err);
}

/* Reads a page, asks, shows; false in *more at the end of the last page, which stays. */
static bool play_phase(Recorder *recorder, bool *more, Error *err) {
    LessonPanel panel;
    *more = screen_lesson_panel(recorder->screen, &panel);
    if (!*more) return true;
    bool asks = panel.phase == LESSON_ASK, shown = panel.phase == LESSON_SHOWN;
    if (asks) {
        wait_ms(recorder, THINK_MS);
    } else {
        read_words(recorder, panel.verdict);
        read_words(recorder, panel.text);
        read_words(recorder, panel.question);
        read_words(recorder, panel.task);
        if (shown || !panel.changes || panel.page == 0) wait_ms(recorder, LOOK_MS);
        wait_ms(recorder, KEY_MS);
    }
    *more = panel.page + 1 < panel.page_count || (panel.changes && !shown);
    return !*more || press(recorder, asks ? KEY_CODE_ESCAPE : ' ', err);
}

static bool play_lesson(Recorder *recorder, Error *err) {
    bool more = true, ok = show_frame(recorder, err);
    /* At most three phases a page. */
    for (int k = 3 * LESSON_PAGES_MAX; ok && more && k > 0; k--) ok = play_phase(recorder, &more, err);
    return ok;
}

static bool begin_recording(Recorder *recorder, Screen *screen, const RecordConfig *config, const char *title,
                            FILE *out, Error *err) {
    CastConfig cast = {.width = screen_own(screen)->display.width,
                       .height = screen_own(screen)->display.height,
                       .theme = screen_theme(screen),
                       .depth = config->depth,
                       .title = config->title ? config->title : title};
    *recorder = (Recorder){.screen = screen,
                           .cast = cast_begin(out, &cast),
                           .pace = config->pace > 0 ? config->pace : RECORD_PACE};
    return recorder->cast || error_set(err, ERROR_FAILED, "not enough memory for the recording");
}

static bool end(Recorder *recorder, bool ok, Error *err) {
    wait_ms(recorder, END_MS);
    canvas_free(recorder->canvas);
    if (!cast_end(recorder->cast, recorder->now_ms) && ok)
        return error_set(err, ERROR_FAILED, "the recording cannot be written");
    return ok;
}

bool record_lesson(Screen *screen, const char *name, const RecordConfig *config, FILE *out, Error *err) {
    Recorder recorder;
    LessonPanel panel;
    if (!screen_begin_lesson(screen, name, err)) return false;
    screen_lesson_panel(screen, &panel);
    if (!begin_recording(&recorder, screen, config, panel.lesson, out, err)) return false;
    return end(&recorder, play_lesson(&recorder, err), err);
}

/* Types it as a user does: the colon, the line, Enter. */
static bool type_line(Recorder *recorder, const char *line, Error *err) {
    TextScan scan = text_scan(line, strlen(line));
    uint32_t glyph;
    int width;
    bool ok = press(recorder, ':', err);
    while (ok && text_scan_next(&scan, &glyph, &width)) {
        wait_ms(recorder, TYPE_MS);
        ok = press(recorder, glyph, err);
    }
    wait_ms(recorder, ENTER_MS);
    return ok && press(recorder, KEY_CODE_ENTER, err);
}

static bool press_all(Recorder *recorder, const char *names, Error *err) {
    char copy[ACTION_TEXT_MAX], *state = NULL;
    if (!action_trim_line(names, copy, err)) return false;
    for (char *name = strtok_r(copy, " \t", &state); name; name = strtok_r(NULL, " \t", &state)) {
        uint32_t code;
        if (!key_parse(name, &code)) return error_set(err, ERROR_USAGE, "keys: there is no key '%s'", name);
        if (!press(recorder, code, err)) return false;
        wait_ms(recorder, KEY_MS);
    }
    return true;
}

/* Checks a line before it is typed. */
static bool play_line(Recorder *recorder, char *line, Error *err) {
    Action action;
    line += strspn(line, " \t");
    line[strcspn(line, "\r")] = '\0';
    if (*line == '#') {
        line += 1 + strspn(line + 1, " \t");
        if (*line) cast_marker(recorder->cast, recorder->now_ms, line);
        return true;
    }
    if (*line == '\0') return true;
    if (strncmp(line, "keys ", 5) == 0) return press_all(recorder, line + 5, err);
    bool quiet = strncmp(line, "size ", 5) == 0 || layer_takes_text(recorder->screen);
    char *before = canvas_export_text_string(recorder->canvas);
    bool ok = quiet ? script_run_line(recorder->screen, line, err)
                    : action_parse(line, &action, err) && type_line(recorder, line, err);
    screen_play_out(recorder->screen);
    const char *problem = ok ? screen_error(recorder->screen) : NULL;
    if (ok && !problem) problem = screen_refusal(recorder->screen);
    ok = ok && (problem ? error_set(err, ERROR_FAILED, "%s", problem) : show_frame(recorder, err));
    if (ok) skim(recorder, before);
    free(before);
    return ok;
}

static bool play_script(Recorder *recorder, const char *path, char *text, Error *err) {
    bool ok = show_frame(recorder, err);
    char *line;
    wait_ms(recorder, LINE_MS);
    for (int number = 1; ok && (line = script_next_line(&text)); number++) {
        Error problem = {0};
        ok = play_line(recorder, line, &problem);
        if (!ok) error_set(err, problem.kind, "%s:%d: %s", path, number, problem.text);
        if (screen_wants_quit(recorder->screen)) break;
    }
    return ok;
}

bool record_script(Screen *screen, const char *path, const RecordConfig *config, FILE *out, Error *err) {
    Recorder recorder;
    char *text = script_load(path, err);
    if (!text) return false;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    bool ok = begin_recording(&recorder, screen, config, strcmp(path, "-") == 0 ? NULL : name, out, err) &&
              end(&recorder, play_script(&recorder, path, text, err), err);
    free(text);
    return ok;
}
