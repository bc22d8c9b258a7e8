/* The arithmetic of one value on the screen: the numbers are the engine's, everything fits, the keys move. */
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "core/inspect/arithmetic.h"
#include "tests/support/scene_world.h"

extern const ViewOps view_value_ops, view_maps_ops;

typedef struct View {
    SceneWorld world;
    alignas(max_align_t) unsigned char state[256];
} View;

static const SceneScreen SMALL = {80, 19, 0}, COLUMN = {60, 40, 0}, LARGE = {200, 55, 0};
static const SceneScreen ASCII = {80, 19, CANVAS_ASCII | CANVAS_MONO};

static View open_view(const char *arch, char shortcut, SkipMode skip) {
    View view = {.world = scene_world_open(arch, shortcut, skip)};
    assert_true(view_value_ops.state_size <= sizeof view.state);
    scene_world_run(&view.world, -1);
    view.world.scene.width = SMALL.width;
    view.world.scene.height = SMALL.height;
    return view;
}

static void look_at(View *view, const char *op, Phase phase, int channel, int row, int column) {
    scene_world_select(&view->world, op, phase, channel);
    view->world.scene.row = row;
    view->world.scene.column = column;
}

static char *draw(const View *view, SceneScreen screen) {
    return scene_world_draw(&view->world, &view_value_ops, screen);
}

/* With the view's state, which scene_world_draw leaves out. */
static char *draw_state(const View *view) {
    Canvas *canvas = canvas_new(SMALL.width, SMALL.height, 0);
    assert_non_null(canvas);
    view_value_ops.draw(view->state, &view->world.scene, canvas, canvas_area(canvas));
    char *text = canvas_export_text_string(canvas);
    assert_non_null(text);
    canvas_free(canvas);
    return text;
}

static Action act(View *view, ActionId id, int number) {
    return view_value_ops.act(view->state, &view->world.scene, view_action(id, number));
}

static Arithmetic arithmetic_of(const View *view) {
    const Scene *scene = &view->world.scene;
    Arithmetic out;
    ArithmeticQuery query = {.pass = scene->pass,
                             .normalise = &scene->model->preprocess.normalise,
                             .op = scene->op,
                             .backward = scene->phase == PHASE_BACKWARD,
                             .channel = scene->channel,
                             .row = scene->row,
                             .column = scene->column,
                             .term = -1};
    assert_true(arithmetic_find(&query, &out));
    return out;
}

/* Does the drawing say what the number is, and where it comes from, without cutting a text short? */
static void assert_says_it_all(const View *view, SceneScreen screen) {
    const Scene *scene = &view->world.scene;
    Arithmetic arithmetic = arithmetic_of(view);
    char *text = draw(view, screen);
    char value[32];
    snprintf(value, sizeof value, "= %+.6g", arithmetic.element);
    if (!strstr(text, value)) snprintf(value, sizeof value, " %+.5g", arithmetic.element);
    assert_shows(text, "%s", scene->network->ops[scene->op].name);
    assert_shows(text, scene->phase == PHASE_FORWARD ? "activation" : "gradient");
    assert_shows(text, "%s", value);
    /* In ASCII the ellipsis is the margin's sentinel too. */
    if (!(screen.flags & CANVAS_ASCII) && strstr(text, "…")) fail_msg("a text is cut short:\n%s", text);
    for (int k = 0; k < arithmetic.part_count; k++)
        if (arithmetic.part_count > 1)
            assert_shows(text, "through %s: %+.4g", scene->network->ops[arithmetic.parts[k].op].name,
                         arithmetic.parts[k].value);
    free(text);
}

static void every_op_kind_fits_into_a_small_screen_and_a_column(void **state) {
    (void)state;
    static const struct {
        const char *arch;
        char shortcut;
    } nets[] = {{"resnet20", 'A'}, {"resnet20", 'B'}, {"resnet18", 0}, {"plain20", 0}};
    for (size_t net = 0; net < sizeof nets / sizeof nets[0]; net++) {
        View view = open_view(nets[net].arch, nets[net].shortcut, SKIP_NONE_REMOVED);
        const Network *network = view.world.scene.network;
        for (int op = 0; op < network->op_count; op++)
            for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
                Shape shape = network->ops[op].out;
                look_at(&view, network->ops[op].name, (Phase)phase, op * 7 % shape.c, op * 3 % shape.h,
                        op * 5 % shape.w);
                assert_says_it_all(&view, SMALL);
                assert_says_it_all(&view, COLUMN);
                if (op % 5 != 0) continue;
                assert_says_it_all(&view, ASCII);
                assert_says_it_all(&view, LARGE);
            }
        scene_world_close(&view.world);
    }
}

