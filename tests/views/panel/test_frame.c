#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/panel/frame.h"
#include "views/style/text.h"

static const FrameHint hints[] = {
    {.key = "s", .label = "step"},     {.key = "n", .label = "block"},  {.key = "f", .label = "finish pass"},
    {.key = "Enter", .label = "open"}, {.key = "Tab", .label = "view"}, {.key = ":", .label = "command"},
    {.key = "q", .label = "quit"},     {.key = "?", .label = "help"},
};

static const FrameInfo info = {.view = VIEW_ARCHITECTURE, .hints = hints, .hint_count = 8};

/* ResNet-8: 33 ops, 3 blocks; small enough to run for every test. */
static SceneWorld world_new(SkipMode skip, int steps) {
    bool lesioned[3] = {false, true, true};
    SceneWorld world = scene_world_open_pass("resnet8", 0, (PassConfig){.skip = skip, .lesioned = lesioned});
    scene_world_run(&world, steps);
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .weights_note = "random weights (he)",
                          .image_name = "04-cat",
                          .settings = setting_defaults()};
    world.scene.settings.scope = SCOPE_MAP;
    return world;
}

/* One row as text; the caller frees it. */
static char *row_text(const Canvas *canvas, int y) {
    char *all = canvas_export_text_string(canvas), *at = all;
    for (int k = 0; k < y; k++) at = strchr(at, '\n') + 1;
    char *row = strndup(at, strcspn(at, "\n"));
    free(all);
    return row;
}

static void assert_row_has(const Canvas *canvas, int y, const char *text) {
    char *row = row_text(canvas, y);
    if (!strstr(row, text)) fail_msg("row %d has no \"%s\": %s", y, text, row);
    free(row);
}

static bool is_blank(const Cell *cell) {
    return cell->glyph == ' ' && cell->bg == COLOR_DEFAULT && cell->attributes == 0;
}

static void the_view_gets_all_but_three_rows(void **state) {
    (void)state;
    Rect area = frame_view_area(80, 24);
    assert_int_equal(area.y, 1);
    assert_int_equal(area.w, 80);
    assert_int_equal(area.h, 21);
    assert_true(rect_is_empty(frame_view_area(59, 16)));
    assert_true(rect_is_empty(frame_view_area(60, 15)));
}

