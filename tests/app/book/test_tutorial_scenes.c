/* The scenes of TUTORIAL.md are performed, and its figures are what the screen then shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/screen_golden.h"
#include "tests/support/session_world.h"
#include "tests/support/tutorial.h"
#include "views/canvas/export.h"
#include "views/style/text.h"

static int open_book(void **state) {
    char *text = tutorial_read();
    *state = tutorial_parse(text);
    free(text);
    gemm_init();
    return 0;
}

static int close_book(void **state) {
    book_free(*state);
    return 0;
}

static Screen *open_screen(Setup *setup) {
    Error err = {0};
    Setup any = {.seed = 0};
    if (!setup_open_weights(setup, &any, "resnet20", &err)) fail_msg("%s", err.text);
    Screen *screen = screen_new(&(ScreenConfig){.session = {.setup = setup, .target = -1}}, &err);
    if (!screen) fail_msg("%s", err.text);
    screen_set_canvas(screen, BOOK_SCREEN_WIDTH, BOOK_SCREEN_HEIGHT, CANVAS_MONO); /* maps as characters */
    return screen;
}

/* The screen after the scene's actions; fails when one of them does. */
static char *perform(const BookPlace *scene) {
    Setup setup = {0};
    Screen *screen = open_screen(&setup);
    for (int k = 0; k < scene->action_count; k++) {
        screen_do(screen, &scene->actions[k].action);
        screen_finish_work(screen);
        if (screen_error(screen))
            fail_msg("%s:%d: %s", TUTORIAL_NAME, scene->actions[k].place.line, screen_error(screen));
    }
    Canvas *canvas = canvas_new(BOOK_SCREEN_WIDTH, BOOK_SCREEN_HEIGHT, CANVAS_MONO);
    screen_draw(screen, canvas);
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    screen_free(screen);
    setup_close(&setup);
    return text;
}

static void every_scene_can_be_performed(void **state) {
    const Book *book = *state;
    int scenes = 0;
    for (int q = 0; q < book->count; q++)
        for (int k = 0; k < book->questions[q].part_count; k++) {
            if (book->questions[q].parts[k].kind != BOOK_SCENE) continue;
            free(perform(&book->questions[q].places[k]));
            scenes++;
        }
    assert_true(scenes >= book->count);
}

/* Rows first to last, each with its newline; cut in place. */
static char *take_rows(char *screen, int first, int last) {
    char *begin = screen;
    for (int k = 1; k < first; k++) begin = strchr(begin, '\n') + 1;
    char *end = begin;
    for (int k = first; k <= last; k++) end = strchr(end, '\n') + 1;
    *end = '\0';
    memmove(screen, begin, strlen(begin) + 1);
    return screen;
}

static char *draw_figure(const BookQuestion *question, int part) {
    const BookPlace *place = &question->places[part];
    return take_rows(perform(&question->places[place->scene]), place->first, place->last);
}

/* Puts the figure whose comment stands on that line into the text; returns the new text. */
static char *put_figure(char *text, int line, const char *figure) {
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    char *at = text;
    for (int k = 1; k <= line + 1; k++) at = strchr(at, '\n') + 1; /* behind ```text */
    char *end = strncmp(at, "```", 3) == 0 ? at : strstr(at, "\n```") + 1;
    fprintf(stream, "%.*s%s%s", (int)(at - text), text, figure, end);
    fclose(stream);
    free(text);
    return out;
}

static void write_every_figure(void **state) {
    const Book *book = *state;
    char *text = tutorial_read();
    for (int q = book->count - 1; q >= 0; q--)
        for (int k = book->questions[q].part_count - 1; k >= 0; k--) {
            if (book->questions[q].parts[k].kind != BOOK_FIGURE) continue;
            char *figure = draw_figure(&book->questions[q], k);
            text = put_figure(text, book->questions[q].places[k].place.line, figure);
            free(figure);
        }
    FILE *file = fopen(TUTORIAL_NAME, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) fail_msg("%s cannot be written", TUTORIAL_NAME);
    free(text);
}

static void every_figure_is_the_screen_that_it_shows(void **state) {
    const Book *book = *state;
    int figures = 0;
    for (int q = 0; q < book->count; q++)
        for (int k = 0; k < book->questions[q].part_count; k++) {
            const BookQuestion *question = &book->questions[q];
            if (question->parts[k].kind != BOOK_FIGURE) continue;
            char *figure = draw_figure(question, k);
            screen_golden_compare(question->title, question->parts[k].text, figure);
            free(figure);
            figures++;
        }
    assert_true(figures >= 6);
}

static void every_level_of_every_question_fits_into_the_layout(void **state) {
    const Book *book = *state;
    BookLayout layout;
    for (int q = 0; q < book->count; q++)
        for (int level = 1; level <= BOOK_LEVELS; level++) {
            BookPage page = book_page(book, q, level);
            book_layout(&page, 58, &layout); /* on the narrowest screen */
            assert_in_range(layout.count, 5, BOOK_LINES_MAX - 1);
            book_layout(&page, BOOK_SCREEN_WIDTH, &layout);
            for (int k = 0; k < layout.count; k++) {
                const BookLine *line = &layout.lines[k];
                if (line->indent + text_width_n(line->text, line->length) > BOOK_SCREEN_WIDTH)
                    fail_msg("too wide for a screen: %.*s", (int)line->length, line->text);
            }
        }
}

/* SKIPSCOPE_GOLDEN=write draws the figures anew, in the file. */
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scene_can_be_performed),
        cmocka_unit_test(every_figure_is_the_screen_that_it_shows),
        cmocka_unit_test(every_level_of_every_question_fits_into_the_layout),
    };
    const struct CMUnitTest writing[] = {cmocka_unit_test(write_every_figure)};
    const char *mode = getenv("SKIPSCOPE_GOLDEN");
    if (mode && strcmp(mode, "write") == 0) return cmocka_run_group_tests(writing, open_book, close_book);
    return cmocka_run_group_tests(tests, open_book, close_book);
}
