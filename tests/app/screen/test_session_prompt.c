/* Typing actions and searching, with the keys a user presses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"

static void press(SessionWorld *world, uint32_t code) {
    screen_key(world->screen, &(Key){.code = code});
    screen_finish_work(world->screen);
}

static void type(SessionWorld *world, const char *keys) {
    for (; *keys; keys++) press(world, (unsigned char)*keys);
}

static const char *text_of(const SessionWorld *world) {
    return world->screen->typing.prompt.text;
}

static const char *op_name(SessionWorld *world) {
    return world->setup.model->network->ops[session_scene(world->session).op].name;
}

static void tab_completes_names_and_then_their_words(void **state) {
    SessionWorld *world = *state;
    type(world, ":with");
    press(world, KEY_CODE_TAB);
    assert_string_equal(text_of(world), "without-skip ");
    type(world, "lesion:layer2");
    press(world, KEY_CODE_TAB);
    assert_string_equal(text_of(world), "without-skip lesion:layer2.");
    press(world, KEY_CODE_TAB);
    assert_string_equal(text_of(world), "without-skip lesion:layer2.0");
    press(world, KEY_CODE_TAB);
    assert_string_equal(text_of(world), "without-skip lesion:layer2.1");
    press(world, KEY_CODE_BACKTAB);
    press(world, KEY_CODE_ENTER);
    assert_true(pass_block_is_lesioned(world->session->exp.pass,
                                       network_find_block(world->setup.model->network, "layer2.0")));
}

static void paste(SessionWorld *world, const char *text) {
    screen_key(world->screen, &(Key){.code = KEY_CODE_PASTE, .text = text});
    screen_finish_work(world->screen);
}

static void a_file_that_is_dragged_into_the_terminal_opens(void **state) {
    SessionWorld *world = *state;
    char quoted[512];
    const char *path = test_image_write(world->dir, "a b's.png", 7);
    paste(world, "no such file\n");
    assert_non_null(strstr(screen_error(world->screen), "what was pasted is no file: no such file"));
    paste(world, "https://x.org/a.png");
    assert_non_null(strstr(screen_error(world->screen), "curl -L"));
    snprintf(quoted, sizeof quoted, "'%.*s'\\''%s' ", (int)(strchr(path, '\'') - path), path,
             strchr(path, '\'') + 1);
    paste(world, quoted);
    assert_null(screen_error(world->screen));
    assert_string_equal(world->session->exp.picture.name, path);
}

static void tab_completes_below_the_home_folder(void **state) {
    SessionWorld *world = *state;
    char home[512];
    const char *path = test_image_write(world->dir, "mine.webp", 7), *before = getenv("HOME");
    snprintf(home, sizeof home, "%s", before ? before : "/");
    char folder[512];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    setenv("HOME", folder, 1);
    type(world, ":image ~/mi");
    press(world, KEY_CODE_TAB);
    assert_string_equal(text_of(world), "image ~/mine.webp ");
    press(world, KEY_CODE_ENTER);
    assert_null(screen_error(world->screen));
    assert_string_equal(strrchr(world->session->exp.picture.name, '/'), "/mine.webp");
    setenv("HOME", home, 1);
}

static void what_pictures_go_through_is_copied_as_options(void **state) {
    SessionWorld *world = *state;
    type(world, ":copy preprocess");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(world->screen->copy,
                        "--resize 32 --interpolation bilinear --crop 32 --channels rgb --scale 1/255 --mean "
                        "0.4914,0.4822,0.4465 --std 0.247,0.2435,0.2616");
}

static void what_is_pasted_into_the_prompt_is_typed(void **state) {
    SessionWorld *world = *state;
    type(world, ":");
    paste(world, "image /a\\ b.png\r\n");
    assert_string_equal(text_of(world), "image /a\\ b.png");
    press(world, KEY_CODE_ESCAPE);
}

static void the_candidates_and_the_help_stand_above_the_line(void **state) {
    SessionWorld *world = *state;
    type(world, ":theme ");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "dark, light, contrast or mono"));
    free(screen);
    press(world, KEY_CODE_TAB);
    screen = session_world_screen(world);
    assert_non_null(strstr(screen, "dark  light  contrast  mono"));
    free(screen);
}

static void what_a_handout_locks_is_not_offered(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    assert_true(session_set_handout(world->session, "weights,image", "maps", &err));
    static const struct {
        const char *typed, *completed;
    } cases[] = {
        {":weig", "weig"}, {":image 05", "image 05"}, {":view ma", "view ma"}, {":view va", "view value "}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        type(world, cases[k].typed);
        press(world, KEY_CODE_TAB);
        assert_string_equal(text_of(world), cases[k].completed);
        press(world, KEY_CODE_ESCAPE);
    }
    type(world, ":w");
    press(world, KEY_CODE_TAB);
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "watch  "));
    assert_null(strstr(screen, "weights  "));
    free(screen);
}

static void operations_pictures_and_models_are_offered(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *typed, *completed;
    } cases[] = {{":select layer3.2.conv1", "select layer3.2.conv1 "},
                 {":view gr", "view gradients "},
                 {":image 05", "image 05-deer "},
                 {":target pred", "target predicted "},
                 {":twin weights plain20-c", "twin weights plain20-cifar10 "},
                 {":what softm", "what softmax "},
                 {":what batch n", "what batch norm "},
                 {":questions grad", "questions gradient"},
                 {":questions figure", "questions figure "},
                 {":fold bl", "fold blocks "},
                 {":presenter of", "presenter off "},
                 {":pointer of", "pointer off "},
                 {":break if gr", "break if grad "},
                 {":palette civi", "palette cividis "}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        type(world, cases[k].typed);
        press(world, KEY_CODE_TAB);
        assert_string_equal(text_of(world), cases[k].completed);
        press(world, KEY_CODE_ESCAPE);
    }
}

static void a_search_follows_the_typing_and_escape_goes_back(void **state) {
    SessionWorld *world = *state;
    type(world, "/layer2.1");
    assert_string_equal(op_name(world), "layer2.1.conv1");
    type(world, ".add");
    assert_string_equal(op_name(world), "layer2.1.add");
    press(world, KEY_CODE_ESCAPE);
    assert_string_equal(op_name(world), "input");
}

static void hits_follow_each_other_around_the_end(void **state) {
    SessionWorld *world = *state;
    type(world, "/ADD");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(op_name(world), "layer1.0.add");
    assert_non_null(strstr(world->session->notice.text, "1 of 9"));
    type(world, "}");
    assert_string_equal(op_name(world), "layer1.1.add");
    type(world, "{{");
    assert_string_equal(op_name(world), "layer3.2.add");
    assert_non_null(strstr(world->session->notice.text, "9 of 9"));
}

static void kinds_and_shapes_are_found_too(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "search conv 3x3 /2");
    assert_string_equal(op_name(world), "layer2.0.conv1");
    session_world_act(world, "search 64x8x8");
    assert_string_equal(op_name(world), "layer3.0.conv1");
    session_world_act(world, "search nothing like it");
    assert_non_null(strstr(screen_error(world->screen), "no operation matches"));
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(tab_completes_names_and_then_their_words),
        SESSION_TEST(a_file_that_is_dragged_into_the_terminal_opens),
        SESSION_TEST(what_is_pasted_into_the_prompt_is_typed),
        SESSION_TEST(what_pictures_go_through_is_copied_as_options),
        SESSION_TEST(tab_completes_below_the_home_folder),
        SESSION_TEST(the_candidates_and_the_help_stand_above_the_line),
        SESSION_TEST(what_a_handout_locks_is_not_offered),
        SESSION_TEST(operations_pictures_and_models_are_offered),
        SESSION_TEST(a_search_follows_the_typing_and_escape_goes_back),
        SESSION_TEST(hits_follow_each_other_around_the_end),
        SESSION_TEST(kinds_and_shapes_are_found_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