static void a_small_screen_says_what_it_needs(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(60, 5, 0);
    assert_true(rect_is_empty(frame_draw(canvas, &info, &world.scene)));
    assert_canvas_text(canvas, "\n\n                   need 60x16, have 60x5\n\n\n");
    canvas_free(canvas);
    for (int w = 1; w < 12; w++) {
        canvas = canvas_new(w, 1, 0);
        frame_draw(canvas, &info, &world.scene);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void the_title_is_the_path_to_the_selected_number(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.op = network_find_op(world.scene.network, "layer2.0.conv2");
    world.scene.at = world.scene.op;
    world.scene.channel = 3, world.scene.row = 5, world.scene.column = 7;
    FrameInfo near = info;
    near.level = ZOOM_BLOCK;
    frame_draw(canvas, &near, &world.scene);
    assert_row_has(canvas, 0, " resnet8 › layer2.0 › conv2 › ch 3 › (5,7)");
    int block = 1 + text_width("resnet8 › ");
    assert_int_equal(canvas_get(canvas, block, 0)->attributes, CELL_BOLD | CELL_UNDERLINE);
    assert_int_equal(canvas_get(canvas, 1, 0)->attributes, CELL_BOLD);
    assert_int_equal(canvas_get(canvas, block + text_width("layer2.0 › "), 0)->attributes, 0);
    canvas_free(canvas);
    scene_world_close(&world);
}

/* The stage is in a block's name; what else is left out, and when, in this order. */
static void a_path_without_room_keeps_what_is_looked_at(void **state) {
    (void)state;
    static const struct {
        int name;
        ZoomLevel level;
        const char *path;
    } cases[] = {{4, ZOOM_STAGE, " resnet8 › stage 2 › layer2.0 › conv2 › ch 3 › (5,7)"},
                 {24, ZOOM_OP, " resnet8 › layer2.0 › conv2 › ch 3    "},
                 {24, ZOOM_VALUE, " resnet8 › layer2.0 › conv2 › (5,7)   "}};
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    world.scene.op = network_find_op(world.scene.network, "layer2.0.conv2");
    world.scene.channel = 3, world.scene.row = 5, world.scene.column = 7;
    world.scene.untrained = true;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Canvas *canvas = canvas_new(80, 24, 0);
        char name[32] = "abcdefghijklmnopqrstuvwxyz";
        name[cases[k].name] = '\0';
        world.scene.image_name = name;
        FrameInfo near = info;
        near.level = cases[k].level;
        frame_draw(canvas, &near, &world.scene);
        assert_row_has(canvas, 0, cases[k].path);
        assert_row_has(canvas, 0, name);
        assert_row_has(canvas, 0, ", random weights");
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

/* Known before the pass that is shown has come to its end; a secret is not told. */
static void the_title_has_the_answer(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    double probabilities[10] = {0.004, 0.99, 0.006};
    char class_name[CLASS_NAME_MAX], text[64];
    world.scene.probabilities = probabilities;
    snprintf(text, sizeof text, "04-cat → %s 99%%", scene_class_name(&world.scene, 1, class_name));
    for (int width = 80; width <= 200; width += 20) {
        Canvas *canvas = canvas_new(width, 24, 0);
        frame_draw(canvas, &info, &world.scene);
        assert_row_has(canvas, 0, text);
        canvas_free(canvas);
    }
    Canvas *canvas = canvas_new(80, 24, 0);
    for (int k = 0; k < 10; k++) probabilities[k] = -(double)NAN;
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 0, "→ no answer (NaN)");
    world.scene.probabilities = NULL;
    world.scene.hides_answer = true;
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 0, "picture → ?");
    char *row = row_text(canvas, 0);
    assert_null(strstr(row, "cat"));
    free(row);
    canvas_free(canvas);
    scene_world_close(&world);
}

/* From 100 columns in the title bar, with the key underlined; else in the row of the keys, once they are asked
 * for. */
static void the_views_are_named(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    FrameInfo asked = info;
    asked.lists_views = true;
    Canvas *canvas = canvas_new(80, 24, 0);
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 23, "s step");
    canvas_clear(canvas);
    frame_draw(canvas, &asked, &world.scene);
    for (int k = 0; k < VIEW_COUNT; k++) {
        char name[32];
        snprintf(name, sizeof name, "%c %s", view_ops((ViewId)k)->key, view_ops((ViewId)k)->title);
        assert_row_has(canvas, 23, name);
    }
    assert_int_equal(canvas_get(canvas, 1, 23)->bg, color_role(ROLE_CURSOR));
    assert_int_equal(canvas_get(canvas, 1 + text_width("a Architecture  "), 23)->fg, color_role(ROLE_KEY));
    assert_true(is_blank(canvas_get(canvas, 79, 23)));
    canvas_free(canvas);
    for (int width = 100; width <= 220; width += 10) {
        canvas = canvas_new(width, 30, 0);
        frame_draw(canvas, &asked, &world.scene);
        assert_row_has(canvas, 29, "s step");
        int keys = 0;
        for (int x = width / 4; x < width; x++) {
            const Cell *cell = canvas_get(canvas, x, 0);
            if (cell->attributes & CELL_UNDERLINE && keys < VIEW_COUNT)
                assert_int_equal(cell->glyph, (uint32_t)view_ops((ViewId)keys++)->key);
        }
        assert_int_equal(keys, VIEW_COUNT);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void help_and_quit_are_seen_at_every_width(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    const FrameInfo none = {.view = VIEW_ARCHITECTURE};
    for (int w = 80; w <= 220; w++) {
        Canvas *canvas = canvas_new(w, 24, w % 2 ? CANVAS_ASCII | CANVAS_MONO : 0);
        frame_draw(canvas, w % 3 ? &info : &none, &world.scene);
        assert_row_has(canvas, 23, "? help");
        assert_row_has(canvas, 23, "q quit");
        if (w % 3) assert_row_has(canvas, 23, "s step  n block");
        assert_true(is_blank(canvas_get(canvas, w - 1, 23)));
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void hints_give_way_from_the_end(void **state) {
    (void)state;
    FrameHint many[20];
    for (int k = 0; k < 20; k++) many[k] = (FrameHint){.key = "x", .label = k < 19 ? "something" : "help"};
    many[0].label = "first";
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    frame_draw(canvas, &(FrameInfo){.hints = many, .hint_count = 20}, &world.scene);
    assert_row_has(canvas, 23, " x first  x something  x something  x something");
    assert_row_has(canvas, 23, "x help  q quit");
    canvas_free(canvas);
    scene_world_close(&world);
}

static int count_glyphs(const Canvas *canvas, int y, uint32_t glyph) {
    int count = 0;
    for (int x = 0; x < canvas->width; x++) count += canvas_get(canvas, x, y)->glyph == glyph;
    return count;
}

static void the_strip_has_a_cell_for_each_op_in_both_directions(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 40);
    int n = world.scene.network->op_count;
    Canvas *canvas = canvas_new(120, 40, 0);
    world.scene.op = 5;
    world.scene.at = 5;
    frame_draw(canvas, &info, &world.scene);
    assert_int_equal(count_glyphs(canvas, 38, U'━'), 40 - 1);
    assert_int_equal(count_glyphs(canvas, 38, U'●'), 1);
    assert_int_equal(count_glyphs(canvas, 38, U'·'), 2 * n - 40);
    assert_int_equal(canvas_get(canvas, 1 + 5, 38)->glyph, U'●');
    assert_int_equal(canvas_get(canvas, 1 + n, 38)->glyph, U'┊');
    canvas_clear(canvas);
    world.scene.phase = PHASE_BACKWARD;
    world.scene.at = scene_at(world.scene.network, 5, PHASE_BACKWARD);
    frame_draw(canvas, &info, &world.scene);
    /* The backward half is mirrored: op 5 stands sixth from its right end, and is still ahead. */
    assert_int_equal(canvas_get(canvas, 1 + n + 1 + n - 6, 38)->glyph, U'○');
    char text[48];
    snprintf(text, sizeof text, "backward %d of %d", n - 6, n - 1);
    assert_row_has(canvas, 38, text);
    canvas_free(canvas);
    scene_world_close(&world);
}

static void a_short_strip_still_shows_where_we_are(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 3);
    for (int at = 0; at < 2 * world.scene.network->op_count; at++) {
        Canvas *canvas = canvas_new(80, 24, 0);
        world.scene.at = at;
        world.scene.op = scene_op_at(world.scene.network, at);
        world.scene.phase = at < world.scene.network->op_count ? PHASE_FORWARD : PHASE_BACKWARD;
        frame_draw(canvas, &info, &world.scene);
        assert_int_equal(count_glyphs(canvas, 22, U'●') + count_glyphs(canvas, 22, U'○'), 1);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

/* Only what is not as it is built is said. */
static void the_row_of_progress_names_every_way_without_skips(void **state) {
    (void)state;
    static const char *const full[] = {"", "plain: skips removed in both directions",
                                       "cut: skips carry no gradient", "lesion: layer2.0, layer3.0"};
    static const char *const words[] = {"", "plain", "cut", "lesion"};
    for (int mode = SKIP_NONE_REMOVED; mode <= SKIP_LESION; mode++) {
        SceneWorld world = world_new((SkipMode)mode, 80);
        Canvas *canvas = canvas_new(160, 40, 0);
        frame_draw(canvas, &info, &world.scene);
        assert_row_has(canvas, 38, " forward  0 of ");
        char *row = row_text(canvas, 38);
        assert_true(*full[mode] ? strstr(row, full[mode]) != NULL : !strstr(row, "skip"));
        assert_null(strstr(row, "BN"));
        free(row);
        char loss[24];
        snprintf(loss, sizeof loss, "loss %.4g", pass_loss(world.pass));
        assert_row_has(canvas, 38, loss);
        assert_row_has(canvas, 38, "scale map");
        canvas_free(canvas);
        canvas = canvas_new(80, 24, CANVAS_ASCII);
        world.scene.job = (SceneJob){.title = "comparing", .done = 33, .total = 66, .eta_s = 12};
        frame_draw(canvas, &info, &world.scene);
        assert_row_has(canvas, 22, words[mode]);
        assert_row_has(canvas, 22, "forward  0 of ");
        assert_row_has(canvas, 22, "comparing ####....  50%  12 s");
        canvas_free(canvas);
        scene_world_close(&world);
    }
}

static void statistics_of_the_picture_itself_are_said(void **state) {
    (void)state;
    SceneWorld world = scene_world_open_pass("resnet8", 0, (PassConfig){.batch_statistics = true});
    scene_world_run(&world, 3);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.image_name = "04-cat";
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 22, "batch norm by this picture");
    canvas_free(canvas);
    scene_world_close(&world);
}

static void an_unknown_end_is_not_guessed(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.job = (SceneJob){.title = "running", .done = 0, .total = 66, .eta_s = NAN};
    frame_draw(canvas, &info, &world.scene);
    char *row = row_text(canvas, 22);
    assert_string_equal(row + strlen(row) - 4, "  0%");
    free(row);
    canvas_free(canvas);
    scene_world_close(&world);
}

static void a_notice_takes_the_place_of_the_progress(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.notice = "there is no picture 'dog': the nearest is 05-dog";
    world.scene.notice_kind = NOTICE_ERROR;
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 22, "error: there is no picture 'dog': the nearest is 05-dog");
    assert_int_equal(canvas_get(canvas, 1, 22)->fg, color_role(ROLE_BAD));
    assert_row_has(canvas, 23, "? help");
    canvas_clear(canvas);
    world.scene.notice_kind = NOTICE_INFO;
    frame_draw(canvas, &info, &world.scene);
    char *row = row_text(canvas, 22);
    assert_null(strstr(row, "error"));
    free(row);
    canvas_free(canvas);
    scene_world_close(&world);
}

static void a_long_error_is_read_to_its_end(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.notice = "weights.safetensors: tensor layer1.0.conv1.weight has the shape 16x16x5x5, but "
                         "resnet20 needs 16x16x3x3";
    world.scene.notice_kind = NOTICE_ERROR;
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 22, "error: weights.safetensors: tensor layer1.0.conv1.weight has the shape");
    assert_row_has(canvas, 23, "resnet20 needs 16x16x3x3");
    assert_row_has(canvas, 23, "? help  q quit");
    canvas_free(canvas);
    scene_world_close(&world);
}

static void the_area_of_the_view_stays_as_it_was(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 20);
    Canvas *canvas = canvas_new(100, 30, 0), *again = canvas_new(100, 30, 0);
    Rect area = frame_draw(canvas, &info, &world.scene);
    frame_draw(again, &info, &world.scene);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = 0; x < area.w; x++) assert_true(is_blank(canvas_get(canvas, x, y)));
    assert_memory_equal(canvas->cells, again->cells, 100 * 30 * sizeof(Cell));
    canvas_free(canvas);
    canvas_free(again);
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_view_gets_all_but_three_rows),
        cmocka_unit_test(a_small_screen_says_what_it_needs),
        cmocka_unit_test(the_title_is_the_path_to_the_selected_number),
        cmocka_unit_test(a_path_without_room_keeps_what_is_looked_at),
        cmocka_unit_test(the_title_has_the_answer),
        cmocka_unit_test(the_views_are_named),
        cmocka_unit_test(help_and_quit_are_seen_at_every_width),
        cmocka_unit_test(hints_give_way_from_the_end),
        cmocka_unit_test(the_strip_has_a_cell_for_each_op_in_both_directions),
        cmocka_unit_test(a_short_strip_still_shows_where_we_are),
        cmocka_unit_test(the_row_of_progress_names_every_way_without_skips),
        cmocka_unit_test(statistics_of_the_picture_itself_are_said),
        cmocka_unit_test(an_unknown_end_is_not_guessed),
        cmocka_unit_test(a_notice_takes_the_place_of_the_progress),
        cmocka_unit_test(a_long_error_is_read_to_its_end),
        cmocka_unit_test(the_area_of_the_view_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
