#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/architecture/detail.h"
#include "views/architecture/rows.h"
#include "views/scene/view.h"

static const ArchitectureFold unfolded = {.level = FOLD_NONE, .group = -1, .block = -1};

static Action view_do(SceneWorld *world, ActionId id, const char *text) {
    Action action = view_action(id, 0);
    snprintf(action.text, sizeof action.text, "%s", text);
    return view_ops(VIEW_ARCHITECTURE)->act(world->state, &world->scene, action);
}

static Model *model_of(const char *arch, char shortcut) {
    Error err;
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    Network *network = resnet_new(&config, &err);
    assert_non_null(network);
    Model *model = model_new(network, &err);
    assert_non_null(model);
    return model;
}

/* Blocks 1 and 2 lesioned, should the mode be SKIP_LESION. */
static SceneWorld world_new(const char *arch, char shortcut, SkipMode skip, int steps) {
    bool lesioned[64] = {false, true, true};
    SceneWorld world =
        scene_world_open_pass(arch, shortcut, (PassConfig){.skip = skip, .lesioned = lesioned});
    scene_world_run(&world, steps);
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .width = 80,
                          .height = 19,
                          .settings = setting_defaults()};
    assert_true(view_ops(VIEW_ARCHITECTURE)->state_size <= sizeof world.state);
    view_do(&world, ACTION_FOLD, "none");
    return world;
}

static void draw(const SceneWorld *world, Canvas *canvas, Rect area) {
    view_ops(VIEW_ARCHITECTURE)->draw(world->state, &world->scene, canvas, area);
}

/* The whole table at once; the caller frees it. */
static char *draw_all(const SceneWorld *world, int width, unsigned flags) {
    Canvas *canvas = canvas_new(width, architecture_row_count(world->scene.network, unfolded) + 8, flags);
    draw(world, canvas, canvas_area(canvas));
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static int count_text(const char *text, const char *what) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) count++;
    return count;
}

static void assert_has(const char *text, const char *what) {
    if (!strstr(text, what)) fail_msg("no \"%s\" in\n%s", what, text);
}

static void every_residual_block_has_one_addition(void **state) {
    (void)state;
    static const struct {
        const char *arch;
        SkipMode skip;
        int additions;
    } cases[] = {
        {"resnet20", SKIP_NONE_REMOVED, 9}, {"resnet20", SKIP_PLAIN, 9}, {"resnet20", SKIP_CUT, 9},
        {"resnet20", SKIP_LESION, 9},       {"plain20", SKIP_PLAIN, 0},  {"resnet50", SKIP_NONE_REMOVED, 16},
    };
    for (int k = 0; k < 6; k++) {
        SceneWorld world = world_new(cases[k].arch, 0, cases[k].skip, 0);
        char *text = draw_all(&world, 80, 0), *ascii = draw_all(&world, 80, CANVAS_ASCII);
        assert_int_equal(count_text(text, "⊕"), cases[k].additions);
        assert_int_equal(count_text(ascii, "(+)"), cases[k].additions);
        free(text);
        free(ascii);
        scene_world_close(&world);
    }
}

static void rows_and_ops_map_onto_each_other(void **state) {
    (void)state;
    static const char *const archs[] = {"resnet20", "plain20", "resnet50"};
    for (int k = 0; k < 3; k++) {
        Model *model = model_of(archs[k], 0);
        const Network *network = model->network;
        int next = 0, kinds[ROW_KIND_COUNT] = {0};
        for (int row = 0; row < architecture_row_count(network, unfolded); row++) {
            ArchitectureRow found = architecture_row_at(network, unfolded, row);
            assert_int_equal(found.op, next);
            kinds[found.kind]++;
            if (found.kind != ROW_OP) continue;
            assert_int_equal(architecture_row_of(network, unfolded, found.op), row);
            next++;
        }
        assert_int_equal(next, network->op_count);
        assert_int_equal(kinds[ROW_BLOCK], network->block_count);
        assert_int_equal(kinds[ROW_STAGE], network->blocks[network->block_count - 1].stage + 2);
        model_free(model);
    }
}

