#include "tests/support/canvas_check.h"
#include "tests/support/fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/network/model.h"
#include "core/tensor/gemm.h"
#include "views/widget/widgets_detail.h"

static Canvas *canvas_of(int width, int height, unsigned flags) {
    Canvas *canvas = canvas_new(width, height, flags);
    assert_non_null(canvas);
    return canvas;
}

static Network *network_of(const char *arch) {
    ResnetConfig config = {.shortcut = 0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    return fixture_network(&config, 1);
}

static void assert_summary(const Network *network, const char *op, const char *expected) {
    int index = network_find_op(network, op);
    assert_true(index >= 0);
    assert_string_equal(widget_op_summary(&network->ops[index]).text, expected);
}

static void every_kind_of_op_has_a_summary(void **state) {
    (void)state;
    Network *cifar = network_of("resnet20"), *imagenet = network_of("resnet18");
    assert_summary(cifar, "input", "image");
    assert_summary(cifar, "conv1", "conv 3x3");
    assert_summary(imagenet, "conv1", "conv 7x7 /2");
    assert_summary(imagenet, "maxpool", "max pool 3x3 /2");
    assert_summary(cifar, "bn1", "batch norm");
    assert_summary(cifar, "relu", "ReLU");
    assert_summary(cifar, "layer2.0.downsample", "zero-pad /2");
    assert_summary(cifar, "layer2.0.add", "add");
    assert_summary(cifar, "avgpool", "average pool");
    assert_summary(cifar, "fc", "linear");
    assert_summary(cifar, "loss", "softmax and loss");
    network_free(cifar);
    network_free(imagenet);
}

static void short_names_leave_out_the_block(void **state) {
    (void)state;
    Network *network = network_of("resnet18");
    int inside = network_find_op(network, "layer2.0.downsample.0"), outside = network_find_op(network, "fc");
    assert_string_equal(widget_op_short_name(network, inside), "downsample.0");
    assert_string_equal(widget_op_short_name(network, outside), "fc");
    network_free(network);
}

static void the_state_letter_follows_the_pass(void **state) {
    (void)state;
    Network *network = network_of("resnet20");
    Pass *pass = fixture_pass(network, &(PassConfig){.batch = 1}, 1);
    int conv = network_find_op(network, "conv1");
    assert_int_equal(widget_op_state(pass, conv), ' ');
    pass_step_forward(pass);
    pass_step_forward(pass);
    assert_int_equal(widget_op_state(pass, conv), 'F');
    assert_int_equal(widget_op_state(pass, conv + 1), ' ');
    pass_run_forward(pass);
    pass_run_backward(pass);
    assert_int_equal(widget_op_state(pass, conv), 'G');
    pass_input(pass)[0] = (real)NAN;
    pass_restart(pass, NULL);
    pass_step_forward(pass);
    pass_step_forward(pass);
    assert_int_equal(widget_op_state(pass, conv), '!');
    pass_free(pass);
    network_free(network);
}

static void assert_skips(const Network *network, PassConfig config, const char *mode, const char *word) {
    Pass *pass = fixture_pass(network, &config, 1);
    Scene scene = {.network = network, .pass = pass};
    assert_string_equal(widget_skip_mode(&scene).text, mode);
    assert_string_equal(widget_skip_word(&scene), word);
    pass_free(pass);
}

static void the_skip_mode_is_always_named(void **state) {
    (void)state;
    Network *network = network_of("resnet20"), *plain = network_of("plain20");
    bool two[9] = {[0] = true, [4] = true}, all[9];
    memset(all, true, sizeof all);
    assert_skips(network, (PassConfig){.skip = SKIP_NONE_REMOVED}, "skips as built", "skips on");
    assert_skips(network, (PassConfig){.skip = SKIP_PLAIN}, "plain: skips removed in both directions",
                 "plain");
    assert_skips(network, (PassConfig){.skip = SKIP_CUT}, "cut: skips carry no gradient", "cut");
    assert_skips(network, (PassConfig){.skip = SKIP_LESION, .lesioned = two}, "lesion: layer1.0, layer2.1",
                 "lesion");
    assert_skips(network, (PassConfig){.skip = SKIP_LESION, .lesioned = all},
                 "lesion: layer1.0, layer1.1, layer1.2, layer2.0, layer2.1, layer2.2, layer3.0, "
                 "layer3.1, ...",
                 "lesion");
    assert_skips(plain, (PassConfig){.skip = SKIP_NONE_REMOVED}, "no skips in this architecture", "no skips");
    network_free(network);
    network_free(plain);
}

static void a_heading_fills_its_row(void **state) {
    (void)state;
    Canvas *canvas = canvas_of(14, 1, 0);
    int after = widget_heading(canvas, (Rect){.x = 1, .w = 12, .h = 1}, style_role(ROLE_TITLE), "Title");
    assert_int_equal(after, 6);
    assert_canvas_text(canvas, " Title ──────\n");
    canvas_free(canvas);
}

static void a_field_wraps_beside_its_label(void **state) {
    (void)state;
    Canvas *canvas = canvas_of(14, 4, 0);
    int rows = widget_field(canvas, (Rect){.w = 14, .h = 3}, 6, "kind", "one two three");
    assert_int_equal(rows, 2);
    assert_canvas_text(canvas, "kind  one two\n      three\n\n\n");
    assert_int_equal(widget_field(canvas, (Rect){.y = 3, .w = 14, .h = 1}, 6, "kind", "one two three"), 1);
    assert_int_equal(widget_field(canvas, (Rect){.y = 3, .w = 14, .h = 1}, 6, "kind", ""), 1);
    canvas_free(canvas);
}

static void draw_figures(Canvas *canvas, Rect row, const Stats *stats) {
    WidgetFigures figures = {.stats = *stats};
    widget_figures(canvas, row, &figures, 1);
}

static void the_figures_leave_out_from_the_end(void **state) {
    (void)state;
    const real data[] = {-1, 0, 0, 3};
    Stats stats = tensor_stats(data, 4);
    Canvas *canvas = canvas_of(90, 3, 0);
    draw_figures(canvas, (Rect){.w = 90, .h = 1}, &stats);
    draw_figures(canvas, (Rect){.y = 1, .w = 40, .h = 1}, &stats);
    draw_figures(canvas, (Rect){.y = 2, .w = 90, .h = 1}, &(Stats){.known = false});
    assert_canvas_text(canvas,
                       "n 4  nan 0  inf 0  -25% 0:50% +25%  min -1  max 3  mean 0.5  std 1.5  |x| 3.16\n"
                       "n 4  nan/inf 0  -25% 0:50% +25%  min -1\n"
                       "not computed yet\n");
    canvas_free(canvas);
}

static void figures_of_several_rows_stand_in_columns(void **state) {
    (void)state;
    const real small[] = {-1, 0, 0, 3}, large[] = {-100, 0, 0, 300};
    real room[4];
    WidgetFigures rows[] = {
        {.label = "a", .stats = tensor_stats(small, 4), .percentiles = values_percentiles(small, 4, 1, room)},
        {.label = "bcd",
         .stats = tensor_stats(large, 4),
         .percentiles = values_percentiles(large, 4, 1, room)}};
    Canvas *canvas = canvas_of(160, 4, 0);
    widget_figures(canvas, (Rect){.w = 160, .h = 2}, rows, 2);
    widget_figures(canvas, (Rect){.y = 2, .w = 62, .h = 2}, rows, 2);
    assert_canvas_text(canvas, "a    n 4  nan 0  inf 0  -25% 0:50% +25%  min -1    p1 -1    p25 -1    p50 0  "
                               "p75 0  p99 3    max 3    mean "
                               "0.5  std 1.5  |x| 3.16\n"
                               "bcd  n 4  nan 0  inf 0  -25% 0:50% +25%  min -100  p1 -100  p25 -100  p50 0  "
                               "p75 0  p99 300  max 300  mean "
                               "50   std 150  |x| 316\n"
                               "a    n 4  nan 0  inf 0  -25% 0:50% +25%  min -1    max 3\n"
                               "bcd  n 4  nan 0  inf 0  -25% 0:50% +25%  min -100  max 300\n");
    canvas_free(canvas);
}

static void figures_take_more_lines_where_there_are_some(void **state) {
    (void)state;
    const real data[] = {-1, 0, 0, 3};
    real room[4];
    WidgetFigures row = {.label = "layer",
                         .stats = tensor_stats(data, 4),
                         .percentiles = values_percentiles(data, 4, 1, room)};
    Canvas *canvas = canvas_of(70, 3, 0);
    widget_figures(canvas, (Rect){.w = 70, .h = 3}, &row, 1);
    assert_canvas_text(canvas, "layer  n 4  nan 0  inf 0  -25% 0:50% +25%  min -1  p1 -1  p25 -1\n"
                               "       p50 0  p75 0  p99 3  max 3  mean 0.5  std 1.5  |x| 3.16\n\n");
    canvas_free(canvas);
}

static void crowded_figures_are_written_shorter(void **state) {
    (void)state;
    const real data[] = {(real)-1e-5, 0, 0, (real)3e-5};
    real room[4];
    WidgetFigures row = {.stats = tensor_stats(data, 4), .percentiles = values_percentiles(data, 4, 1, room)};
    Canvas *canvas = canvas_of(80, 2, 0);
    widget_figures(canvas, (Rect){.w = 66, .h = 2}, &row, 1);
    assert_canvas_text(canvas, "n 4  nan/inf 0  -25% 0:50% +25%  min -1e-5  max 3e-5  mean 5e-6\n"
                               "std 1.5e-5  |x| 3.16e-5  p1/25/50/75/99 -1 -1 0 0 3 x1e-5\n");
    canvas_free(canvas);
}

static void bad_news_is_never_left_out(void **state) {
    (void)state;
    const real data[] = {-1, (real)NAN, (real)INFINITY, 3};
    Stats stats = tensor_stats(data, 4);
    Canvas *canvas = canvas_of(90, 2, 0);
    draw_figures(canvas, (Rect){.w = 12, .h = 1}, &stats);
    draw_figures(canvas, (Rect){.y = 1, .w = 36, .h = 1}, &stats);
    assert_canvas_text(canvas, "nan 1  inf 1\nnan 1  inf 1  n 4  -25% 0:0% +25%\n");
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, color_role(ROLE_BAD));
    canvas_free(canvas);
}

