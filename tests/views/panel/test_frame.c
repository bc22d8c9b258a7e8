#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/panel/frame.h"
#include "views/panel/help.h"
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

static void the_view_gets_all_but_five_rows(void **state) {
    (void)state;
    Rect area = frame_view_area(80, 24);
    assert_int_equal(area.y, 2);
    assert_int_equal(area.w, 80);
    assert_int_equal(area.h, 19);
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
    assert_row_has(canvas, 0, " resnet8 › stage 2 › layer2.0 › conv2 › ch 3 › (5,7)");
    int block = 1 + text_width("resnet8 › stage 2 › ");
    assert_int_equal(canvas_get(canvas, block, 0)->attributes, CELL_BOLD | CELL_UNDERLINE);
    assert_int_equal(canvas_get(canvas, 1, 0)->attributes, CELL_BOLD);
    assert_int_equal(canvas_get(canvas, block + text_width("layer2.0 › "), 0)->attributes, 0);
    canvas_free(canvas);
    scene_world_close(&world);
}

static void title_and_tabs_name_what_is_shown(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 0, "04-cat  random weights (he)");
    assert_row_has(canvas, 1, "▸[a]rchitecture");
    char *row = row_text(canvas, 1);
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        char key[] = {'[', view->key, ']', '\0'};
        assert_non_null(strstr(row, key));
    }
    assert_true(text_width(row) <= 80);
    free(row);
    assert_int_equal(canvas_get(canvas, 1, 1)->bg, color_role(ROLE_CURSOR));
    assert_true(canvas_get(canvas, 5, 1)->attributes & CELL_BOLD);
    canvas_free(canvas);
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
    assert_int_equal(count_glyphs(canvas, 37, U'━'), 40 - 1);
    assert_int_equal(count_glyphs(canvas, 37, U'●'), 1);
    assert_int_equal(count_glyphs(canvas, 37, U'·'), 2 * n - 40);
    assert_int_equal(canvas_get(canvas, 5 + 5, 37)->glyph, U'●');
    canvas_clear(canvas);
    world.scene.phase = PHASE_BACKWARD;
    world.scene.at = scene_at(world.scene.network, 5, PHASE_BACKWARD);
    frame_draw(canvas, &info, &world.scene);
    /* The backward half is mirrored: op 5 stands sixth from its right end, and is still ahead. */
    assert_int_equal(canvas_get(canvas, 5 + n + 2 + 4 + n - 6, 37)->glyph, U'○');
    assert_row_has(canvas, 37, "op 5/");
    assert_row_has(canvas, 37, "backward");
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
        assert_int_equal(count_glyphs(canvas, 21, U'●') + count_glyphs(canvas, 21, U'○'), 1);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void the_status_names_the_skip_mode_in_every_case(void **state) {
    (void)state;
    static const char *const full[] = {"skips as built", "plain: skips removed in both directions",
                                       "cut: skips carry no gradient", "lesion: layer2.0, layer3.0"};
    static const char *const words[] = {"skips", "plain", "cut", "lesion"};
    for (int mode = SKIP_NONE_REMOVED; mode <= SKIP_LESION; mode++) {
        SceneWorld world = world_new((SkipMode)mode, 80);
        Canvas *canvas = canvas_new(120, 40, 0);
        frame_draw(canvas, &info, &world.scene);
        assert_row_has(canvas, 38, "forward input");
        assert_row_has(canvas, 38, full[mode]);
        assert_row_has(canvas, 38, "BN running");
        char loss[24];
        snprintf(loss, sizeof loss, "loss %.4g", pass_loss(world.pass));
        assert_row_has(canvas, 38, loss);
        assert_row_has(canvas, 38, "scale map");
        canvas_free(canvas);
        canvas = canvas_new(80, 24, CANVAS_ASCII);
        world.scene.job = (SceneJob){.title = "comparing", .done = 33, .total = 66, .eta_s = 12};
        world.scene.op = network_find_op(world.scene.network, "layer3.0.conv1");
        frame_draw(canvas, &info, &world.scene);
        assert_row_has(canvas, 22, words[mode]);
        assert_row_has(canvas, 22, "forward layer3.0.conv1");
        assert_row_has(canvas, 22, "comparing ########........  50%  12 s");
        canvas_free(canvas);
        scene_world_close(&world);
    }
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

static void a_notice_takes_the_place_of_the_status(void **state) {
    (void)state;
    SceneWorld world = world_new(SKIP_NONE_REMOVED, 1);
    Canvas *canvas = canvas_new(80, 24, 0);
    world.scene.notice = "there is no picture 'dog': the nearest is 05-dog";
    world.scene.notice_kind = NOTICE_ERROR;
    frame_draw(canvas, &info, &world.scene);
    assert_row_has(canvas, 22, "error: there is no picture 'dog': the nearest is 05-dog");
    assert_int_equal(canvas_get(canvas, 1, 22)->fg, color_role(ROLE_BAD));
    assert_row_has(canvas, 21, "op 0/");
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
    assert_row_has(canvas, 21, "error: weights.safetensors: tensor layer1.0.conv1.weight has the shape");
    assert_row_has(canvas, 22, "resnet20 needs 16x16x3x3");
    assert_row_has(canvas, 23, "? help");
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

static const HelpRow rows[] = {
    {.keys = "s Space", .help = "run one operation and look at it", .group = "Time"},
    {.keys = "w", .help = "none, plain, cut or lesion", .group = "Look"},
    {.keys = "n", .help = "run to the end of this block", .group = "Time"},
};

static char *help_text(int width, int height, int first) {
    Canvas *canvas = canvas_new(width, height, 0);
    help_draw(canvas, canvas_area(canvas), &(HelpInfo){.rows = rows, .row_count = 3, .first = first});
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void help_groups_keys_and_ends_with_the_views(void **state) {
    (void)state;
    char *text = help_text(80, 60, 0);
    const char *time = strstr(text, "Time ──"), *look = strstr(text, "Look ──"), *n = strstr(text, "\n n ");
    const char *views = strstr(text, "Views ──");
    assert_true(time && look && n && views);
    assert_true(time < n && n < look && look < views);
    assert_non_null(strstr(text, "? or Esc closes it"));
    for (int k = 0; k < VIEW_COUNT; k++) assert_non_null(strstr(views, view_ops((ViewId)k)->title));
    assert_null(strstr(text, "scroll"));
    free(text);
}

static void help_scrolls_as_far_as_its_last_line(void **state) {
    (void)state;
    char *top = help_text(80, 12, 0), *far = help_text(80, 12, 100000), *before = help_text(80, 12, -5);
    assert_string_equal(top, before);
    assert_non_null(strstr(top, "lines 1-10 of "));
    assert_null(strstr(top, "Views"));
    assert_non_null(strstr(far, view_ops((ViewId)(VIEW_COUNT - 1))->title));
    assert_non_null(strstr(far, "? or Esc"));
    free(top);
    free(far);
    free(before);
}

static void help_uses_two_columns_when_there_is_room(void **state) {
    (void)state;
    char *narrow = help_text(80, 24, 0), *text = help_text(140, 24, 0);
    assert_non_null(strstr(narrow, "scroll"));
    assert_null(strstr(text, "scroll"));
    assert_non_null(strstr(text, view_ops((ViewId)(VIEW_COUNT - 1))->title));
    free(narrow);
    free(text);
}

static void help_stays_inside_its_area(void **state) {
    (void)state;
    for (int w = 0; w < 130; w += 7) {
        for (int h = 0; h < 12; h++) {
            Canvas *canvas = canvas_new(140, 14, 0);
            Rect area = {.x = 3, .y = 1, .w = w, .h = h};
            help_draw(canvas, area, &(HelpInfo){.rows = rows, .row_count = 3, .first = h});
            for (int k = 0; k < 140 * 14; k++)
                if (!rect_contains(area, k % 140, k / 140)) assert_true(is_blank(&canvas->cells[k]));
            canvas_free(canvas);
        }
    }
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_view_gets_all_but_five_rows),
        cmocka_unit_test(a_small_screen_says_what_it_needs),
        cmocka_unit_test(the_title_is_the_path_to_the_selected_number),
        cmocka_unit_test(title_and_tabs_name_what_is_shown),
        cmocka_unit_test(help_and_quit_are_seen_at_every_width),
        cmocka_unit_test(hints_give_way_from_the_end),
        cmocka_unit_test(the_strip_has_a_cell_for_each_op_in_both_directions),
        cmocka_unit_test(a_short_strip_still_shows_where_we_are),
        cmocka_unit_test(the_status_names_the_skip_mode_in_every_case),
        cmocka_unit_test(an_unknown_end_is_not_guessed),
        cmocka_unit_test(a_notice_takes_the_place_of_the_status),
        cmocka_unit_test(a_long_error_is_read_to_its_end),
        cmocka_unit_test(the_area_of_the_view_stays_as_it_was),
        cmocka_unit_test(help_groups_keys_and_ends_with_the_views),
        cmocka_unit_test(help_scrolls_as_far_as_its_last_line),
        cmocka_unit_test(help_uses_two_columns_when_there_is_room),
        cmocka_unit_test(help_stays_inside_its_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
