#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/export_file.h"
#include "app/asset/folder.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/explorer/bundled_session.h"
#include "app/explorer/explorer.h"
#include "app/lesson/lesson.h"
#include "app/publish/lesson_drive.h"
#include "app/publish/lesson_export.h"
#include "app/screen/screen_state.h"
#include "core/base/file.h"
#include "core/base/utf8.h"
#include "views/scene/action_parse.h"

enum { NAME_WIDTH = 14, LIST_WIDTH = 96, FIGURE_INDENT = 4 };

static bool list_lessons(const Options *options, Error *err) {
    char name[LESSON_NAME_MAX];
    for (int k = 0; lesson_bundled(k, name); k++) {
        Lesson *lesson = lesson_open(name, err);
        if (!lesson) return false;
        printf("%-*s%s\n", NAME_WIDTH, name, lesson->title);
        table_put_wrapped(stdout, lesson->about, NAME_WIDTH, LIST_WIDTH, options->output.ascii);
        lesson_free(lesson);
    }
    puts("\n'skipscope lesson NAME' begins one; MANUAL.md says how to write your own.");
    return true;
}

/* Does what the lesson says, on a screen as it would have. */
static bool drive(const Options *options, const char *name, LessonMistakes *mistakes, Error *err) {
    BundledSession bundled;
    bool ok = bundled_session_open(&bundled, options, false, err) &&
              lesson_drive(bundled.screen, name, mistakes, err);
    bundled_session_close(&bundled);
    return ok;
}

static bool check(const Options *options, const char *name, Error *err) {
    LessonMistakes mistakes;
    Error problem = {0};
    Lesson *lesson = lesson_load(name, &mistakes, &problem);
    if (!lesson && mistakes.count == 0) return error_set(err, problem.kind, "%s", problem.text);
    if (lesson && !drive(options, name, &mistakes, err)) {
        lesson_free(lesson);
        return false;
    }
    for (int k = 0; k < mistakes.count && k < LESSON_MISTAKES_MAX; k++) {
        const LessonMistake *row = &mistakes.rows[k];
        utf8_put(stdout, name);
        printf(":%d:%d: %s\n", row->place.line, row->place.column, row->text);
    }
    if (mistakes.count == 0) {
        utf8_put(stdout, name);
        printf(": good, %d pages\n", lesson->page_count);
    }
    lesson_free(lesson);
    if (mistakes.count == 0) return true;
    return error_set(err, ERROR_FILE, "%s: %d mistake%s", name, mistakes.count,
                     mistakes.count == 1 ? "" : "s");
}

/* On the bundled network and picture, after all that any figure needs. */
static bool prepare_examples(Screen *screen) {
    static const char *const lines[] = {"finish", "finish", "view gradients", "analysis lesions",
                                        "analysis paths"};
    Error err;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        Action action;
        if (!action_parse(lines[k], &action, &err)) return false;
        screen_do(screen, &action);
        screen_finish_work(screen);
    }
    return true;
}

static void print_figure(const FigureAbout *about, const FigureSource *source, bool ascii) {
    const char *words = about->example;
    Figure figure;
    figure_parse(&words, &figure, NULL);
    FigureValue value = figure_value(&figure, source);
    printf("{%s}\n", about->call);
    table_put_wrapped(stdout, about->meaning, FIGURE_INDENT, LIST_WIDTH, ascii);
    printf("%*s{%s} is ", FIGURE_INDENT, "", about->example);
    utf8_put(stdout, value.text);
    printf("; needs %s\n", about->needs);
}

/* What braces in a lesson can name. */
static bool list_figures(const Options *options, Error *err) {
    BundledSession bundled;
    bool ok = bundled_session_open(&bundled, options, false, err) && prepare_examples(bundled.screen);
    if (ok) {
        Scene scene = session_scene(screen_front(bundled.screen));
        FigureSource source = {.scene = &scene, .view = VIEW_ARCHITECTURE};
        FigureAbout about;
        for (int k = 0; figure_about(k, &about); k++) print_figure(&about, &source, options->output.ascii);
        puts("\nThe examples are measured here: the bundled resnet20 and the picture 04-cat, after both "
             "passes.");
    }
    bundled_session_close(&bundled);
    return ok;
}

static bool export_page(Screen *screen, const LessonExport *what, const char *path, Error *err) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return error_set(err, ERROR_FAILED, "not enough memory for the page");
    bool ok = lesson_export_html(screen, what, out, err);
    if (fclose(out) != 0 && ok) ok = error_set(err, ERROR_FAILED, "not enough memory for the page");
    ok = ok && file_write_atomic(path, text, size, err);
    free(text);
    return ok;
}

static bool export_screens(Screen *screen, const LessonExport *what, const char *folder, Error *err) {
    int count = 0;
    if (!folder_make(folder, err) || !lesson_export_svg(screen, what, folder, &count, err)) return false;
    fprintf(stderr, "%d screens in ", count);
    utf8_put(stderr, folder);
    fputc('\n', stderr);
    return true;
}

static bool is_page(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0);
}

static bool export_lesson(const Options *options, Error *err) {
    LessonExport what = {.lesson = options->words[1], .notes = options->output.notes};
    BundledSession bundled;
    if (!options->output.out)
        return error_set(err, ERROR_USAGE,
                         "lesson export needs --out: FILE.html for one page, or a folder for its screens");
    if (options->output.notes && !is_page(options->output.out))
        return error_set(err, ERROR_USAGE, "--notes: pictures have no notes; --out FILE.html has");
    if (is_page(options->output.out) && !export_file_prepare(options->output.out, EXPORT_PAGE, err))
        return false;
    bool ok = bundled_session_open(&bundled, options, true, err) &&
              (is_page(options->output.out) ? export_page : export_screens)(bundled.screen, &what,
                                                                            options->output.out, err);
    bundled_session_close(&bundled);
    return ok;
}

bool command_lesson(const Options *options, Error *err) {
    Options explore = *options;
    if (options->word_count == 0) return list_lessons(options, err);
    if (strcmp(options->words[0], "check") == 0) {
        if (options->word_count == 2) return check(options, options->words[1], err);
        return error_set(err, ERROR_USAGE, "lesson check: expected the lesson's name or file after it");
    }
    if (strcmp(options->words[0], "figures") == 0 && options->word_count == 1 && !options->output.out)
        return list_figures(options, err);
    if (strcmp(options->words[0], "export") == 0) {
        if (options->word_count == 2) return export_lesson(options, err);
        return error_set(err, ERROR_USAGE, "lesson export: expected the lesson's name or file after it");
    }
    if (options->output.out || options->output.notes)
        return error_set(err, ERROR_USAGE, "--out and --notes belong to 'skipscope lesson export NAME'");
    if (options->word_count > 1)
        return error_set(err, ERROR_USAGE, "lesson: '%s' is one word too many", options->words[1]);
    explore.command = COMMAND_EXPLORE;
    explore.explorer.lesson = options->words[0];
    explore.word_count = 0;
    return explorer_run(&explore, err);
}
