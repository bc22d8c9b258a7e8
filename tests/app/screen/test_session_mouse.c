/* Clicks: what is clicked is what is drawn there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/style/text.h"

static void mouse(SessionWorld *world, MouseButton button, int x, int y) {
    screen_key(world->screen, &(Key){.code = KEY_CODE_MOUSE, .button = button, .x = x, .y = y});
    screen_finish_work(world->screen);
}

static int open_with_mouse(void **state) {
    session_world_open(state);
    session_world_act(*state, "mouse on");
    return 0;
}

/* The middle of the first place that shows the text, from a row on. */
static void find_text(SessionWorld *world, const char *text, int first_row, int *out_x, int *out_y) {
    char *screen = session_world_screen(world), *line = screen, *at = NULL;
    int y = 0;
    for (char *end; (end = strchr(line, '\n')); line = end + 1, y++) {
        *end = '\0';
        if (y >= first_row && (at = strstr(line, text))) break;
    }
    if (!at) fail_msg("no '%s' on the screen", text);
    *out_x = text_width_n(line, (size_t)(at - line)) + text_width(text) / 2;
    *out_y = y;
    free(screen);
}

/* Below the title bar. */
static void click_text(SessionWorld *world, const char *text) {
    int x, y;
    find_text(world, text, 1, &x, &y);
    mouse(world, MOUSE_LEFT, x, y);
}

static const char *op_name(SessionWorld *world) {
    return world->setup.model->network->ops[session_scene(world->session).op].name;
}

/* In the title bar of a wide screen; in place of the hints of a narrow one, once Tab has been pressed. */
static void the_name_of_a_view_shows_it(void **state) {
    SessionWorld *world = *state;
    static const char *const marked[] = {"Step",      "maps",  "Value",       "block",
                                         "Gradients", "input", "architecture"};
    static const char *const named[] = {"t Step",      "m Maps",  "u Value",       "b Block",
                                        "r Gradients", "i Input", "a Architecture"};
    static const ViewId views[] = {VIEW_STEP,      VIEW_MAPS,  VIEW_VALUE,       VIEW_BLOCK,
                                   VIEW_GRADIENTS, VIEW_INPUT, VIEW_ARCHITECTURE};
    session_world_press(world, "Tab");
    for (size_t k = 0; k < sizeof views / sizeof views[0]; k++) {
        click_text(world, named[k]);
        assert_int_equal(world->session->look.view, views[k]);
    }
    screen_set_size(world->screen, 120, 40);
    for (size_t k = 0; k < sizeof views / sizeof views[0]; k++) {
        int x, y;
        find_text(world, marked[k], 0, &x, &y);
        assert_int_equal(y, 0);
        mouse(world, MOUSE_LEFT, x, y);
        assert_int_equal(world->session->look.view, views[k]);
    }
}

static void the_first_screen_does_what_its_lines_say(void **state) {
    SessionWorld *world = *state;
    click_text(world, "a guided first lesson");
    assert_non_null(screen_lesson(world->screen));
    session_world_act(world, "lesson off");
    session_world_act(world, "redraw"); /* the notice has been read */
    click_text(world, "watch it think");
    assert_int_equal(world->session->exp.at, 1);
}

static void a_row_of_the_architecture_is_selected(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "fold none");
    click_text(world, "bn1 ");
    assert_string_equal(op_name(world), "bn1");
    session_world_act(world, "fold blocks");
    click_text(world, "layer1.2");
    assert_string_equal(op_name(world), "layer1.2.relu2");
    session_world_act(world, "other");
    session_world_act(world, "first");
    click_text(world, "3x3 conv, 32, /2");
    assert_string_equal(op_name(world), "layer2.0.conv1");
}

/* Every cell of the strip selects a moment that the strip then marks in that very cell. */
static void the_strip_leads_to_any_moment(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view maps");
    for (int width = 80; width <= 200; width += 60) {
        screen_set_size(world->screen, width, 24);
        for (int x = 0; x < width; x++) {
            int before = world->session->exp.at;
            mouse(world, MOUSE_LEFT, x, 22);
            assert_null(screen_error(world->screen));
            if (world->session->exp.at == before) continue;
            Canvas *canvas = canvas_new(width, 24, CANVAS_MONO);
            screen_draw(world->screen, canvas);
            uint32_t glyph = canvas_get(canvas, x, 22)->glyph;
            assert_true(glyph == U'●' || glyph == U'○');
            canvas_free(canvas);
        }
    }
    mouse(world, MOUSE_LEFT, 120, 22); /* the notice of the last click, which goes away */
    mouse(world, MOUSE_LEFT, 120, 22);
    assert_true(world->session->exp.at >= world->steps / 2);
}

/* The hardware cursor stands on the selected cell of an enlarged map. */
static void the_cell_of_an_enlarged_map_is_the_one_under_the_pointer(void **state) {
    SessionWorld *world = *state;
    static const char *const ops[] = {"conv1", "layer2.0.conv1", "layer3.0.conv1"};
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    session_world_act(world, "select conv1");
    session_world_act(world, "open");
    for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++) {
        char line[64];
        snprintf(line, sizeof line, "select %s", ops[k]);
        session_world_act(world, line);
        int hits = 0;
        for (int y = 3; y < 19; y++)
            for (int x = 0; x < 80; x++) {
                session_world_act(world, "cell 0 0");
                mouse(world, MOUSE_LEFT, x, y);
                if (world->session->notice.kind == NOTICE_INFO) continue;
                Scene scene = session_scene(world->session);
                Canvas *canvas = canvas_new(80, 24, CANVAS_MONO);
                screen_draw(world->screen, canvas);
                int zoom = 32 / scene.network->ops[scene.op].out.w;
                assert_true(x >= canvas->cursor_x && x < canvas->cursor_x + zoom);
                assert_true(y >= canvas->cursor_y && 2 * (y - canvas->cursor_y) < zoom + zoom % 2);
                canvas_free(canvas);
                hits++;
            }
        if (hits <= 100) fail_msg("%s %d hits", ops[k], hits);
    }
}