/* He et al. 2015, tables 1 and 6, counted exactly as torchvision does. */
static void totals_are_the_published_ones(void **state) {
    (void)state;
    static const struct {
        const char *arch;
        char shortcut;
        const char *params, *macs;
    } known[] = {
        {"resnet20", 'A', " 269,722 ", "40,551,040\n"},    {"resnet20", 'B', " 272,474 ", "40,813,184\n"},
        {"plain20", 0, " 269,722 ", "40,551,040\n"},       {"resnet50", 0, " 25,557,032 ", "4,089,184,256\n"},
        {"plain18", 0, " 11,515,688 ", "1,794,805,760\n"},
    };
    for (int k = 0; k < 5; k++) {
        SceneWorld world = world_new(known[k].arch, known[k].shortcut, SKIP_NONE_REMOVED, 0);
        char *text = draw_all(&world, 80, 0);
        assert_has(strstr(text, "total: "), known[k].params);
        assert_has(strstr(text, "total: "), known[k].macs);
        free(text);
        scene_world_close(&world);
    }
}

static void the_skip_runs_from_the_heading_to_the_addition(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 'B', SKIP_NONE_REMOVED, 0);
    char *text = draw_all(&world, 80, 0), *ascii = draw_all(&world, 80, CANVAS_ASCII);
    assert_int_equal(count_text(text, "├───╮ layer"), 9);
    assert_int_equal(count_text(text, "⊕◂──╯"), 9);
    assert_int_equal(count_text(text, "│   ╪"), 2 * 2);
    assert_int_equal(count_text(text, "│   │"), 9 * 5);
    assert_int_equal(count_text(ascii, "+---+ layer"), 9);
    assert_int_equal(count_text(ascii, "(+)<-+"), 9);
    assert_int_equal(count_text(ascii, "|   +"), 2 * 2);
    assert_has(text, "layer2.0           skip: projection (B)\n");
    free(text);
    free(ascii);
    scene_world_close(&world);
    world = world_new("resnet20", 'A', SKIP_NONE_REMOVED, 0);
    text = draw_all(&world, 80, 0);
    ascii = draw_all(&world, 80, CANVAS_ASCII);
    assert_int_equal(count_text(text, "│   ┊"), 2 * 6);
    assert_int_equal(count_text(ascii, "|   :"), 2 * 6);
    free(text);
    free(ascii);
    scene_world_close(&world);
}

static void plain_networks_have_no_lane(void **state) {
    (void)state;
    SceneWorld world = world_new("plain20", 0, SKIP_NONE_REMOVED, 0);
    char *text = draw_all(&world, 80, 0);
    assert_null(strstr(text, "├"));
    assert_null(strstr(text, "╯"));
    assert_int_equal(count_text(text, "no skip\n"), 9);
    assert_has(text, "no shortcuts");
    free(text);
    scene_world_close(&world);
}

static void removed_and_cut_skips_look_different(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_PLAIN, 0);
    char *text = draw_all(&world, 80, 0);
    assert_int_equal(count_text(text, "├╌╌╌× layer"), 9);
    assert_int_equal(count_text(text, "⊕   ·"), 9);
    assert_null(strstr(text, "╯"));
    assert_int_equal(count_text(text, ", removed\n"), 9);
    free(text);
    scene_world_close(&world);
    world = world_new("resnet20", 0, SKIP_CUT, 0);
    text = draw_all(&world, 80, 0);
    assert_int_equal(count_text(text, "⊕◂─×╯"), 9);
    assert_int_equal(count_text(text, "cut in the backward pass\n"), 9);
    free(text);
    scene_world_close(&world);
}

static void a_lesioned_branch_is_marked_and_dim(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_LESION, 0);
    char *text = draw_all(&world, 80, 0);
    /* layer1.1 and layer1.2, five ops each. */
    assert_int_equal(count_text(text, "×   │"), 2 * 5);
    assert_int_equal(count_text(text, "branch removed\n"), 2);
    assert_int_equal(count_text(text, "⊕◂──╯"), 9);
    free(text);
    const Network *network = world.scene.network;
    Canvas *canvas = canvas_new(80, architecture_row_count(network, unfolded) + 8, 0);
    draw(&world, canvas, canvas_area(canvas));
    int conv = network_find_op(network, "layer1.1.conv1"), kept = network_find_op(network, "layer1.0.conv1");
    assert_int_equal(canvas_get(canvas, 14, 1 + architecture_row_of(network, unfolded, conv))->fg,
                     color_role(ROLE_DIM));
    assert_int_equal(canvas_get(canvas, 14, 1 + architecture_row_of(network, unfolded, kept))->fg,
                     color_role(ROLE_TEXT));
    canvas_free(canvas);
    scene_world_close(&world);
}

