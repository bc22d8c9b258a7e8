#include "app/explorer/explorer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/argument_kind.h"
#include "app/explorer/config.h"
#include "app/explorer/record.h"
#include "app/explorer/screen_reader.h"
#include "app/explorer/script.h"
#include "app/explorer/speaker.h"
#include "app/lesson/lesson.h"
#include "app/screen/screen.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "views/term/term.h"

/* Work runs in slices that end as soon as a key waits; the screen follows less often, because drawing takes
 * time from the work. */
/* While work is under way the screen is drawn five times a second: a key that comes during a drawing waits for it. */
enum { SLICE_MS = 16, REDRAW_MS = 200 };

/* What goes along with the screen: the speaker's notes in another terminal, and a recording in real time. */
typedef struct Live {
    Speaker speaker;
    FILE *file; /* NULL: nothing is recorded */
    CastWriter *cast;
    ColorDepth depth;
    double begin_ms;
    char chapter[RECORD_CHAPTER_MAX];
    bool told; /* that the recording cannot be written */
} Live;

enum { LIVE_IDLE_S = 4 };

static long live_time(const Live *live) {
    return (long)(clock_milliseconds() - live->begin_ms);
}

static bool live_open(Live *live, const Options *options, Error *err) {
    *live = (Live){.depth = record_depth(options_color(options))};
    if (!options->explorer.record) return true;
    live->file = record_open(options->explorer.record, err);
    return live->file;
}

static void live_key(Live *live, const Key *key) {
    char bytes[RECORD_KEY_MAX];
    if (!live->cast) return;
    record_key_bytes(key->code, bytes);
    if (*bytes) cast_input(live->cast, live_time(live), bytes);
}

/* At once, and not after the class. True when there is something new to see. */
static bool live_trouble(Live *live, Screen *screen) {
    if (live->told || !live->file || !ferror(live->file)) return false;
    live->told = true;
    screen_say(screen, NOTICE_ERROR, "the recording cannot be written: is the disk full?", 0);
    return true;
}

static void live_frame(Live *live, const Screen *screen, const Canvas *canvas) {
    CastConfig config = {.width = canvas->width,
                         .height = canvas->height,
                         .theme = screen_theme(screen),
                         .depth = canvas->flags & CANVAS_MONO ? COLOR_DEPTH_NONE : live->depth,
                         .idle_limit_s = LIVE_IDLE_S};
    if (!live->file) return;
    if (!live->cast) {
        live->cast = cast_begin(live->file, &config);
        live->begin_ms = clock_milliseconds();
    }
    if (!live->cast) return;
    cast_theme(live->cast, screen_theme(screen));
    cast_frame(live->cast, live_time(live), canvas);
    if (record_chapter(screen, live->chapter)) cast_marker(live->cast, live_time(live), live->chapter);
}

static bool live_close(Live *live, const Options *options, Error *err) {
    bool ok = !live->cast || cast_end(live->cast, live_time(live));
    if (live->file && fclose(live->file) != 0) ok = false;
    return ok || error_set(err, ERROR_FAILED, "%s: the recording could not be written to its end",
                           options->explorer.record);
}

static bool work_for_a_slice(Screen *screen, Term *term) {
    double end = clock_milliseconds() + SLICE_MS;
    bool worked = false;
    while (clock_milliseconds() < end && screen_work(screen)) {
        worked = true;
        if (term_wait(term, 0)) break;
    }
    return worked;
}

/* The same for the speaker; what it has found goes to the notes at once. */
static bool rehearse_for_a_slice(Speaker *speaker, const Screen *screen, Term *term) {
    double end = clock_milliseconds() + SLICE_MS;
    bool worked = false;
    while (clock_milliseconds() < end && speaker_work(speaker, screen)) {
        worked = true;
        if (term_wait(term, 0)) break;
    }
    if (worked) speaker_show(speaker, screen);
    return worked;
}

static void fit_screen(Screen *screen, Term *term, Canvas **canvas) {
    if (*canvas && (*canvas)->width == term_width(term) && (*canvas)->height == term_height(term)) return;
    canvas_free(*canvas);
    *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    screen_set_canvas(screen, term_width(term), term_height(term), term_canvas_flags(term));
}

