/* Choosing pictures, weights and architectures from a list. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"
#include "views/style/text.h"

/* The folder of the test is the folder of the program. */
static int open_in_folder(void **state) {
    session_world_open(state);
    SessionWorld *world = *state;
    return chdir(world->dir->path);
}

static int close_folder(void **state) {
    if (chdir("/") != 0) return -1;
    return session_world_close(state);
}

static FileList *list_of(SessionWorld *world) {
    return &world->screen->files.list;
}

static const char *selected(SessionWorld *world) {
    const FileRow *row = file_list_selected(list_of(world));
    return row ? row->name : "";
}

static void press(SessionWorld *world, uint32_t code) {
    screen_key(world->screen, &(Key){.code = code});
    screen_finish_work(world->screen);
}

static void type(SessionWorld *world, const char *keys) {
    for (; *keys; keys++) press(world, (unsigned char)*keys);
}

static void assert_screen_has(SessionWorld *world, const char *text) {
    char *screen = session_world_screen(world);
    if (!strstr(screen, text)) fail_msg("no '%s' on the screen:\n%s", text, screen);
    free(screen);
}

static void the_bundled_pictures_stand_above_those_of_the_folder(void **state) {
    SessionWorld *world = *state;
    temp_dir_write(world->dir, "notes.txt", "x", 1);
    temp_dir_write(world->dir, ".hidden.png", "x", 1);
    press(world, 'L');
    assert_screen_has(world, "14-automobile");
    assert_screen_has(world, "built in");
    assert_string_equal(selected(world), "one.png"); /* the picture in the network */
    assert_screen_has(world, "one.png");
    assert_screen_has(world, "Enter choose");
    assert_screen_has(world, "PNG, ");
    char *screen = session_world_screen(world);
    assert_null(strstr(screen, "notes.txt"));
    assert_null(strstr(screen, "hidden"));
    free(screen);
}

static void enter_loads_the_selected_picture_and_closes_the_list(void **state) {
    SessionWorld *world = *state;
    type(world, "Lg3j");
    assert_string_equal(selected(world), "04-cat");
    press(world, KEY_CODE_ENTER);
    assert_false(layer_is_open(world->screen, LAYER_FILES));
    assert_string_equal(world->session->exp.picture.name, "04-cat");
}

static void a_file_called_like_a_bundled_picture_is_the_file(void **state) {
    SessionWorld *world = *state;
    test_image_write(world->dir, "04-cat.png", 2);
    session_world_act(world, "files pictures");
    file_list_select_name(list_of(world), "04-cat.png");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(world->session->exp.picture.name, "./04-cat.png");
    assert_int_equal(world->session->exp.picture.true_class, -1);
}

static void folders_open_and_lead_back(void **state) {
    SessionWorld *world = *state;
    assert_int_equal(mkdir(temp_dir_join(world->dir, "inner"), 0700), 0);
    test_image_write(world->dir, "inner/two.png", 2);
    session_world_act(world, "files pictures");
    file_list_select_name(list_of(world), "inner");
    press(world, 'l');
    assert_screen_has(world, "/inner");
    assert_int_equal(list_of(world)->count, 2); /* .. and the picture */
    press(world, KEY_CODE_BACKSPACE);
    assert_string_equal(selected(world), "inner");
    press(world, KEY_CODE_ENTER);
    type(world, "G");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(world->session->exp.picture.name, "inner/two.png");
    type(world, "Lh");
    assert_string_equal(selected(world), "inner");
    for (int k = 0; k < 40; k++) press(world, 'h');
    assert_string_equal(list_of(world)->folder, "/");
    assert_non_null(strstr(world->session->notice.text, "no folder above"));
}

static void weights_say_what_they_are_and_load(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    assert_true(model_save(world->setup.model, NULL, 0, temp_dir_join(world->dir, "mine.safetensors"), &err));
    temp_dir_write(world->dir, "broken.safetensors", "nothing", 7);
    session_world_act(world, "files weights");
    file_list_select_name(list_of(world), "broken.safetensors");
    assert_true(list_of(world)->about_is_bad);
    press(world, KEY_CODE_ENTER);
    assert_non_null(strstr(screen_error(world->screen), "broken.safetensors"));
    session_world_act(world, "files weights");
    file_list_select_name(list_of(world), "mine.safetensors");
    assert_screen_has(world, "resnet20, 10 classes");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(world->session->exp.weights_note, "trained: mine.safetensors");
}

