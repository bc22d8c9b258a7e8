#include "app/explorer/explorer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/explorer/config.h"
#include "app/explorer/reader.h"
#include "app/explorer/record.h"
#include "app/explorer/script.h"
#include "app/explorer/stage.h"
#include "app/lesson/lesson.h"
#include "app/session/session.h"
#include "core/base/utf8.h"
#include "views/term/term.h"

/* Work runs in slices that end as soon as a key waits; the screen follows less often, because drawing takes
 * time from the work. */
enum { SLICE_MS = 16, REDRAW_MS = 50 };

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* What goes along with the screen: the speaker's notes in another terminal, and a recording in real time. */
typedef struct Live {
    Stage *stage; /* NULL: there is none */
    FILE *file;   /* likewise */
    CastWriter *cast;
    ColorDepth depth;
    double begin_ms;
    char chapter[RECORD_CHAPTER_MAX];
    bool told; /* that the recording cannot be written */
} Live;

enum { LIVE_IDLE_S = 4 };

static long live_time(const Live *live) {
    return (long)(now_ms() - live->begin_ms);
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
static bool live_trouble(Live *live, Session *session) {
    if (live->told || !live->file || !ferror(live->file)) return false;
    live->told = true;
    session_say(session, true, "the recording cannot be written: is the disk full?", 0);
    return true;
}

static void live_frame(Live *live, const Session *session, const Canvas *canvas) {
    CastConfig config = {.width = canvas->width,
                         .height = canvas->height,
                         .theme = session_theme(session),
                         .depth = canvas->flags & CANVAS_MONO ? COLOR_DEPTH_NONE : live->depth,
                         .idle_limit_s = LIVE_IDLE_S};
    if (!live->file) return;
    if (!live->cast) {
        live->cast = cast_begin(live->file, &config);
        live->begin_ms = now_ms();
    }
    if (!live->cast) return;
    cast_theme(live->cast, session_theme(session));
    cast_frame(live->cast, live_time(live), canvas);
    if (record_chapter(session, live->chapter)) cast_marker(live->cast, live_time(live), live->chapter);
}

static bool live_close(Live *live, const Options *options, Error *err) {
    bool ok = !live->cast || cast_end(live->cast, live_time(live));
    if (live->file && fclose(live->file) != 0) ok = false;
    return ok || error_set(err, ERROR_FAILED, "%s: the recording could not be written to its end",
                           options->explorer.record);
}

static bool work_for_a_slice(Session *session, Term *term) {
    double end = now_ms() + SLICE_MS;
    bool worked = false;
    while (now_ms() < end && session_work(session)) {
        worked = true;
        if (term_wait(term, 0)) break;
    }
    return worked;
}

static void fit_screen(Session *session, Term *term, Canvas **canvas) {
    if (*canvas && (*canvas)->width == term_width(term) && (*canvas)->height == term_height(term)) return;
    canvas_free(*canvas);
    *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    session_set_screen(session, term_width(term), term_height(term), term_canvas_flags(term));
}

static bool read_keys(Session *session, Term *term, Live *live) {
    bool any = false;
    for (Key key; !session_wants_quit(session) && !term_signal() && term_read_key(term, &key);) {
        any = true;
        if (key.code == KEY_CODE_RESIZE) continue;
        key.at_s = now_ms() * 1e-3;
        live_key(live, &key);
        session_key(session, &key);
    }
    return any;
}

/* What the speaker's terminal asks for, one thing a frame: keys and signals come first, and each page is
 * seen. */
static bool hear_stage(Session *session, Stage *stage) {
    StageRequest request = stage ? stage_hear(stage) : STAGE_NOTHING;
    if (request == STAGE_NOTHING) return false;
    session_forget_keys(session);
    session_do(session, &(Action){.id = request == STAGE_NEXT ? ACTION_LESSON_NEXT : ACTION_LESSON_BACK});
    return true;
}

static void show_stage(const Session *session, Stage *stage) {
    NotesPanel panel;
    if (!stage) return;
    session_notes(session, &panel);
    stage_show(stage, &panel);
}

/* Reads keys and works until the screen should be drawn again. */
static void wait_and_work(Session *session, Term *term, Live *live) {
    double redraw_ms = now_ms() + REDRAW_MS;
    for (bool worked = false;
         !term_signal() && !read_keys(session, term, live) && !hear_stage(session, live->stage);
         worked = true) {
        if (!work_for_a_slice(session, term)) {
            if (worked || session_tick(session)) return;
            term_wait(term, session_wait_ms(session));
        } else if (now_ms() >= redraw_ms) {
            return;
        }
    }
}

static void follow_mouse(Session *session, Term *term) {
    if (session_mouse(session) == term_mouse(term)) return;
    term_set_mouse(term, session_mouse(session));
    if (session_mouse(session) != term_mouse(term)) session_refuse_mouse(session);
}

static void offer_copy(Session *session, Term *term) {
    char *copy = session_take_copy(session);
    if (copy && !term_copy(term, copy)) session_say(session, true, "this terminal has no clipboard", 0);
    free(copy);
}

static bool loop(Session *session, Term *term, Live *live, Error *err) {
    Canvas *canvas = NULL;
    while (!session_wants_quit(session) && !term_signal()) {
        fit_screen(session, term, &canvas);
        if (!canvas) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
        if (session_wants_redraw(session)) term_redraw(term);
        follow_mouse(session, term);
        offer_copy(session, term);
        if (session_theme(session) != term_theme(term)) {
            term_set_theme(term, session_theme(session));
            fit_screen(session, term, &canvas);
            session_set_screen(session, term_width(term), term_height(term), term_canvas_flags(term));
            canvas->flags = term_canvas_flags(term);
        }
        session_draw(session, canvas);
        term_flush(term, canvas);
        show_stage(session, live->stage);
        live_frame(live, session, canvas);
        if (!live_trouble(live, session)) wait_and_work(session, term, live);
    }
    canvas_free(canvas);
    return true;
}

/* Without it the presentation goes on, and says what is missing. */
static Stage *open_stage(Session *session, const Options *options) {
    Error err = {0};
    if (!options->explorer.presents) return NULL;
    Stage *stage = stage_open(options->explorer.name ? options->explorer.name : "present", &err);
    if (!stage) session_say(session, true, err.text, 0);
    return stage;
}

static bool run_on_terminal(Session *session, const Options *options, Error *err) {
    TermConfig config = {
        .depth = options_color(options), .theme = session_theme(session), .ascii = options->output.ascii};
    Live live;
    Term *term = term_open(&config, err);
    if (!term) return false;
    bool ok = live_open(&live, options, err);
    live.stage = ok ? open_stage(session, options) : NULL;
    if (live.stage) term_watch(term, stage_fd(live.stage));
    ok = ok && loop(session, term, &live, err);
    term_close(term);
    stage_close(live.stage);
    ok = live_close(&live, options, err) && ok;
    int number = term_signal();
    if (number != 0) {
        signal(number, SIG_DFL);
        raise(number);
    }
    return ok;
}

static bool run_script(Session *session, const Options *options, Error *err) {
    unsigned flags = (options->output.ascii ? CANVAS_ASCII : 0) | CANVAS_MONO;
    session_set_screen(session, options->explorer.size.width ? options->explorer.size.width : 80,
                       options->explorer.size.height ? options->explorer.size.height : 24, flags);
    session_finish_work(session); /* of --state: a script does not wait */
    return script_run(session, options->explorer.script, err);
}

static bool run_reader(Session *session, const Options *options, Error *err) {
    ReaderConfig config = {.in = stdin,
                           .out = stdout,
                           .ascii = options->output.ascii,
                           .prompt = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    session_set_screen(session, 80, 24, CANVAS_MONO | (options->output.ascii ? CANVAS_ASCII : 0));
    return reader_run(session, &config, err);
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

static Session *open_session(const Options *options, const Setup *setup, ThemeId theme, Error *err) {
    SessionConfig config = {.setup = setup,
                            .theme = theme,
                            .mouse = options->explorer.mouse && !options->explorer.no_mouse,
                            .presenter = options->explorer.presents,
                            .results = options->explorer.results,
                            .image = setup->image_count > 0 ? setup->images[0] : NULL,
                            .target = options->input.target.count > 0 ? options->input.target.values[0] : -1};
    bool *lesioned = NULL;
    Batch batch = {0};
    Session *session = NULL;
    if (setup_pass_config(setup, options, &config.pass, &lesioned, err) &&
        load_values(options, setup, &batch, err)) {
        config.values = batch.values;
        session = session_new(&config, err);
    }
    setup_free_batch(&batch);
    free(lesioned);
    return session;
}

/* The session and what it stands on. */
typedef struct World {
    Setup setup;
    Session *session;
} World;

static void close_world(World *world) {
    session_free(world->session);
    setup_close(&world->setup);
    *world = (World){.session = NULL};
}

/* A large network takes a second or two to be there, before there is a screen. */
static void say_waiting(const Options *options, bool waiting) {
    static const char text[] = "preparing the network ...";
    bool named =
        options->model.arch || options->model.weights || options->explorer.state || options->word_count > 0;
    if (!named || options->explorer.script || !isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r%*s\r", (int)strlen(text), waiting ? text : "");
}

static bool open_world(World *world, const Options *options, Error *err) {
    ThemeId theme;
    *world = (World){.session = NULL};
    say_waiting(options, true);
    if (explorer_find_theme(options, &theme, err) && setup_open(&world->setup, options, err))
        world->session = open_session(options, &world->setup, theme, err);
    say_waiting(options, false);
    if (!world->session) close_world(world);
    return world->session;
}

/* With the user's settings; without them, when that is what it fails for. */
static bool open_with_config(World *world, Config *config, Options *options, Error *err) {
    Options plain = *options;
    Error problem = {0};
    config_set_options(config, options);
    if (open_world(world, options, &problem)) return true;
    if (config->settings == 0) return error_set(err, problem.kind, "%s", problem.text);
    *options = plain;
    config_refuse(config, problem.text);
    return open_world(world, options, err);
}

static bool begin_lesson(Session *session, const char *name, Error *err) {
    Action action = {.id = ACTION_LESSON};
    if (!name) return true;
    if (strlen(name) >= sizeof action.text)
        return error_set(err, ERROR_USAGE, "%s: the path of the lesson is longer than %zu bytes", name,
                         sizeof action.text - 1);
    utf8_copy(action.text, sizeof action.text, name);
    session_do(session, &action);
    const char *problem = session_error(session);
    return problem ? error_set(err, ERROR_FAILED, "%s", problem) : true;
}

/* A state says which network and picture, in place of the words and options that do. */
static bool go_to_state(Session *session, const Options *options, Error *err) {
    static const char *const names[] = {"arch", "weights",      "init",  "seed",
                                        "bn",   "without-skip", "input", "target"};
    if (!options->explorer.state) return true;
    if (options->word_count > 0)
        return error_set(err, ERROR_USAGE, "'%s' and --state both say what to show: leave one of them out",
                         options->words[0]);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (options_given(options, names[k]))
            return error_set(err, ERROR_USAGE,
                             "--%s and --state both say what to show: leave one of them out", names[k]);
    return session_set_state(session, options->explorer.state, err);
}

/* What the command line says to begin with; settings of the user's come before, so that no lock refuses them.
 */
static bool begin(Session *session, const Options *options, Error *err) {
    return go_to_state(session, options, err) &&
           session_set_handout(session, options->explorer.lock, options->explorer.hide, err) &&
           begin_lesson(session, options->explorer.lesson, err);
}

static bool explore(Config *config, Options *options, Error *err) {
    World world;
    if (!open_with_config(&world, config, options, err)) return false;
    config_run(config, world.session, options);
    bool ok = begin(world.session, options, err);
    if (ok && options->explorer.script)
        ok = run_script(world.session, options, err);
    else if (ok && options->explorer.screen_reader)
        ok = run_reader(world.session, options, err);
    else if (ok)
        ok = run_on_terminal(world.session, options, err);
    close_world(&world);
    return ok;
}

/* Known before a terminal is asked for, and before anything is loaded. */
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
    if (!options->explorer.script && !options->explorer.screen_reader &&
        !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
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