static bool read_keys(Screen *screen, Term *term, Live *live) {
    bool any = false;
    for (Key key; !screen_wants_quit(screen) && !term_signal() && term_read_key(term, &key);) {
        any = true;
        if (key.code == KEY_CODE_RESIZE) continue;
        key.at_s = clock_milliseconds() * 1e-3;
        live_key(live, &key);
        screen_key(screen, &key);
    }
    return any;
}

static bool hear_background(Screen *screen, Term *term) {
    Background background;
    if (!term_take_background(term, &background)) return false;
    screen_suit_background(screen, background);
    return true;
}

/* Reads keys and works until the screen should be drawn again. */
static void wait_and_work(Screen *screen, Term *term, Live *live) {
    double redraw_ms = clock_milliseconds() + REDRAW_MS;
    bool worked = false;
    while (!term_signal() && !read_keys(screen, term, live) && !hear_background(screen, term) &&
           !speaker_hear(&live->speaker, screen)) {
        if (work_for_a_slice(screen, term)) {
            if (clock_milliseconds() >= redraw_ms) return;
            worked = true;
        } else if (worked || screen_tick(screen)) {
            return;
        } else if (!rehearse_for_a_slice(&live->speaker, screen, term)) {
            term_wait(term, screen_wait_ms(screen));
            worked = true;
        }
    }
}

static void follow_mouse(Screen *screen, Term *term) {
    if (screen_mouse(screen) == term_mouse(term)) return;
    term_set_mouse(term, screen_mouse(screen));
    if (screen_mouse(screen) != term_mouse(term)) screen_refuse_mouse(screen);
}

static void offer_copy(Screen *screen, Term *term) {
    char *copy = screen_take_copy(screen);
    if (copy && !term_copy(term, copy)) screen_say(screen, NOTICE_ERROR, "this terminal has no clipboard", 0);
    free(copy);
}

static bool loop(Screen *screen, Term *term, Live *live, Error *err) {
    Canvas *canvas = NULL;
    while (!screen_wants_quit(screen) && !term_signal()) {
        hear_background(screen, term);
        fit_screen(screen, term, &canvas);
        if (!canvas) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
        if (screen_wants_redraw(screen)) term_redraw(term);
        follow_mouse(screen, term);
        offer_copy(screen, term);
        if (screen_theme(screen) != term_theme(term)) {
            term_set_theme(term, screen_theme(screen));
            fit_screen(screen, term, &canvas);
            screen_set_canvas(screen, term_width(term), term_height(term), term_canvas_flags(term));
            canvas->flags = term_canvas_flags(term);
        }
        screen_draw(screen, canvas);
        term_flush(term, canvas);
        speaker_show(&live->speaker, screen);
        live_frame(live, screen, canvas);
        if (!live_trouble(live, screen)) wait_and_work(screen, term, live);
    }
    canvas_free(canvas);
    return true;
}

/* Before anything that takes time, so that keys typed meanwhile are neither shown nor lost. */
static Term *open_terminal(const Options *options, Error *err) {
    /* The screen may choose another theme later. A recording looks the same wherever it is made. */
    TermConfig config = {.depth = options_color(options),
                         .ascii = options->output.ascii,
                         .ask_background = !options->explorer.record};
    explorer_find_theme(options, &config.theme, NULL);
    return term_open(&config, err);
}

/* A file of weights is read, or a state is gone to: that may take a second, before there is a screen. */
static bool takes_time(const Options *options) {
    ArgumentKind kind;
    bool word = options->word_count > 0 && argument_kind_find(options->words[0], &kind, NULL);
    return options->model.weights || options->explorer.state || (word && kind == ARGUMENT_WEIGHTS);
}

static void show_waiting(Term *term, const Options *options) {
    Canvas *canvas =
        takes_time(options) ? canvas_new(term_width(term), term_height(term), term_canvas_flags(term)) : NULL;
    if (!canvas) return;
    canvas_text_center(canvas, canvas_area(canvas), (canvas->height - 1) / 2,
                       (Style){.fg = color_role(ROLE_DIM)}, "preparing the network ...");
    term_flush(term, canvas);
    canvas_free(canvas);
}

