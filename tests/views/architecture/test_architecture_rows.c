#include "tests/support/scene_world.h"

#include <string.h>

#include "views/architecture/group.h"
#include "views/architecture/rows.h"

extern const ViewOps view_architecture_ops;

static const ArchitectureFold levels[FOLD_LEVEL_COUNT] = {
    {FOLD_STAGES, -1, -1}, {FOLD_BLOCKS, -1, -1}, {FOLD_NONE, -1, -1}};

/* Tall enough for every row. */
static char *draw(const SceneWorld *world, unsigned flags) {
    return scene_world_draw(
        world, &view_architecture_ops,
        (SceneScreen){80, architecture_row_count(world->scene.network, levels[2]) + 6, flags});
}

static SceneWorld open_at(const char *arch, char shortcut, SkipMode skip, const char *fold) {
    SceneWorld world = scene_world_open(arch, shortcut, skip);
    world.scene.width = 80, world.scene.height = 19;
    scene_world_do(&world, &view_architecture_ops, ACTION_FOLD, fold);
    return world;
}

static void every_op_lies_in_exactly_one_row_at_every_level(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "plain20", "resnet50"};
    for (int a = 0; a < 3; a++) {
        SceneWorld world = scene_world_open(archs[a], 0, SKIP_NONE_REMOVED);
        const Network *network = world.scene.network;
        for (int level = 0; level < FOLD_LEVEL_COUNT; level++)
            for (int open = -1; open < 3; open++) {
                ArchitectureFold fold = {(FoldLevel)level, open, open < 2 ? open : 4};
                int next = 0, count = architecture_row_count(network, fold);
                ArchitectureRow row = architecture_row_at(network, fold, 0);
                for (int k = 0; k < count; k++, row = architecture_row_next(network, fold, row)) {
                    assert_int_equal(row.op, next);
                    if (row.kind == ROW_STAGE || row.kind == ROW_BLOCK) continue;
                    for (int op = row.op; op <= row.last; op++)
                        assert_int_equal(architecture_row_of(network, fold, op), k);
                    next = row.last + 1;
                }
                assert_int_equal(next, network->op_count);
            }
        scene_world_close(&world);
    }
}

static void the_additions_on_screen_are_as_many_as_blocks(void **state) {
    (void)state;
    const SkipMode modes[] = {SKIP_NONE_REMOVED, SKIP_PLAIN, SKIP_CUT, SKIP_LESION};
    const char *const folds[] = {"blocks", "none"}, *const archs[] = {"resnet20", "resnet50", "plain20"};
    for (int a = 0; a < 3; a++)
        for (int f = 0; f < 2; f++)
            for (int m = 0; m < 4; m++) {
                SceneWorld world = open_at(archs[a], 0, modes[m], folds[f]);
                int blocks = a == 2 ? 0 : world.scene.network->block_count;
                char *text = draw(&world, 0), *ascii = draw(&world, CANVAS_ASCII);
                assert_int_equal(scene_count(text, "⊕"), blocks);
                assert_int_equal(scene_count(ascii, "(+)"), blocks);
                free(text);
                free(ascii);
                scene_world_close(&world);
            }
}

static void the_folded_stages_name_all_their_blocks(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "resnet50", "resnet110"};
    for (int a = 0; a < 3; a++) {
        SceneWorld world = open_at(archs[a], 0, SKIP_NONE_REMOVED, "stages");
        char *text = draw(&world, 0);
        int sum = 0, count;
        for (const char *at = text; (at = strstr(at, " x")); at++)
            if (sscanf(at, " x%d blocks", &count) == 1) sum += count;
        assert_int_equal(sum, world.scene.network->block_count);
        assert_int_equal(scene_count(text, "⊕"), 0);
        free(text);
        scene_world_close(&world);
    }
}

static void the_lanes_stay_when_folded_and_differ_by_shortcut(void **state) {
    (void)state;
    const struct {
        char shortcut;
        const char *fold, *lane, *ascii;
        int unicode_count, ascii_count;
    } cases[] = {
        {'A', "stages", "│  ┊│", "|  :|", 2, 2},
        {'B', "stages", "│  ╪│", "|  +|", 2, 2},
        {'A', "blocks", "⊕◂──┊", "(+)<-:", 2, 2},
        {'B', "blocks", "⊕◂──╪", "(+)<-+", 2, 2},
        {'A', "blocks", "⊕◂──┤", "(+)<-|", 4, 7},
        {'A', "blocks", "⊕◂──╯", "(+)<-|", 3, 7},
        {'B', "blocks", "projection 1x1/2", "projection 1x1/2", 2, 2},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = open_at("resnet20", cases[k].shortcut, SKIP_NONE_REMOVED, cases[k].fold);
        char *text = draw(&world, 0), *ascii = draw(&world, CANVAS_ASCII);
        assert_int_equal(scene_count(text, cases[k].lane), cases[k].unicode_count);
        assert_int_equal(scene_count(ascii, cases[k].ascii), cases[k].ascii_count);
        free(text);
        free(ascii);
        scene_world_close(&world);
    }
}

static void what_is_folded_adds_up_to_the_network(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet50", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int level = 0; level < 2; level++) {
        size_t params = 0;
        uint64_t macs = 0;
        int blocks = 0;
        for (int k = 0; k < architecture_row_count(network, levels[level]); k++) {
            ArchitectureRow row = architecture_row_at(network, levels[level], k);
            if (!architecture_row_is_folded(&row)) continue;
            ArchitectureGroup group = architecture_group(network, row.op, row.last);
            params += group.params, macs += group.macs, blocks += group.blocks;
        }
        assert_true(params == network_param_count(network) && macs == network_macs(network));
        assert_int_equal(blocks, network->block_count);
    }
    scene_world_close(&world);
}

