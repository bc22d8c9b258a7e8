/* What is said about single values: patches, routes, gates, numbers, the chain. */
#include <math.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/arithmetic_check.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

typedef struct World {
    Network *network;
    Pass *pass;
} World;

static World open_world(const char *arch, char shortcut, PassConfig config) {
    World world = {.network = pass_check_network(arch, shortcut)};
    world.pass = pass_check_run(world.network, config);
    return world;
}

static void close_world(World *world) {
    pass_free(world->pass);
    network_free(world->network);
}

static ArithmeticQuery query_at(const World *world, const char *op, bool backward, int channel) {
    int index = network_find_op(world->network, op);
    assert_true(index >= 0);
    return (ArithmeticQuery){
        .pass = world->pass, .op = index, .backward = backward, .channel = channel, .term = -1};
}

static double number(const ArithmeticPart *part, const char *name) {
    for (int k = 0; k < part->number_count; k++)
        if (strcmp(part->numbers[k].name, name) == 0) return part->numbers[k].value;
    fail_msg("there is no number %s", name);
    return 0;
}

static void padding_cells_are_outside_and_count_nothing(void **state) {
    (void)state;
    World world = open_world("resnet20", 'A', (PassConfig){0});
    ArithmeticQuery query = query_at(&world, "layer1.0.conv1", false, 3);
    Arithmetic corner = arithmetic_check_cell(&query);
    const ArithmeticGrid *grid = &corner.parts[0].grid;
    assert_int_equal(grid->rows, 3);
    assert_int_equal(grid->columns, 3);
    for (int cell = 0; cell < 9; cell++)
        assert_int_equal(grid->state[cell],
                         cell / 3 == 0 || cell % 3 == 0 ? ARITHMETIC_OUTSIDE : ARITHMETIC_INSIDE);
    close_world(&world);
}

static void the_patch_and_kernel_are_the_tensors(void **state) {
    (void)state;
    World world = open_world("resnet20", 'A', (PassConfig){0});
    ArithmeticQuery query = query_at(&world, "layer2.0.conv1", false, 5); /* stride 2 */
    query.row = 4;
    query.column = 9;
    query.term = 7;
    Arithmetic cell = arithmetic_check_cell(&query);
    const ArithmeticPart *part = &cell.parts[0];
    const Op *op = &world.network->ops[query.op];
    const real *w = network_const_values(world.network, &world.network->params[op->param_first]);
    Tensor x = pass_act(world.pass, op->inputs[0]);
    assert_int_equal(part->terms[part->chosen].index, 7);
    for (int r = 0; r < 3; r++)
        for (int s = 0; s < 3; s++) {
            int row = 2 * query.row - 1 + r, column = 2 * query.column - 1 + s;
            assert_int_equal(part->grid.source_row[3 * r + s], row);
            assert_int_equal(part->grid.source_column[3 * r + s], column);
            assert_close(part->grid.value[3 * r + s], x.data[shape_index(x.shape, 0, 7, row, column)], 0);
            assert_close(part->grid.weight[3 * r + s], w[((3 * r + s) * op->in.c + 7) * op->out.c + 5], 0);
        }
    close_world(&world);
}

/* Behind a stride of 2, an input cell in an even row and column was read by the middle tap only. */
static void a_stride_leaves_taps_without_an_output_cell(void **state) {
    (void)state;
    World world = open_world("resnet20", 'A', (PassConfig){0});
    ArithmeticQuery query = query_at(&world, "layer1.2.relu2", true, 5);
    query.row = 4;
    query.column = 6;
    Arithmetic cell = arithmetic_check_cell(&query);
    const ArithmeticGrid *grid = &cell.parts[0].grid;
    assert_int_equal(world.network->ops[cell.parts[0].op].stride, 2);
    for (int k = 0; k < 9; k++)
        assert_int_equal(grid->state[k], k == 4 ? ARITHMETIC_INSIDE : ARITHMETIC_BETWEEN);
    assert_int_equal(grid->source_row[4], 2);
    assert_int_equal(grid->source_column[4], 3);
    close_world(&world);
}

static void a_blocks_input_gets_a_part_from_each_route(void **state) {
    (void)state;
    static const char shortcuts[] = "AB";
    for (int s = 0; s < 2; s++) {
        World world = open_world("resnet20", shortcuts[s], (PassConfig){0});
        for (int b = 0; b < world.network->block_count; b++) {
            const Block *block = &world.network->blocks[b];
            ArithmeticQuery query = {
                .pass = world.pass, .op = block->input, .backward = true, .channel = 3, .row = 2, .term = -1};
            Arithmetic cell = arithmetic_check_cell(&query);
            assert_int_equal(cell.part_count, 2);
            for (int k = 0; k < 2; k++) {
                const ArithmeticPart *part = &cell.parts[k];
                Tensor route = pass_route_grad(world.pass, b, k == 0 ? ROUTE_BRANCH : ROUTE_SKIP);
                assert_int_equal(part->route, k == 0 ? ARITHMETIC_BRANCH : ARITHMETIC_SKIP);
                assert_close(part->value, route.data[shape_index(route.shape, 0, 3, 2, 0)],
                             ARITHMETIC_ENGINE_TOLERANCE * part->magnitude);
            }
        }
        close_world(&world);
    }
}