static void architectures_are_listed_with_their_parameters(void **state) {
    SessionWorld *world = *state;
    type(world, "L");
    press(world, KEY_CODE_BACKTAB);
    assert_string_equal(selected(world), "resnet20");
    assert_screen_has(world, "269,722");
    type(world, "j");
    press(world, KEY_CODE_ENTER);
    assert_string_equal(world->session->exp.setup->model->network->arch, "resnet32");
}

static void actions_without_a_name_open_their_list(void **state) {
    SessionWorld *world = *state;
    static const char *const actions[] = {"image", "weights", "arch"};
    for (int k = 0; k < FILE_GROUP_COUNT; k++) {
        session_world_act(world, actions[k]);
        assert_true(layer_is_open(world->screen, LAYER_FILES));
        assert_int_equal(list_of(world)->group, k);
    }
    session_world_act(world, "files nonsense");
    assert_non_null(strstr(screen_error(world->screen), "pictures, weights or architectures"));
}

static void a_filter_narrows_the_list_as_it_is_typed(void **state) {
    SessionWorld *world = *state;
    type(world, "L/SHIP");
    assert_int_equal(list_of(world)->shown_count, 1);
    assert_string_equal(selected(world), "09-ship");
    type(world, "s");
    assert_screen_has(world, "nothing matches the filter");
    press(world, KEY_CODE_LEFT);
    press(world, KEY_CODE_LEFT);
    press(world, key_ctrl('u'));
    assert_string_equal(list_of(world)->filter, "Ps");
    press(world, KEY_CODE_END);
    press(world, 'x');
    assert_string_equal(list_of(world)->filter, "Psx");
    press(world, KEY_CODE_ENTER);
    press(world, KEY_CODE_ENTER);
    assert_true(layer_is_open(world->screen, LAYER_FILES));
    press(world, '/');
    press(world, KEY_CODE_ESCAPE);
    assert_int_equal(list_of(world)->shown_count, list_of(world)->count);
    session_world_act(world, "search frog");
    assert_string_equal(selected(world), "07-frog");
}

static void escape_closes_and_other_actions_close_and_act(void **state) {
    SessionWorld *world = *state;
    type(world, "L");
    press(world, KEY_CODE_ESCAPE);
    assert_false(layer_is_open(world->screen, LAYER_FILES));
    type(world, "Lq");
    assert_false(screen_wants_quit(world->screen));
    type(world, "Lm");
    assert_false(layer_is_open(world->screen, LAYER_FILES));
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    type(world, "LL");
    assert_false(layer_is_open(world->screen, LAYER_FILES));
}

/* What works on the screen itself leaves the list open; the book takes its place. */
static void what_works_on_the_screen_leaves_the_list_open(void **state) {
    SessionWorld *world = *state;
    static const char *const stay[] = {"theme light", "mouse on", "bind X step", "presenter on",
                                       "redraw",      "help",     "close",       "pointer on"};
    static const char *const close[] = {"view maps", "scope map", "select fc", "copy", "state", "questions"};
    session_world_act(world, "files pictures");
    for (size_t k = 0; k < sizeof stay / sizeof stay[0]; k++) {
        session_world_act(world, stay[k]);
        if (!layer_is_open(world->screen, LAYER_FILES)) fail_msg("%s closes the list", stay[k]);
    }
    for (size_t k = 0; k < sizeof close / sizeof close[0]; k++) {
        session_world_act(world, "files pictures");
        session_world_act(world, close[k]);
        if (layer_is_open(world->screen, LAYER_FILES)) fail_msg("%s leaves the list open", close[k]);
    }
    assert_true(layer_is_open(world->screen, LAYER_POINTER));
    assert_true(layer_is_open(world->screen, LAYER_BOOK));
}

