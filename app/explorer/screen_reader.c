#include "app/explorer/screen_reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/output.h"
#include "app/explorer/screen_reader_state.h"
#include "app/input/keymap.h"
#include "core/base/clock.h"
#include "core/base/line.h"
#include "core/base/utf8.h"
#include "views/scene/action_parse.h"
#include "views/words/say.h"

/* Work that takes longer than PATIENCE_S is announced, and its progress is told every REPORT_S. */
static const double PATIENCE_S = 1, REPORT_S = 10;

void screen_reader_say(ScreenReader *reader, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    utf8_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    say_put(reader->config.out, text, reader->config.ascii);
}

static void say_progress(ScreenReader *reader) {
    Scene scene = session_scene(screen_front(reader->screen));
    if (scene.job.total > 0)
        screen_reader_say(reader, "Working: %s, %d of %d steps.", scene.job.title, scene.job.done,
                          scene.job.total);
    else
        screen_reader_say(reader, "Working.");
    fflush(reader->config.out);
}

static void finish_work(ScreenReader *reader) {
    double next = clock_seconds() + PATIENCE_S;
    screen_play_out(reader->screen);
    while (screen_work(reader->screen)) {
        if (clock_seconds() < next) continue;
        say_progress(reader);
        next = clock_seconds() + REPORT_S;
    }
}

static void do_action(ScreenReader *reader, const Action *action) {
    if (action->id == ACTION_SCREEN && strcmp(action->text, "-") == 0) {
        screen_reader_say(reader, "Not done: the screen is a drawing; describe says it in words.");
        return;
    }
    screen_do(reader->screen, action);
    finish_work(reader);
    if (screen_wants_quit(reader->screen))
        reader->done = true;
    else
        screen_reader_say_changes(reader);
}

/* A line of one letter is a key, since the texts name keys. */
static bool press(ScreenReader *reader, const char *line) {
    uint32_t code;
    if (strlen(line) != 1 || !key_parse(line, &code)) return false;
    if (!bindings_find(&reader->screen->bindings, code) && keymap_find(code).id == ACTION_NONE) return false;
    screen_key(reader->screen, &(Key){.code = code});
    finish_work(reader);
    reader->screen->typing.letter = ACTION_NONE;
    reader->done = screen_wants_quit(reader->screen);
    if (!reader->done) screen_reader_say_changes(reader);
    return true;
}

static void do_line(ScreenReader *reader, const char *line) {
    Action action;
    Error err = {0};
    if (press(reader, line)) return;
    if (!action_parse(line, &action, &err))
        screen_reader_say(reader, "Not done: %s.", err.text);
    else if (action.id != ACTION_NONE)
        do_action(reader, &action);
}

static void say_actions(ScreenReader *reader) {
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
        screen_reader_say(reader, "%s: %s", action_name((ActionId)id), action_help((ActionId)id));
}

static void say_help(ScreenReader *reader) {
    screen_reader_say(
        reader, "An empty line is the same as 1. A number chooses from the menu; a word is an action, with "
                "what belongs to it after it, as in: select layer2.0.add, or: explain 3.");
    screen_reader_say(
        reader,
        "Words of this mode: menu, repeat, describe, views, pictures, lessons, actions (all of them), "
        "h, q.");
    screen_reader_say(reader, "A letter alone is the key of that name, which the texts speak of.");
    screen_reader_say(
        reader, "Where a lesson asks, numbers, letters and names of blocks are answers; all other words "
                "work as ever.");
    screen_reader_say_menu(reader);
}

/* Words that are not actions, or that do more here than the action of that name. */
static bool do_word(ScreenReader *reader, const char *word) {
    bool help = strcmp(word, "h") == 0 || strcmp(word, "help") == 0 || strcmp(word, "?") == 0;
    if (screen_reader_open_menu(reader, word)) return true;
    screen_reader_main_menu(reader);
    if (help)
        say_help(reader);
    else if (strcmp(word, "menu") == 0)
        screen_reader_say_menu(reader);
    else if (strcmp(word, "actions") == 0)
        say_actions(reader);
    else if (strcmp(word, "repeat") == 0 || strcmp(word, "r") == 0)
        screen_reader_say_where(reader);
    else if (strcmp(word, "describe") == 0)
        screen_reader_say_view(reader);
    else if (strcmp(word, "q") == 0)
        do_line(reader, "quit");
    else
        return false;
    return true;
}