static void a_closed_gate_says_what_is_dropped(void **state) {
    (void)state;
    const bool lesioned[9] = {[1] = true};
    World plain = open_world("resnet20", 'A', (PassConfig){.skip = SKIP_PLAIN});
    World lesion = open_world("resnet20", 'A', (PassConfig){.skip = SKIP_LESION, .lesioned = lesioned});
    World cut = open_world("resnet20", 'A', (PassConfig){.skip = SKIP_CUT});
    ArithmeticQuery query = query_at(&plain, "layer1.1.add", false, 3);
    Arithmetic cell = arithmetic_check_cell(&query);
    assert_close(cell.element, number(&cell.parts[0], "F(x)"), 0);
    assert_true(cell.parts[0].numbers[1].dropped);
    query = query_at(&lesion, "layer1.1.add", false, 3);
    cell = arithmetic_check_cell(&query);
    assert_close(cell.element, number(&cell.parts[0], "x"), 0);
    assert_true(cell.parts[0].numbers[0].dropped);
    query = query_at(&lesion, "layer1.1.bn2", true, 3);
    cell = arithmetic_check_cell(&query);
    assert_true(cell.parts[0].closed);
    assert_close(cell.element, 0, 0);
    query = query_at(&cut, "layer1.1.relu2", true, 3);
    cell = arithmetic_check_cell(&query);
    while (number(&cell.parts[1], "dy") == 0) { /* blocked by the ReLU behind */
        assert_true(++query.column < 32);
        cell = arithmetic_check_cell(&query);
    }
    assert_int_equal(cell.part_count, 2);
    assert_false(cell.parts[0].closed);
    assert_true(cell.parts[1].closed);
    query = query_at(&cut, "layer1.1.add", false, 3);
    cell = arithmetic_check_cell(&query);
    assert_false(cell.parts[0].numbers[1].dropped);
    close_world(&plain);
    close_world(&lesion);
    close_world(&cut);
}

static void batch_norm_is_its_four_numbers(void **state) {
    (void)state;
    for (int batch_statistics = 0; batch_statistics < 2; batch_statistics++) {
        World world =
            open_world("resnet20", 'A', (PassConfig){.batch = 2, .batch_statistics = batch_statistics});
        ArithmeticQuery query = query_at(&world, "layer2.1.bn1", false, 9);
        Arithmetic cell = arithmetic_check_cell(&query);
        const ArithmeticPart *part = &cell.parts[0];
        double y = (number(part, "x") - number(part, "mean")) /
                       sqrt(number(part, "var") + number(part, "eps")) * number(part, "gamma") +
                   number(part, "beta");
        assert_close(y, cell.element, ARITHMETIC_ENGINE_TOLERANCE * part->magnitude);
        query = query_at(&world, "layer2.1.conv1", true, 9);
        cell = arithmetic_check_cell(&query);
        part = &cell.parts[0];
        assert_int_equal(part->axis, batch_statistics ? ARITHMETIC_NORM : ARITHMETIC_NO_TERMS);
        close_world(&world);
    }
}

static void a_max_pool_routes_its_gradient_to_the_winner(void **state) {
    (void)state;
    World world = open_world("resnet18", 0, (PassConfig){0});
    for (int row = 40; row < 46; row++)
        for (int column = 60; column < 66; column++) {
            ArithmeticQuery query = query_at(&world, "relu", true, 17);
            query.row = row;
            query.column = column;
            Arithmetic cell = arithmetic_check_cell(&query);
            const ArithmeticPart *part = &cell.parts[0];
            /* 3x3 windows two apart: 1 in an even row, 2 in an odd one; the same for columns. */
            assert_int_equal(part->term_total, (row % 2 + 1) * (column % 2 + 1));
            bool won = part->grid.winner == part->grid.self;
            assert_close(part->terms[part->chosen].value, won ? number(part, "dy") : 0, 0);
        }
    ArithmeticQuery query = query_at(&world, "maxpool", false, 17);
    Arithmetic corner = arithmetic_check_cell(&query);
    const ArithmeticGrid *grid = &corner.parts[0].grid;
    assert_int_equal(grid->state[0], ARITHMETIC_OUTSIDE);
    for (int k = 0; k < 9; k++)
        if (grid->state[k] == ARITHMETIC_INSIDE) assert_true(grid->value[k] <= grid->value[grid->winner]);
    assert_close(grid->value[grid->winner], corner.element, 0);
    close_world(&world);
}