/* Closes the terminal. */
static bool run_on_terminal(Screen *screen, Term *term, const Options *options, Error *err) {
    Live live;
    bool ok = live_open(&live, options, err);
    if (ok) speaker_open(&live.speaker, screen, options);
    if (live.speaker.link) term_watch(term, notes_link_fd(live.speaker.link));
    ok = ok && loop(screen, term, &live, err);
    term_close(term);
    speaker_close(&live.speaker);
    ok = live_close(&live, options, err) && ok;
    int number = term_signal();
    if (number != 0) {
        signal(number, SIG_DFL);
        raise(number);
    }
    return ok;
}

static bool run_script(Screen *screen, const Options *options, Error *err) {
    unsigned flags = (options->output.ascii ? CANVAS_ASCII : 0) | CANVAS_MONO;
    screen_set_canvas(screen, options->explorer.size.width ? options->explorer.size.width : 80,
                      options->explorer.size.height ? options->explorer.size.height : 24, flags);
    screen_finish_work(screen); /* of --state: a script does not wait */
    return script_run(screen, options->explorer.script, err);
}

static bool run_reader(Screen *screen, const Options *options, Error *err) {
    ScreenReaderConfig config = {.in = stdin,
                                 .out = stdout,
                                 .ascii = options->output.ascii,
                                 .prompt = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    screen_set_canvas(screen, 80, 24, CANVAS_MONO | (options->output.ascii ? CANVAS_ASCII : 0));
    return screen_reader_run(screen, &config, err);
}

bool explorer_find_theme(const Options *options, ThemeId *theme, Error *err) {
    *theme = options->explorer.presents ? THEME_CONTRAST : THEME_DARK;
    if (!options->explorer.theme || theme_find(options->explorer.theme, theme)) return true;
    return error_set(err, ERROR_USAGE, "there is no theme '%s': expected dark, light, contrast or mono",
                     options->explorer.theme);
}

/* One normalised image from a .npy file: of a batch, the first. */
static bool load_values(const Options *options, const Setup *setup, Batch *batch, Error *err) {
    return !options->input.file || setup_load_batch(batch, setup, options, 1, err);
}

/* What the loss asks for, by --target; -1: what is predicted. */
static int first_target(const Setup *setup, const Options *options) {
    const OptionCounts *asked = &options->input.target;
    return asked->count > 0 ? network_label(setup->model->network, asked->values[0]) : -1;
}

static Screen *open_screen(const Options *options, const Setup *setup, ThemeId theme, Error *err) {
    ScreenConfig config = {.session = {.setup = setup,
                                       .theme = theme,
                                       .theme_chosen = options->explorer.theme != NULL,
                                       .presenter = options->explorer.presents,
                                       .image = setup->image_count > 0 ? setup->images[0] : NULL,
                                       .target = first_target(setup, options)},
                           .mouse = options->explorer.mouse && !options->explorer.no_mouse,
                           .results = options->explorer.results};
    bool *lesioned = NULL;
    Batch batch = {0};
    Screen *screen = NULL;
    if (setup_pass_config(setup, options, &config.session.pass, &lesioned, err) &&
        load_values(options, setup, &batch, err)) {
        config.session.values = batch.values;
        screen = screen_new(&config, err);
    }
    setup_free_batch(&batch);
    free(lesioned);
    return screen;
}

/* The screen and what it stands on. */
typedef struct World {
    Setup setup;
    Screen *screen;
} World;

static void close_world(World *world) {
    screen_free(world->screen);
    setup_close(&world->setup);
    *world = (World){.screen = NULL};
}

static bool open_world(World *world, const Options *options, Error *err) {
    ThemeId theme;
    *world = (World){.screen = NULL};
    if (explorer_find_theme(options, &theme, err) && setup_open(&world->setup, options, err))
        world->screen = open_screen(options, &world->setup, theme, err);
    if (!world->screen) close_world(world);
    return world->screen;
}

/* With the user's settings; if it fails because of them, with the `plain` options. */
static bool open_with_config(World *world, Config *config, Options *options, const Options *plain,
                             Error *err) {
    Error problem = {0};
    if (open_world(world, options, &problem)) return true;
    if (config->settings == 0) return error_set(err, problem.kind, "%s", problem.text);
    *options = *plain;
    config_refuse(config, problem.text);
    return open_world(world, options, err);
}

static bool begin_lesson(Screen *screen, const char *name, Error *err) {
    Action action = {.id = ACTION_LESSON};
    if (!name) return true;
    if (strlen(name) >= sizeof action.text)
        return error_set(err, ERROR_USAGE, "%s: the path of the lesson is longer than %zu bytes", name,
                         sizeof action.text - 1);
    utf8_copy(action.text, sizeof action.text, name);
    screen_do(screen, &action);
    const char *problem = screen_error(screen);
    return problem ? error_set(err, ERROR_FAILED, "%s", problem) : true;
}

/* A state says which network and picture, in place of the words and options that do. */
static bool go_to_state(Screen *screen, const Options *options, Error *err) {
    static const char *const names[] = {"arch", "act",          "weights", "init",  "seed",
                                        "bn",   "without-skip", "input",   "target"};
    if (!options->explorer.state) return true;
    if (options->word_count > 0)
        return error_set(err, ERROR_USAGE, "'%s' and --state both say what to show: leave one of them out",
                         options->words[0]);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (options_given(options, names[k]))
            return error_set(err, ERROR_USAGE,
                             "--%s and --state both say what to show: leave one of them out", names[k]);
    return screen_set_state(screen, options->explorer.state, err);
}

/* What the command line says to begin with; settings of the user's come before, so that no lock refuses them.
 */
static bool begin(Screen *screen, const Options *options, Error *err) {
    return go_to_state(screen, options, err) &&
           session_set_handout(screen_own(screen), options->explorer.lock, options->explorer.hide, err) &&
           begin_lesson(screen, options->explorer.lesson, err);
}

static bool on_terminal(const Options *options) {
    return !options->explorer.script && !options->explorer.screen_reader;
}

/* Takes the terminal, NULL for a script or a screen reader. */
static bool run_world(World *world, Term *term, const Options *options, Error *err) {
    if (!begin(world->screen, options, err)) {
        term_close(term);
        return false;
    }
    if (options->explorer.script) return run_script(world->screen, options, err);
    if (options->explorer.screen_reader) return run_reader(world->screen, options, err);
    return run_on_terminal(world->screen, term, options, err);
}

static bool explore(Config *config, Options *options, Error *err) {
    World world;
    Term *term = NULL;
    Options plain = *options;
    config_set_options(config, options);
    if (on_terminal(options)) {
        term = open_terminal(options, err);
        if (!term) return false;
        show_waiting(term, options);
    }
    if (!open_with_config(&world, config, options, &plain, err)) {
        term_close(term);
        return false;
    }
    config_run(config, world.screen, options);
    bool ok = run_world(&world, term, options, err);
    close_world(&world);
    return ok;
}

/* Checked before a terminal is needed and before anything is loaded. */
static bool words_are_good(const Options *options, Error *err) {
    if (!options->explorer.lesson) return options->explorer.state || setup_check_words(options, err);
    Lesson *lesson = lesson_open(options->explorer.lesson, err);
    lesson_free(lesson);
    return lesson;
}

bool explorer_run(const Options *options, Error *err) {
    Config config = {.path = NULL};
    Options settled = *options;
    if (!words_are_good(options, err)) return false;
    if (options->explorer.record && (options->explorer.script || options->explorer.screen_reader))
        return error_set(err, ERROR_USAGE,
                         "--record needs the explorer's screen: 'skipscope record' records a script");
    if (options->explorer.record && !record_check(options->explorer.record, err)) return false;
    if (on_terminal(options) && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return error_set(
            err, ERROR_TERMINAL,
            "the explorer needs a terminal on standard input and output: 'skipscope --script FILE' drives it "
            "without one, and 'skipscope --help' lists the commands that need none");
    if (options->explorer.script && options->explorer.screen_reader)
        return error_set(err, ERROR_USAGE,
                         "--screen-reader reads its lines from standard input: --script does not go with it");
    bool ok = config_load(&config, options, err) && explore(&config, &settled, err);
    config_clear(&config);
    return ok;
}