static void a_folded_row_sums_up_the_states_of_its_ops(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    const Block *block = &network->blocks[0];
    int n = network->op_count, first = block->branch_first, last = block->output;
    const struct {
        int steps;
        char letter;
    } cases[] = {{first, ' '}, {first + 1, 'f'},        {last, 'f'}, {last + 1, 'F'},
                 {n, 'F'},     {2 * n - 1 - last, 'g'}, {2 * n, 'G'}};
    for (int k = 0; k < 7; k++) {
        scene_world_run(&world, cases[k].steps);
        assert_int_equal(architecture_group_state(world.pass, first, last), cases[k].letter);
    }
    scene_world_close(&world);
}

static const char *op_of(const SceneWorld *world) {
    return world->scene.network->ops[world->scene.op].name;
}

static void enter_goes_in_level_by_level_and_h_comes_out_again(void **state) {
    (void)state;
    const ViewOps *ops = &view_architecture_ops;
    SceneWorld world = open_at("resnet20", 0, SKIP_NONE_REMOVED, "stages");
    scene_world_do(&world, ops, ACTION_DOWN, "");
    scene_world_do(&world, ops, ACTION_DOWN, "");
    assert_string_equal(op_of(&world), "layer2.2.relu2"); /* the last op of the folded stage */
    assert_int_equal(ops->level(world.state, &world.scene), ZOOM_NETWORK);
    scene_world_do(&world, ops, ACTION_OPEN, "");
    assert_int_equal(ops->level(world.state, &world.scene), ZOOM_STAGE);
    char *text = draw(&world, 0);
    assert_int_equal(scene_count(text, "⊕"), 3);
    assert_int_equal(scene_count(text, "x3 blocks"), 2);
    free(text);
    scene_world_do(&world, ops, ACTION_DOWN, "");
    scene_world_do(&world, ops, ACTION_RIGHT, "");
    assert_int_equal(ops->level(world.state, &world.scene), ZOOM_BLOCK);
    assert_string_equal(op_of(&world), "layer2.1.conv1");
    assert_int_equal(scene_world_do(&world, ops, ACTION_OPEN, "").id, ACTION_RUN_HERE);
    assert_int_equal(scene_world_do(&world, ops, ACTION_LEFT, "").id, ACTION_NONE);
    assert_int_equal(ops->level(world.state, &world.scene), ZOOM_STAGE);
    assert_int_equal(scene_world_do(&world, ops, ACTION_CLOSE, "").id, ACTION_NONE);
    assert_int_equal(ops->level(world.state, &world.scene), ZOOM_NETWORK);
    assert_int_equal(scene_world_do(&world, ops, ACTION_CLOSE, "").id, ACTION_CLOSE);
    assert_string_equal(op_of(&world), "layer2.1.conv1");
    scene_world_close(&world);
}

static void down_visits_every_row_once(void **state) {
    (void)state;
    const char *const folds[] = {"stages", "blocks", "ops"};
    const int rows[] = {5, 11, 72};
    for (int f = 0; f < 3; f++) {
        SceneWorld world = open_at("resnet20", 0, SKIP_NONE_REMOVED, folds[f]);
        scene_world_do(&world, &view_architecture_ops, ACTION_FIRST, "");
        int visited = 1;
        for (int before = -1; before != world.scene.op && visited < 100; visited++) {
            before = world.scene.op;
            scene_world_do(&world, &view_architecture_ops, ACTION_DOWN, "");
        }
        assert_int_equal(visited - 1, rows[f]);
        assert_string_equal(op_of(&world), "loss");
        scene_world_close(&world);
    }
}

static void at_first_the_whole_network_is_seen(void **state) {
    (void)state;
    const struct {
        const char *arch;
        int rows;
        FoldLevel level;
    } cases[] = {
        {"resnet20", 15, FOLD_BLOCKS}, {"resnet20", 90, FOLD_NONE},    {"resnet50", 15, FOLD_STAGES},
        {"resnet50", 53, FOLD_BLOCKS}, {"resnet110", 53, FOLD_STAGES},
    };
    for (int k = 0; k < 5; k++) {
        SceneWorld world = scene_world_open(cases[k].arch, 0, SKIP_NONE_REMOVED);
        assert_int_equal(architecture_fold_fitting(world.scene.network, cases[k].rows), cases[k].level);
        scene_world_close(&world);
    }
}

static void an_unknown_folding_is_handed_back(void **state) {
    (void)state;
    SceneWorld world = open_at("resnet20", 0, SKIP_NONE_REMOVED, "stages");
    Action answer = scene_world_do(&world, &view_architecture_ops, ACTION_FOLD, "pages");
    assert_int_equal(answer.id, ACTION_FOLD);
    assert_string_equal(answer.text, "pages");
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_lies_in_exactly_one_row_at_every_level),
        cmocka_unit_test(the_additions_on_screen_are_as_many_as_blocks),
        cmocka_unit_test(the_folded_stages_name_all_their_blocks),
        cmocka_unit_test(the_lanes_stay_when_folded_and_differ_by_shortcut),
        cmocka_unit_test(what_is_folded_adds_up_to_the_network),
        cmocka_unit_test(a_folded_row_sums_up_the_states_of_its_ops),
        cmocka_unit_test(enter_goes_in_level_by_level_and_h_comes_out_again),
        cmocka_unit_test(down_visits_every_row_once),
        cmocka_unit_test(at_first_the_whole_network_is_seen),
        cmocka_unit_test(an_unknown_folding_is_handed_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