static void choose_entry(ScreenReader *reader, int number) {
    if (number < 1 || number > reader->menu.count) {
        screen_reader_say(reader, "Not done: the menu goes from 1 to %d.", reader->menu.count);
        return;
    }
    char line[ACTION_TEXT_MAX];
    memcpy(line, reader->menu.entries[number - 1].line, sizeof line);
    screen_reader_main_menu(reader);
    if (!do_word(reader, line)) do_line(reader, line);
}

static bool is_number(const char *line) {
    return *line && line[strspn(line, "0123456789")] == '\0' && strlen(line) < 4;
}

static bool is_command(const char *line) {
    static const char *const words[] = {"h",       "help",  "?",       "q",        "menu", "repeat",
                                        "actions", "views", "lessons", "pictures", NULL};
    char name[SCREEN_READER_LABEL_MAX];
    utf8_format(name, sizeof name, "%.*s", (int)strcspn(line, " \t"), line);
    for (int k = 0; words[k]; k++)
        if (strcmp(name, words[k]) == 0) return true;
    return *line == ':' || action_find(name) != ACTION_NONE;
}

/* While a question is open, a line that is nothing else is its answer. */
static bool give_answer(ScreenReader *reader, const char *line) {
    Action action = {.id = ACTION_ANSWER};
    if (!screen_reader_asks(reader) || is_command(line)) return false;
    if (*line == '\0') {
        screen_reader_say(reader, "Type the answer, or skip.");
        return true;
    }
    if (strcmp(line, "back") == 0)
        action.id = ACTION_LESSON_BACK;
    else if (strcmp(line, "skip") != 0)
        utf8_copy(action.text, sizeof action.text, line);
    do_action(reader, &action);
    return true;
}

static void obey_line(ScreenReader *reader, char *line) {
    line = line_trim(line);
    if (give_answer(reader, line)) return;
    line += *line == ':';
    if (*line == '\0')
        choose_entry(reader, 1);
    else if (is_number(line))
        choose_entry(reader, (int)strtol(line, NULL, 10));
    else if (!do_word(reader, line))
        do_line(reader, line);
}

/* The next line, without its line end. One that is too long, or is not UTF-8, is read to its end and refused;
 * the line is "" then. False at the end of the input. */
static bool read_line(ScreenReader *reader, char line[ACTION_TEXT_MAX]) {
    FILE *in = reader->config.in;
    size_t length = 0;
    bool nul = false;
    int c;
    if (reader->config.prompt) fputs("> ", reader->config.out);
    fflush(reader->config.out);
    while ((c = fgetc(in)) != EOF && c != '\n') {
        if (length < ACTION_TEXT_MAX - 1) line[length] = (char)c;
        length++;
        nul = nul || c == '\0';
    }
    if (c == EOF && length == 0) return false;
    reader->refused = nul || length >= ACTION_TEXT_MAX;
    line[reader->refused ? 0 : length] = '\0';
    if (nul)
        screen_reader_say(reader, "Not done: the line has a NUL byte in it.");
    else if (reader->refused)
        screen_reader_say(reader, "Not done: the line has %zu bytes, at most %d are read.", length,
                          ACTION_TEXT_MAX - 1);
    return true;
}

bool screen_reader_run(Screen *screen, const ScreenReaderConfig *config, Error *err) {
    ScreenReader reader = {.screen = screen, .config = *config};
    char line[ACTION_TEXT_MAX];
    screen_reader_say(&reader, "skipscope in words: a residual network, one operation after the other.");
    finish_work(&reader);
    screen_reader_main_menu(&reader);
    screen_reader_look(&reader);
    screen_reader_say_where(&reader);
    if (!screen_reader_asks(&reader)) screen_reader_say_menu(&reader);
    while (!reader.done && read_line(&reader, line))
        if (!reader.refused) obey_line(&reader, line);
    return fflush(config->out) == 0 || output_refuse(err);
}