static void drawing_survives_any_size(void **state) {
    (void)state;
    static const char *const ops[] = {"conv1", "layer1.1.relu2", "maxpool", "avgpool", "fc", "loss"};
    View view = open_view("resnet18", 0, SKIP_NONE_REMOVED);
    for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++)
        for (int width = 1; width < 140; width += 13)
            for (int height = 1; height < 40; height += 5)
                for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
                    look_at(&view, ops[k], (Phase)phase, 3, 0, 0);
                    free(draw(&view, (SceneScreen){width, height, 0}));
                }
    scene_world_close(&view.world);
}

static void a_convolution_shows_the_products_of_its_largest_channel(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.0.conv2", PHASE_FORWARD, 5, 0, 7);
    Arithmetic arithmetic = arithmetic_of(&view);
    const ArithmeticPart *part = &arithmetic.parts[0];
    char *text = draw(&view, SMALL);
    assert_shows(text, "in ch %d %+.4g, rows 0-1, columns 6-8 of layer2.0.relu1", part->terms[0].index,
                 part->terms[0].value);
    assert_shows(text, "patch x");
    assert_shows(text, "kernel w");
    assert_shows(text, "x × w");
    assert_shows(text, "· outside: 0");
    assert_shows(text, "32 input channels by magnitude");
    assert_shows(text, "> in ch %d ", part->terms[0].index);
    assert_shows(text, "  in ch %d ", part->terms[1].index);
    assert_shows(text, "sum %+.4g", part->total);
    assert_int_equal(scene_count(text, "       · "), 3 + 2); /* a row of the patch, and of the products */
    free(text);
    scene_world_close(&view.world);
}

static void the_ranking_and_the_others_stand_for_all_channels(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer3.1.conv1", PHASE_FORWARD, 5, 3, 3);
    char *text = draw(&view, SMALL);
    char *other = strstr(text, "  other ");
    assert_non_null(other);
    int others = 0;
    assert_int_equal(sscanf(other, " other %d", &others), 1);
    *other = '\0'; /* it is the last row of the ranking */
    assert_int_equal(scene_count(strstr(text, "by magnitude"), " in ch ") + others, 64);
    free(text);
    text = draw(&view, LARGE);
    assert_null(strstr(text, "  other "));
    free(text);
    scene_world_close(&view.world);
}

static void a_convolution_is_followed_to_its_relu(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.1.conv2", PHASE_FORWARD, 5, 3, 3);
    char *text = draw(&view, SMALL);
    Tensor add = pass_act(view.world.pass, view.world.scene.op + 2);
    double sum = (double)add.data[shape_index(add.shape, 0, 5, 3, 3)];
    assert_shows(text, "→ bn2: (");
    assert_shows(text, "→ add: F(x) ");
    assert_shows(text, " = %+.4g ", sum);
    assert_shows(text, "→ relu2: max(%+.4g, 0) = %+.4g", sum, sum > 0 ? sum : 0.0);
    free(text);
    scene_world_close(&view.world);
}

static void batch_norm_shows_its_numbers(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.1.bn1", PHASE_FORWARD, 5, 3, 3);
    char *text = draw(&view, SMALL);
    static const char *const names[] = {"\nmean ", "\nvar ", "\neps ", "\ngamma ", "\nbeta "};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) assert_non_null(strstr(text, names[k] + 1));
    assert_shows(text, "running mean");
    free(text);
    scene_world_close(&view.world);
}

