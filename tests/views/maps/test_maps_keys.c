/* The keys of the view of maps: walking channels and cells, pages, the order of channels. */
#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/maps_world.h"
#include "views/widget/widgets.h"

static void arrows_walk_the_grid_of_channels(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.channel = 9; /* 8 rows of 8 small maps, all on one page */
    static const struct {
        ActionId id;
        int number, expected;
    } moves[] = {{ACTION_LEFT, 0, 8},      {ACTION_RIGHT, 0, 10},        {ACTION_UP, 0, 1},
                 {ACTION_DOWN, 0, 17},     {ACTION_DOWN, 3, 33},         {ACTION_UP, 5, 1},
                 {ACTION_PAGE_UP, 0, 0},   {ACTION_PAGE_DOWN, 0, 63},    {ACTION_PAGE_DOWN, 9, 63},
                 {ACTION_RIGHT, 1000, 63}, {ACTION_LEFT, 1000, 0},       {ACTION_FIRST, 0, 0},
                 {ACTION_LAST, 0, 63},     {ACTION_DOWN, 2147483647, 57}};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action answer = maps_world_act(&world, moves[k].id, moves[k].number);
        assert_int_equal(answer.id, ACTION_CHANNEL);
        assert_int_equal(answer.number, moves[k].expected);
    }
    scene_world_close(&world);
}

static void arrows_walk_the_cells_of_an_enlarged_channel(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.channel = 9;
    world.scene.row = 2;
    world.scene.column = 7;
    assert_int_equal(maps_world_act(&world, ACTION_OPEN, 0).id, ACTION_NONE);
    static const struct {
        ActionId id;
        int number;
        const char *expected;
    } moves[] = {
        {ACTION_LEFT, 0, "2 6"}, {ACTION_RIGHT, 0, "2 7"}, {ACTION_UP, 9, "0 7"}, {ACTION_DOWN, 2, "4 7"}};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action answer = maps_world_act(&world, moves[k].id, moves[k].number);
        assert_int_equal(answer.id, ACTION_CELL);
        assert_string_equal(answer.text, moves[k].expected);
    }
    assert_int_equal(maps_world_act(&world, ACTION_PAGE_DOWN, 0).number, 10);
    assert_int_equal(maps_world_act(&world, ACTION_CLOSE, 0).id, ACTION_NONE);
    assert_int_equal(maps_world_act(&world, ACTION_LEFT, 0).id, ACTION_CHANNEL);
    scene_world_close(&world);
}

static void what_has_no_use_here_is_handed_back(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    assert_int_equal(maps_world_act(&world, ACTION_CLOSE, 0).id, ACTION_CLOSE);
    Action step = maps_world_act(&world, ACTION_STEP, 7);
    assert_int_equal(step.id, ACTION_STEP);
    assert_int_equal(step.number, 7);
    maps_world_select(&world, "fc", PHASE_FORWARD);
    assert_int_equal(maps_world_act(&world, ACTION_CLOSE, 0).id, ACTION_CLOSE);
    scene_world_close(&world);
}

/* Whatever the size, the page that the keys lead to is the page that is drawn. */
static void a_page_down_shows_the_next_page(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    for (int size = 2; size < MAPS_WORLD_SIZES; size++) {
        maps_world_size(&world, size);
        maps_world_select(&world, "layer2.0.conv1", PHASE_FORWARD);
        Action next = maps_world_act(&world, ACTION_PAGE_DOWN, 0);
        int first = next.number < 31 ? next.number : 0;
        char expected[32];
        world.scene.channel = next.number;
        snprintf(expected, sizeof expected, " channels %d-", first);
        maps_world_shows(&world, expected);
    }
    scene_world_close(&world);
}

static void the_cursor_stands_on_the_selected_cell(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.row = 5;
    world.scene.column = 6;
    maps_world_act(&world, ACTION_OPEN, 0);
    Canvas *canvas = maps_world_canvas(&world);
    /* 8x8 enlarged four times: four columns and two rows of cells each, right of the row numbers, below the
     * heading, the value and the column numbers. */
    assert_int_equal(canvas->cursor_x, SCENE_MARGIN + 2 + 6 * 4);
    assert_int_equal(canvas->cursor_y, SCENE_MARGIN + 3 + 5 * 4 / 2);
    const Cell *left = canvas_get(canvas, canvas->cursor_x - 1, canvas->cursor_y);
    assert_int_equal(left->glyph, '[');
    assert_true(left->attributes & CELL_REVERSE);
    canvas_free(canvas);
    scene_world_close(&world);
}

/* Makes every second channel stronger than the one before it, so that the order is known. */
static void set_norms(SceneWorld *world, int op) {
    Tensor tensor = pass_act(world->pass, op);
    size_t channels = (size_t)tensor.shape.c;
    for (size_t j = 0; j < shape_count(tensor.shape); j++)
        tensor.data[j] = (real)((j % channels) * 7 % channels + 1);
    assert_true(pass_profile_update(world->pass, op, -1));
    world->scene.settings.order = ORDER_ACTIVATION;
    world->scene.ranking = pass_act_profile(world->pass, op)->ranking;
    world->scene.ranking_count = tensor.shape.c;
}

static void channels_stand_and_are_walked_in_the_order_asked_for(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    set_norms(&world, world.scene.op);
    /* 7c mod 16 is largest, 15, for c = 9; then 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 5, 14, 7, 0. */
    maps_world_shows(&world, " 16 by activation ");
    maps_world_shows(&world, " 9        2        11       4 ");
    world.scene.channel = 2;
    assert_int_equal(maps_world_act(&world, ACTION_RIGHT, 0).number, 11);
    assert_int_equal(maps_world_act(&world, ACTION_LEFT, 0).number, 9);
    assert_int_equal(maps_world_act(&world, ACTION_DOWN, 0).number, 6);
    assert_int_equal(maps_world_act(&world, ACTION_LAST, 0).number, 0);
    assert_int_equal(maps_world_act(&world, ACTION_FIRST, 0).number, 9);
    maps_world_act(&world, ACTION_OPEN, 0);
    maps_world_shows(&world, "2 of 16, rank 1 by activation");
    assert_int_equal(maps_world_act(&world, ACTION_PAGE_DOWN, 0).number, 11);
    scene_world_close(&world);
}

static void an_order_of_another_layer_is_not_applied(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    set_norms(&world, world.scene.op);
    maps_world_select(&world, "layer2.0.conv1", PHASE_FORWARD);
    maps_world_shows(&world, " all 32, by mean ");
    assert_int_equal(maps_world_act(&world, ACTION_RIGHT, 0).number, 1);
    maps_world_check(&world);
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrows_walk_the_grid_of_channels),
        cmocka_unit_test(arrows_walk_the_cells_of_an_enlarged_channel),
        cmocka_unit_test(what_has_no_use_here_is_handed_back),
        cmocka_unit_test(a_page_down_shows_the_next_page),
        cmocka_unit_test(the_cursor_stands_on_the_selected_cell),
        cmocka_unit_test(channels_stand_and_are_walked_in_the_order_asked_for),
        cmocka_unit_test(an_order_of_another_layer_is_not_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