static void the_selected_row_is_always_seen(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_NONE_REMOVED, 3);
    Rect area = {.y = 2, .w = 80, .h = 19};
    for (int op = 0; op < world.scene.network->op_count; op++) {
        Canvas *canvas = canvas_new(80, 24, 0);
        world.scene.op = op;
        draw(&world, canvas, area);
        int y = canvas->cursor_y;
        assert_true(y > area.y && y < area.y + area.h - 3);
        assert_int_equal(canvas_get(canvas, 0, y)->glyph, U'▸');
        for (int x = 0; x < 80; x++) assert_int_equal(canvas_get(canvas, x, y)->bg, color_role(ROLE_CURSOR));
        char number[16], shown[16] = {0};
        snprintf(number, sizeof number, "%4d", op);
        for (int k = 0; k < 4; k++) shown[k] = (char)canvas_get(canvas, 9 + k, y)->glyph;
        assert_string_equal(shown, number);
        assert_int_equal(canvas_get(canvas, 8, y)->glyph, op < 3 ? 'F' : ' ');
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void the_heading_of_the_selected_block_is_always_seen(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet50", 0, SKIP_NONE_REMOVED, 0);
    const Network *network = world.scene.network;
    Rect area = {.y = 2, .w = 80, .h = 19};
    for (int op = 0; op < network->op_count; op++) {
        if (network->ops[op].block < 0) continue;
        Canvas *canvas = canvas_new(80, 24, 0);
        world.scene.op = op;
        draw(&world, canvas, area);
        char *text = canvas_export_text_string(canvas), heading[OP_NAME_MAX + 8];
        snprintf(heading, sizeof heading, "╮ %s ", network->blocks[network->ops[op].block].name);
        assert_non_null(strstr(text, heading));
        free(text);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void drawing_is_pure_and_stays_inside_its_area(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_CUT, 200);
    enum { W = 210, H = 30 };
    for (int w = 0; w <= 200; w += 25) {
        for (int h = 0; h <= 26; h += 1 + h / 4) {
            Canvas *canvas = canvas_new(W, H, 0), *again = canvas_new(W, H, 0);
            Rect area = {.x = 4, .y = 2, .w = w, .h = h};
            world.scene.op = (w + h) % world.scene.network->op_count;
            draw(&world, canvas, area);
            draw(&world, again, area);
            assert_memory_equal(canvas->cells, again->cells, W * H * sizeof(Cell));
            for (int k = 0; k < W * H; k++) {
                const Cell *cell = &canvas->cells[k];
                if (!rect_contains(area, k % W, k / W))
                    assert_true(cell->glyph == ' ' && cell->bg == COLOR_DEFAULT && !cell->attributes);
            }
            canvas_free(canvas);
            canvas_free(again);
        }
    }
    scene_world_close(&world);
}

static void the_sentence_or_the_pane_explains_the_selected_op(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_NONE_REMOVED, 200);
    world.scene.op = network_find_op(world.scene.network, "layer2.0.conv1");
    char *narrow = draw_all(&world, 80, 0), *wide = draw_all(&world, 200, 0);
    assert_has(narrow, "\n Convolution: Slides small filters over the picture");
    assert_has(wide, "layer2.0.conv1 ──");
    assert_has(wide, "32*16*3*3 = 4,608");
    assert_has(wide, "32*16*16 * 16*3*3 = 1,179,648");
    assert_has(wide, "16x32x32  layer1.2.relu2");
    assert_has(wide, "y[k,i,j] = ");
    assert_has(wide, "arXiv:1512.03385");
    assert_null(strstr(wide, "not computed yet"));
    free(narrow);
    free(wide);
    scene_world_close(&world);
}

/* Multiplies and adds up "16*3*3*3 + 16 = 448" and returns whether it is true. */
static bool sum_is_true(const char *text) {
    double sum = 0, product = 1;
    char *end;
    for (;;) {
        product *= strtod(text, &end);
        while (*end == ' ') end++;
        if (*end != '*') sum += product, product = 1;
        if (*end == '=') break;
        if (*end != '*' && *end != '+') return false;
        text = end + 1;
    }
    double result = 0;
    for (end++; *end; end++)
        if (*end >= '0' && *end <= '9') result = 10 * result + (*end - '0');
    return sum == result;
}

static void the_arithmetic_of_every_count_is_true(void **state) {
    (void)state;
    static const char *const archs[] = {"resnet20", "resnet50"};
    for (int k = 0; k < 2; k++) {
        Model *model = model_of(archs[k], 0);
        const Network *network = model->network;
        for (int op = 0; op < network->op_count; op++) {
            WidgetText params = architecture_param_sum(network, op), macs = architecture_mac_sum(network, op);
            if (network_op_param_count(network, op) > 0)
                assert_true(sum_is_true(params.text));
            else
                assert_string_equal(params.text, "none");
            if (network_op_macs(network, op) > 0)
                assert_true(sum_is_true(macs.text));
            else
                assert_string_equal(macs.text, "none");
        }
        model_free(model);
    }
}

static Action act(SceneWorld *world, ActionId id, int number) {
    return view_ops(VIEW_ARCHITECTURE)->act(world->state, &world->scene, view_action(id, number));
}

static void moves_select_ops_by_name(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_NONE_REMOVED, 0);
    Scene *scene = &world.scene;
    const Network *network = scene->network;
    scene->width = 80, scene->height = 19, scene->op = 10;
    assert_int_equal(act(&world, ACTION_DOWN, 0).id, ACTION_SELECT);
    assert_string_equal(act(&world, ACTION_DOWN, 0).text, network->ops[11].name);
    assert_string_equal(act(&world, ACTION_UP, 4).text, network->ops[6].name);
    assert_string_equal(act(&world, ACTION_UP, 400).text, "input");
    assert_string_equal(act(&world, ACTION_DOWN, 400).text, "loss");
    assert_string_equal(act(&world, ACTION_FIRST, 0).text, "input");
    assert_string_equal(act(&world, ACTION_LAST, 0).text, "loss");
    assert_string_equal(act(&world, ACTION_PAGE_UP, 9).text, "input");
    assert_string_equal(act(&world, ACTION_PAGE_DOWN, 90).text, "loss");
    /* 15 rows of table: a page moves 14 of them. */
    Action page = act(&world, ACTION_PAGE_DOWN, 0);
    int moved = architecture_row_of(network, unfolded, network_find_op(network, page.text)) -
                architecture_row_of(network, unfolded, scene->op);
    assert_in_range(moved, 14, 16);
    assert_int_equal(act(&world, ACTION_OPEN, 0).id, ACTION_RUN_HERE);
    scene_world_close(&world);
}