static void a_map_among_many_is_selected_with_its_cell(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select conv1");
    session_world_act(world, "view maps");
    bool seen[16] = {false};
    for (int y = 1; y < 22; y++)
        for (int x = 0; x < 80; x += 3) {
            mouse(world, MOUSE_LEFT, x, y);
            assert_null(screen_error(world->screen));
            seen[session_scene(world->session).channel] = true;
        }
    for (int c = 0; c < 16; c++) assert_true(seen[c]);
    /* The large map begins below the heading and the value. */
    session_world_act(world, "channel 3");
    mouse(world, MOUSE_LEFT, 0, 3);
    Scene scene = session_scene(world->session);
    assert_int_equal(scene.channel, 3);
    assert_int_equal(scene.row, 0);
    assert_int_equal(scene.column, 0);
}

/* Without numbers the small maps stand closer, every second row of them half a row higher. */
static void each_of_64_small_maps_is_selected_by_a_click(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer3.0.conv1");
    session_world_act(world, "view maps");
    bool seen[64] = {false};
    for (int y = 1; y < 22; y++)
        for (int x = 34; x < 80; x += 2) {
            mouse(world, MOUSE_LEFT, x, y);
            seen[session_scene(world->session).channel] = true;
        }
    for (int c = 0; c < 64; c++) assert_true(seen[c]);
}

static void the_wheel_moves_by_rows(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "fold none");
    mouse(world, MOUSE_WHEEL_DOWN, 10, 10);
    assert_string_equal(op_name(world), "relu");
    mouse(world, MOUSE_WHEEL_UP, 10, 10);
    assert_string_equal(op_name(world), "input");
    session_world_act(world, "help");
    mouse(world, MOUSE_WHEEL_DOWN, 10, 10);
    assert_int_equal(world->screen->help_first, 3);
}

static void a_row_of_the_file_list_is_selected_and_then_chosen(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "files architectures");
    click_text(world, "resnet32");
    assert_true(layer_is_open(world->screen, LAYER_FILES));
    click_text(world, "resnet32");
    assert_false(layer_is_open(world->screen, LAYER_FILES));
    assert_string_equal(world->session->exp.setup->model->network->arch, "resnet32");
    session_world_act(world, "files");
    click_text(world, "weights");
    assert_int_equal(world->screen->files.list.group, FILES_WEIGHTS);
}

/* Off, it is the terminal's; a report that comes late changes nothing. */
static void without_the_mouse_a_report_does_nothing(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "mouse off");
    assert_false(screen_mouse(world->screen));
    session_world_press(world, "a");
    click_text(world, "m Maps");
    mouse(world, MOUSE_WHEEL_DOWN, 4, 4);
    assert_int_equal(world->session->look.view, VIEW_ARCHITECTURE);
    assert_string_equal(op_name(world), "input");
    session_world_act(world, "mouse");
    assert_true(screen_mouse(world->screen));
    session_world_act(world, "mouse maybe");
    assert_non_null(strstr(screen_error(world->screen), "on or off"));
}

static void a_script_clicks_too(void **state) {
    SessionWorld *world = *state;
    char line[32];
    int x, y;
    session_world_press(world, "a");
    find_text(world, "m Maps", 1, &x, &y);
    snprintf(line, sizeof line, "click %d %d", x, y);
    session_world_act(world, line);
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    session_world_act(world, "click here");
    assert_non_null(strstr(screen_error(world->screen), "COLUMN ROW"));
    session_world_act(world, "click -5 4000");
    assert_null(screen_error(world->screen));
}

/* Every cell of every view at several sizes, compared sides too: nothing that is drawn names what is not
 * there. */
static void no_click_goes_wrong(void **state) {
    SessionWorld *world = *state;
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {40, 12}};
    session_world_act(world, "finish");
    session_world_act(world, "twin weights plain20");
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int view = 0; view < VIEW_COUNT; view++)
            for (int k = 0; k < 60; k++) {
                screen_set_size(world->screen, sizes[s][0], sizes[s][1]);
                world->session->look.view = (ViewId)view;
                mouse(world, MOUSE_LEFT, k * 37 % sizes[s][0], k * 11 % sizes[s][1]);
                if (screen_error(world->screen)) fail_msg("%s", screen_error(world->screen));
            }
}

#define MOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, open_with_mouse, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        MOUSE_TEST(the_name_of_a_view_shows_it),
        MOUSE_TEST(the_first_screen_does_what_its_lines_say),
        MOUSE_TEST(a_row_of_the_architecture_is_selected),
        MOUSE_TEST(the_strip_leads_to_any_moment),
        MOUSE_TEST(the_cell_of_an_enlarged_map_is_the_one_under_the_pointer),
        MOUSE_TEST(a_map_among_many_is_selected_with_its_cell),
        MOUSE_TEST(each_of_64_small_maps_is_selected_by_a_click),
        MOUSE_TEST(the_wheel_moves_by_rows),
        MOUSE_TEST(a_row_of_the_file_list_is_selected_and_then_chosen),
        MOUSE_TEST(without_the_mouse_a_report_does_nothing),
        MOUSE_TEST(a_script_clicks_too),
        MOUSE_TEST(no_click_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