static void a_blocks_gradient_shows_both_routes(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer1.1.relu2", PHASE_BACKWARD, 5, 3, 3);
    Arithmetic arithmetic = arithmetic_of(&view);
    char *text = draw(&view, SMALL);
    assert_shows(text, "grad = branch: %+.4g + skip: %+.4g = %+.4g", arithmetic.parts[0].value,
                 arithmetic.parts[1].value, arithmetic.sum);
    assert_shows(text, "w turned");
    assert_shows(text, "copied");
    free(text);
    scene_world_close(&view.world);
}

static void what_is_dropped_without_skips_is_said(void **state) {
    (void)state;
    View plain = open_view("resnet20", 'A', SKIP_PLAIN), cut = open_view("resnet20", 'A', SKIP_CUT);
    View lesion = open_view("resnet20", 'A', SKIP_LESION); /* of block 1 */
    look_at(&plain, "layer1.1.add", PHASE_FORWARD, 5, 3, 3);
    char *text = draw(&plain, SMALL);
    assert_shows(text, "plain: the skip is not added, y = F(x)");
    assert_shows(text, "dropped: skip ");
    free(text);
    text = draw(&plain, LARGE);
    assert_shows(text, "dropped: skip (layer1.0.relu2)");
    free(text);
    look_at(&lesion, "layer1.1.add", PHASE_FORWARD, 5, 3, 3);
    text = draw(&lesion, SMALL);
    assert_shows(text, "dropped: branch ");
    free(text);
    look_at(&cut, "layer1.1.relu2", PHASE_BACKWARD, 5, 3, 3);
    text = draw(&cut, COLUMN);
    assert_shows(text, "cut: the skip carries no gradient");
    free(text);
    scene_world_close(&plain.world);
    scene_world_close(&cut.world);
    scene_world_close(&lesion.world);
}

static void what_is_not_computed_says_how_to_get_it(void **state) {
    (void)state;
    View view = {.world = scene_world_open("resnet20", 'A', SKIP_NONE_REMOVED)};
    scene_world_run(&view.world, 3);
    look_at(&view, "layer1.0.conv1", PHASE_FORWARD, 0, 0, 0);
    char *text = draw(&view, SMALL);
    assert_shows(text, "The activation of layer1.0.conv1 is not computed yet");
    assert_shows(text, "e or Enter runs everything up to here");
    assert_int_equal(act(&view, ACTION_OPEN, 0).id, ACTION_RUN_HERE);
    free(text);
    scene_world_close(&view.world);
}

static void enter_walks_down_the_ranking(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.0.conv2", PHASE_FORWARD, 5, 4, 7);
    Arithmetic arithmetic = arithmetic_of(&view);
    const ArithmeticTerm *terms = arithmetic.parts[0].terms;
    assert_int_equal(act(&view, ACTION_OPEN, 0).id, ACTION_NONE);
    char *text = draw_state(&view);
    assert_shows(text, "in ch %d %+.4g, rows", terms[1].index, terms[1].value);
    assert_shows(text, "> in ch %d ", terms[1].index);
    free(text);
    act(&view, ACTION_OPEN, 24); /* no longer among those that have a row of their own */
    text = draw_state(&view);
    assert_shows(text, "in ch %d %+.4g, rows", terms[25].index, terms[25].value);
    assert_shows(text, "> in ch %d ", terms[25].index);
    free(text);
    /* At another operation the largest channel comes first again. */
    look_at(&view, "layer2.1.conv2", PHASE_FORWARD, 5, 4, 7);
    arithmetic = arithmetic_of(&view);
    text = draw_state(&view);
    assert_shows(text, "> in ch %d ", arithmetic.parts[0].terms[0].index);
    free(text);
    scene_world_close(&view.world);
}

static void enter_goes_on_from_the_branch_to_the_skip_and_back(void **state) {
    (void)state;
    View view = open_view("resnet20", 'B', SKIP_NONE_REMOVED);
    look_at(&view, "layer1.2.relu2", PHASE_BACKWARD, 5, 4, 8);
    static const char *const marks[] = {"▸ branch", "▸ skip", "▸ branch"};
    for (int k = 0; k < 3; k++) {
        char *text = draw_state(&view);
        assert_shows(text, "%s: through ", marks[k]);
        free(text);
        act(&view, ACTION_OPEN, 8);
    }
    scene_world_close(&view.world);
}