static void the_loss_is_made_of_exponentials_and_its_own_gradient_is_one(void **state) {
    (void)state;
    World world = open_world("resnet20", 0, (PassConfig){.batch = 2});
    ArithmeticQuery query = query_at(&world, "loss", false, 0);
    query.n = 1;
    Arithmetic cell = arithmetic_check_cell(&query);
    const ArithmeticPart *part = &cell.parts[0];
    int target = pass_target(world.pass, 1);
    assert_int_equal(part->terms[part->chosen].index, target);
    assert_close(number(part, "sum"), part->total, ARITHMETIC_EXACT);
    assert_close(number(part, "p"), pass_probabilities(world.pass)[10 + target], ARITHMETIC_EXACT);
    query = query_at(&world, "loss", true, 0);
    cell = arithmetic_check_cell(&query);
    assert_close(cell.element, 1, 0);
    assert_close(cell.sum, 1, 0);
    query = query_at(&world, "fc", true, target);
    query.n = 1;
    cell = arithmetic_check_cell(&query);
    assert_close(number(&cell.parts[0], "onehot"), 1, 0);
    assert_close(cell.sum, (number(&cell.parts[0], "p") - 1) / 2, ARITHMETIC_EXACT);
    close_world(&world);
}

static void the_chain_leads_from_a_convolution_to_its_relu(void **state) {
    (void)state;
    World world = open_world("resnet20", 'B', (PassConfig){0});
    static const struct {
        const char *from, *links[3];
        int count;
    } cases[] = {
        {"layer2.0.conv1", {"layer2.0.bn1", "layer2.0.relu1"}, 2},
        {"layer2.0.conv2", {"layer2.0.bn2", "layer2.0.add", "layer2.0.relu2"}, 3},
        {"layer2.0.downsample.0", {"layer2.0.downsample.1", "layer2.0.add", "layer2.0.relu2"}, 3},
        {"layer2.0.relu1", {NULL}, 0}, /* a convolution comes next, which mixes cells */
        {"layer2.0.relu2", {NULL}, 0}, /* two readers */
        {"fc", {NULL}, 0},
    };
    ArithmeticLink links[ARITHMETIC_LINKS_MAX];
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        ArithmeticQuery query = query_at(&world, cases[k].from, false, 4);
        assert_int_equal(arithmetic_chain(&query, links), cases[k].count);
        for (int j = 0; j < cases[k].count; j++) {
            Tensor act = pass_act(world.pass, links[j].op);
            assert_string_equal(world.network->ops[links[j].op].name, cases[k].links[j]);
            assert_close(links[j].value, act.data[shape_index(act.shape, 0, 4, 0, 0)], 0);
        }
        query.backward = true;
        assert_int_equal(arithmetic_chain(&query, links), 0);
    }
    close_world(&world);
}

static void what_is_not_computed_is_not_found(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 0);
    World world = {.network = network, .pass = pass};
    Arithmetic arithmetic;
    ArithmeticLink links[ARITHMETIC_LINKS_MAX];
    for (int k = 0; k < 3; k++) pass_step_forward(pass); /* input, conv1, bn1 */
    ArithmeticQuery query = query_at(&world, "conv1", false, 0);
    assert_true(arithmetic_find(&query, &arithmetic));
    assert_int_equal(arithmetic_chain(&query, links), 1);
    query = query_at(&world, "relu", false, 0);
    assert_false(arithmetic_find(&query, &arithmetic));
    pass_run_forward(pass);
    query = query_at(&world, "layer3.2.relu2", true, 0);
    assert_false(arithmetic_find(&query, &arithmetic));
    pass_free(pass);
    network_free(network);
}

static void the_input_is_followed_back_to_its_pixel(void **state) {
    (void)state;
    World world = open_world("resnet20", 'A', (PassConfig){0});
    Normalise normalise = normalise_cifar10();
    ArithmeticQuery query = query_at(&world, "input", false, 1);
    query.normalise = &normalise;
    pass_input(world.pass)[1] = normalise_byte(&normalise, 1, 200);
    Arithmetic cell = arithmetic_check_cell(&query);
    /* One rounding to float of a value scaled by 255 / std. */
    assert_close(number(&cell.parts[0], "pixel"), 200, 1e-4);
    close_world(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_cells_are_outside_and_count_nothing),
        cmocka_unit_test(the_patch_and_kernel_are_the_tensors),
        cmocka_unit_test(a_stride_leaves_taps_without_an_output_cell),
        cmocka_unit_test(a_blocks_input_gets_a_part_from_each_route),
        cmocka_unit_test(a_closed_gate_says_what_is_dropped),
        cmocka_unit_test(batch_norm_is_its_four_numbers),
        cmocka_unit_test(a_max_pool_routes_its_gradient_to_the_winner),
        cmocka_unit_test(the_loss_is_made_of_exponentials_and_its_own_gradient_is_one),
        cmocka_unit_test(the_chain_leads_from_a_convolution_to_its_relu),
        cmocka_unit_test(what_is_not_computed_is_not_found),
        cmocka_unit_test(the_input_is_followed_back_to_its_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