/* Names that would drive a terminal, very long ones, and things that are no files. */
static void hostile_names_are_shown_as_text(void **state) {
    SessionWorld *world = *state;
    char longest[256] = {0};
    memset(longest, 'x', 251);
    strcat(longest, ".png");
    temp_dir_write(world->dir, "a\x1b[31m\nb.png", "x", 1);
    temp_dir_write(world->dir, "a\xff\xfe.png", "x", 1);
    temp_dir_write(world->dir, longest, "x", 1);
    assert_int_equal(mkfifo(temp_dir_join(world->dir, "pipe.png"), 0600), 0);
    assert_int_equal(symlink("loop.png", temp_dir_join(world->dir, "loop.png")), 0);
    assert_int_equal(symlink(".", temp_dir_join(world->dir, "self")), 0);
    session_world_act(world, "files pictures");
    for (int k = 0; k < list_of(world)->shown_count; k++) {
        file_list_select(list_of(world), k);
        char *screen = session_world_screen(world);
        for (const char *c = screen; *c; c++) assert_true((unsigned char)*c >= ' ' || *c == '\n');
        free(screen);
        assert_string_not_equal(selected(world), "pipe.png");
        assert_string_not_equal(selected(world), "loop.png");
    }
    assert_screen_has(world, "a\\x1B[31m\\x0Ab.png");
    file_list_select_name(list_of(world), "a\xff\xfe.png");
    press(world, KEY_CODE_ENTER);
    assert_non_null(screen_error(world->screen));
    assert_true(layer_is_open(world->screen, LAYER_FILES));
}

static void a_folder_that_cannot_be_read_leaves_the_list_where_it_is(void **state) {
    SessionWorld *world = *state;
    assert_int_equal(mkdir(temp_dir_join(world->dir, "gone"), 0700), 0);
    session_world_act(world, "files pictures");
    file_list_select_name(list_of(world), "gone");
    assert_int_equal(rmdir(temp_dir_join(world->dir, "gone")), 0);
    press(world, KEY_CODE_ENTER);
    assert_non_null(strstr(screen_error(world->screen), "gone: cannot be listed"));
    assert_string_equal(selected(world), "gone");
}

static void thousands_of_files_are_listed_in_order(void **state) {
    enum { FILES = 3000 };
    SessionWorld *world = *state;
    char name[32];
    for (int k = 0; k < FILES; k++) {
        snprintf(name, sizeof name, "p%d.png", k);
        temp_dir_write(world->dir, name, "", 0);
    }
    session_world_act(world, "files pictures");
    type(world, "G");
    assert_string_equal(selected(world), "p2999.png");
    press(world, KEY_CODE_PAGE_UP);
    press(world, KEY_CODE_PAGE_DOWN);
    type(world, "k");
    assert_string_equal(selected(world), "p2998.png");
}

static void it_works_on_small_and_on_tiny_screens(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "files pictures");
    screen_set_size(world->screen, 40, 12);
    assert_screen_has(world, "one.png");
    assert_screen_has(world, "Enter ok");
    assert_screen_has(world, "PNG, ");
    screen_set_size(world->screen, 1, 1);
    free(session_world_screen(world));
    screen_set_size(world->screen, 7, 3);
    free(session_world_screen(world));
}

#define FILES_TEST(name) cmocka_unit_test_setup_teardown(name, open_in_folder, close_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILES_TEST(the_bundled_pictures_stand_above_those_of_the_folder),
        FILES_TEST(enter_loads_the_selected_picture_and_closes_the_list),
        FILES_TEST(a_file_called_like_a_bundled_picture_is_the_file),
        FILES_TEST(folders_open_and_lead_back),
        FILES_TEST(weights_say_what_they_are_and_load),
        FILES_TEST(architectures_are_listed_with_their_parameters),
        FILES_TEST(actions_without_a_name_open_their_list),
        FILES_TEST(a_filter_narrows_the_list_as_it_is_typed),
        FILES_TEST(escape_closes_and_other_actions_close_and_act),
        FILES_TEST(what_works_on_the_screen_leaves_the_list_open),
        FILES_TEST(hostile_names_are_shown_as_text),
        FILES_TEST(a_folder_that_cannot_be_read_leaves_the_list_where_it_is),
        FILES_TEST(thousands_of_files_are_listed_in_order),
        FILES_TEST(it_works_on_small_and_on_tiny_screens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