static void enter_follows_a_value_without_terms_to_its_origin(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.1.relu1", PHASE_FORWARD, 5, 4, 7);
    Action answer = act(&view, ACTION_OPEN, 0);
    assert_int_equal(answer.id, ACTION_SELECT);
    assert_string_equal(answer.text, "layer2.1.bn1");
    look_at(&view, "layer2.1.bn1", PHASE_BACKWARD, 5, 4, 7);
    assert_string_equal(act(&view, ACTION_OPEN, 0).text, "layer2.1.relu1");
    scene_world_close(&view.world);
}

static void arrows_move_the_cell_and_pages_the_channel(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    look_at(&view, "layer2.0.conv2", PHASE_FORWARD, 5, 4, 7);
    static const struct {
        ActionId id;
        int number;
        const char *cell;
        int channel;
    } moves[] = {
        {ACTION_LEFT, 0, "4 6", 0},   {ACTION_RIGHT, 99, "4 15", 0}, {ACTION_UP, 5, "0 7", 0},
        {ACTION_DOWN, 2, "6 7", 0},   {ACTION_PAGE_UP, 0, NULL, 4},  {ACTION_PAGE_DOWN, 3, NULL, 8},
        {ACTION_PAGE_UP, 9, NULL, 0}, {ACTION_FIRST, 0, NULL, 0},    {ACTION_LAST, 0, NULL, 31},
    };
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action answer = act(&view, moves[k].id, moves[k].number);
        assert_int_equal(answer.id, moves[k].cell ? ACTION_CELL : ACTION_CHANNEL);
        if (moves[k].cell)
            assert_string_equal(answer.text, moves[k].cell);
        else
            assert_int_equal(answer.number, moves[k].channel);
    }
    look_at(&view, "fc", PHASE_FORWARD, 5, 0, 0);
    assert_int_equal(act(&view, ACTION_DOWN, 0).number, 6);
    Action close = act(&view, ACTION_CLOSE, 0);
    assert_int_equal(close.id, ACTION_VIEW);
    assert_string_equal(close.text, "maps");
    assert_int_equal(act(&view, ACTION_STEP, 0).id, ACTION_STEP);
    scene_world_close(&view.world);
}

static void the_maps_lead_from_the_grid_to_a_channel_to_its_value(void **state) {
    (void)state;
    View view = open_view("resnet20", 'A', SKIP_NONE_REMOVED);
    alignas(max_align_t) unsigned char maps[256] = {0};
    const Action open = view_action(ACTION_OPEN, 0);
    look_at(&view, "layer2.0.conv2", PHASE_FORWARD, 5, 4, 7);
    assert_int_equal(view_maps_ops.act(maps, &view.world.scene, open).id, ACTION_NONE);
    Action answer = view_maps_ops.act(maps, &view.world.scene, open);
    assert_int_equal(answer.id, ACTION_VIEW);
    assert_string_equal(answer.text, "value");
    look_at(&view, "fc", PHASE_FORWARD, 5, 0, 0);
    assert_int_equal(view_maps_ops.act(maps, &view.world.scene, open).id, ACTION_VIEW);
    scene_world_close(&view.world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_kind_fits_into_a_small_screen_and_a_column),
        cmocka_unit_test(drawing_survives_any_size),
        cmocka_unit_test(a_convolution_shows_the_products_of_its_largest_channel),
        cmocka_unit_test(the_ranking_and_the_others_stand_for_all_channels),
        cmocka_unit_test(a_convolution_is_followed_to_its_relu),
        cmocka_unit_test(batch_norm_shows_its_numbers),
        cmocka_unit_test(a_blocks_gradient_shows_both_routes),
        cmocka_unit_test(what_is_dropped_without_skips_is_said),
        cmocka_unit_test(what_is_not_computed_says_how_to_get_it),
        cmocka_unit_test(enter_walks_down_the_ranking),
        cmocka_unit_test(enter_goes_on_from_the_branch_to_the_skip_and_back),
        cmocka_unit_test(enter_follows_a_value_without_terms_to_its_origin),
        cmocka_unit_test(arrows_move_the_cell_and_pages_the_channel),
        cmocka_unit_test(the_maps_lead_from_the_grid_to_a_channel_to_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