static void brief_figures_take_one_line(void **state) {
    (void)state;
    const real data[] = {-1, 0, 0, 3}, bad[] = {-1, (real)NAN, 0, 3};
    WidgetFigures good = {.brief = true, .stats = tensor_stats(data, 4)};
    WidgetFigures gradient = {.brief = true, .norm = "|g|", .stats = tensor_stats(bad, 4)};
    Canvas *canvas = canvas_of(60, 4, 0);
    widget_figures(canvas, (Rect){.w = 60, .h = 2}, &good, 1);
    widget_figures(canvas, (Rect){.y = 1, .w = 30, .h = 1}, &good, 1);
    widget_figures(canvas, (Rect){.y = 2, .w = 60, .h = 1}, &gradient, 1);
    good.stats.known = false;
    widget_figures(canvas, (Rect){.y = 3, .w = 60, .h = 1}, &good, 1);
    assert_canvas_text(canvas, "range -1..3   50 % zero   |x| 3.16\n"
                               "range -1..3   50 % zero\n"
                               "nan 1   inf 0   range -1..3   25 % zero   |g| 3.16\n"
                               "not computed yet\n");
    canvas_free(canvas);
}

static void all_figures_take_as_many_lines_as_the_width_needs(void **state) {
    (void)state;
    Scene scene = {.settings = setting_defaults()};
    assert_int_equal(widget_figures_lines(&scene, 60), 1);
    scene.settings.figures = FIGURES_ALL;
    assert_int_equal(widget_figures_lines(&scene, 160), 1);
    assert_int_equal(widget_figures_lines(&scene, 80), 2);
    assert_int_equal(widget_figures_lines(&scene, 60), 3);
    scene.hides_figures = true;
    assert_int_equal(widget_figures_lines(&scene, 60), 0);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_op_has_a_summary),
        cmocka_unit_test(short_names_leave_out_the_block),
        cmocka_unit_test(the_state_letter_follows_the_pass),
        cmocka_unit_test(the_skip_mode_is_always_named),
        cmocka_unit_test(a_heading_fills_its_row),
        cmocka_unit_test(a_field_wraps_beside_its_label),
        cmocka_unit_test(the_figures_leave_out_from_the_end),
        cmocka_unit_test(figures_of_several_rows_stand_in_columns),
        cmocka_unit_test(figures_take_more_lines_where_there_are_some),
        cmocka_unit_test(crowded_figures_are_written_shorter),
        cmocka_unit_test(bad_news_is_never_left_out),
        cmocka_unit_test(brief_figures_take_one_line),
        cmocka_unit_test(all_figures_take_as_many_lines_as_the_width_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
