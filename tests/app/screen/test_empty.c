/* No view leaves more than a third of the screen empty in one place, at any size from 80x24 to 250x70. */
#include <stdio.h>
#include <string.h>

#include "app/explorer/bundled_session.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/blank_area.h"
#include "tests/support/session_world.h"
#include "views/scene/action_parse.h"

static const int sizes[][2] = {{80, 24},  {81, 25},  {97, 33},  {100, 30}, {120, 40}, {110, 70},
                               {132, 43}, {160, 50}, {180, 40}, {200, 60}, {250, 30}, {250, 70}};

static void act(Screen *screen, const char *line) {
    Action action;
    Error err = {0};
    if (!action_parse(line, &action, &err)) fail_msg("%s", err.text);
    screen_do(screen, &action);
    screen_finish_work(screen);
}

/* Returns how many sizes leave too much empty, and prints them. */
static int count_empty(Screen *screen, const char *moment, const char *view) {
    int found = 0;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        int width = sizes[k][0], height = sizes[k][1];
        screen_set_canvas(screen, width, height, 0);
        Canvas *canvas = canvas_new(width, height, 0);
        screen_draw(screen, canvas);
        Rect blank = blank_area_largest(canvas);
        canvas_free(canvas);
        if (3 * blank.w * blank.h <= width * height) continue;
        print_message("%s, %s, %dx%d: %dx%d cells at column %d, row %d are empty\n", view, moment, width,
                      height, blank.w, blank.h, blank.x, blank.y);
        found++;
    }
    return found;
}

/* Maps of all sizes, a channel alone, single numbers, kernels, and the arithmetic of each. The passes are done. */
static int count_empty_operations(Screen *screen) {
    static const char *const ops[] = {"input",          "conv1",        "layer2.0.downsample",
                                      "layer2.0.conv1", "layer3.1.add", "layer3.2.relu2",
                                      "avgpool",        "fc",           "loss"};
    int found = 0;
    act(screen, "finish");
    act(screen, "finish");
    for (size_t k = 0; k < 2 * sizeof ops / sizeof ops[0]; k++) {
        char line[64];
        if (k % 2 && strcmp(ops[k / 2], "loss") == 0) continue; /* a single number, 1 */
        snprintf(line, sizeof line, "select %s %s", ops[k / 2], k % 2 ? "backward" : "forward");
        act(screen, line);
        act(screen, "view value");
        found += count_empty(screen, line, "value");
        act(screen, "view maps");
        found += count_empty(screen, line, "maps");
        act(screen, "other");
        found += count_empty(screen, line, "kernels");
        act(screen, "other");
        act(screen, "open");
        found += count_empty(screen, line, "one map");
        act(screen, "view maps");
        act(screen, "close");
    }
    return found;
}

static void no_view_leaves_a_third_of_the_screen_empty(void **state) {
    (void)state;
    static const char *const moments[][4] = {{"at the start"},
                                             {"forward 20", "step 20"},
                                             {"gradients", "finish", "finish", "direction"},
                                             {"in a block", "select layer2.1.relu1 backward"}};
    Options options;
    Error err = {0};
    BundledSession bundled;
    char *words[] = {(char *)"skipscope", NULL};
    int found = 0;
    gemm_init();
    assert_true(options_parse(&options, 1, words, &err));
    if (!bundled_session_open(&bundled, &options, true, &err)) fail_msg("%s", err.text);
    for (size_t m = 0; m < sizeof moments / sizeof moments[0]; m++) {
        for (int k = 1; k < 4 && moments[m][k]; k++) act(bundled.screen, moments[m][k]);
        for (int v = 0; v < VIEW_COUNT; v++) {
            if (m == 0 && v != VIEW_ARCHITECTURE) continue; /* nothing has been run yet */
            char line[64];
            snprintf(line, sizeof line, "view %s", view_ops((ViewId)v)->name);
            act(bundled.screen, line);
            found += count_empty(bundled.screen, moments[m][0], view_ops((ViewId)v)->name);
        }
    }
    act(bundled.screen, "view architecture");
    act(bundled.screen, "other");
    found += count_empty(bundled.screen, "the paper's figure", "architecture");
    act(bundled.screen, "other");
    /* Charts of few and of many rows, and one that has not been run for the picture that is shown. */
    static const char *const results[] = {"analysis paper", "analysis responses", "analysis paths",
                                          "image 06-dog"};
    for (int k = 0; k < 4; k++) {
        act(bundled.screen, results[k]);
        found += count_empty(bundled.screen, results[k], "analyses");
    }
    found += count_empty_operations(bundled.screen);
    bundled_session_close(&bundled);
    assert_int_equal(found, 0);
}

static void the_largest_blank_rectangle_is_found(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(10, 6, 0);
    Rect all = blank_area_largest(canvas);
    assert_true(all.w == 10 && all.h == 6);
    canvas_text(canvas, 4, 2, style_role(ROLE_TEXT), "x");
    Rect right = blank_area_largest(canvas); /* 5x6 beside the x, 10x3 below it: the first of equals */
    assert_int_equal(right.w * right.h, 30);
    canvas_fill(canvas, (Rect){.x = 5, .y = 0, .w = 5, .h = 6}, (Style){.bg = color_role(ROLE_BAR)}, ' ');
    Rect left = blank_area_largest(canvas);
    assert_true(left.x == 0 && left.y == 0 && left.w == 4 && left.h == 6);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_blank_rectangle_is_found),
        cmocka_unit_test(no_view_leaves_a_third_of_the_screen_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