static void other_actions_are_handed_back(void **state) {
    (void)state;
    SceneWorld world = world_new("resnet20", 0, SKIP_NONE_REMOVED, 0);
    view_do(&world, ACTION_FOLD, "stages"); /* the outermost level */
    static const ActionId others[] = {ACTION_STEP, ACTION_LEFT, ACTION_QUIT, ACTION_CLOSE, ACTION_HELP};
    for (int k = 0; k < 5; k++) {
        Action back = act(&world, others[k], 7);
        assert_int_equal(back.id, others[k]);
        assert_int_equal(back.number, 7);
    }
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_residual_block_has_one_addition),
        cmocka_unit_test(rows_and_ops_map_onto_each_other),
        cmocka_unit_test(totals_are_the_published_ones),
        cmocka_unit_test(the_skip_runs_from_the_heading_to_the_addition),
        cmocka_unit_test(plain_networks_have_no_lane),
        cmocka_unit_test(removed_and_cut_skips_look_different),
        cmocka_unit_test(a_lesioned_branch_is_marked_and_dim),
        cmocka_unit_test(the_selected_row_is_always_seen),
        cmocka_unit_test(the_heading_of_the_selected_block_is_always_seen),
        cmocka_unit_test(drawing_is_pure_and_stays_inside_its_area),
        cmocka_unit_test(the_sentence_or_the_pane_explains_the_selected_op),
        cmocka_unit_test(the_arithmetic_of_every_count_is_true),
        cmocka_unit_test(moves_select_ops_by_name),
        cmocka_unit_test(other_actions_are_handed_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
