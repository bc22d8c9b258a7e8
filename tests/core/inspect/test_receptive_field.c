/* The field of a cell against what really reaches it, against every route taken one by one, and against
 * published sizes. */
#include "core/inspect/receptive_field.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

/* Not square, with windows that are not, and with all three kinds of shortcut. */
enum { HEIGHT = 13, WIDTH = 22, CHANNELS = 4 };

static int add_op(NetworkBuilder *builder, Op op, int input, int block, const char *name) {
    op.inputs[0] = input;
    op.input_count = 1;
    op.block = block;
    return network_build_op(builder, op, "%s", name);
}

static int add_conv(NetworkBuilder *builder, int input, int block, Op window, const char *name) {
    window.kind = OP_CONV2D;
    return add_op(builder, window, input, block, name);
}

/* Two convolutions and a shortcut of its kind; returns the block's last op. */
static int add_block(NetworkBuilder *builder, int input, ShortcutKind kind, int channels, int stride) {
    Block prototype = {.stage = 1, .input = input, .shortcut = kind};
    int block = network_build_block(builder, prototype);
    /* Where the size stays, one window is tall and takes two rows, and the other gives them back. */
    Op first = {.kernel_h = 3, .kernel_w = 3, .stride = stride, .pad = 1, .channels = channels};
    Op second = first;
    second.stride = 1;
    if (stride == 1) first.kernel_h = 5, second.kernel_w = 5, second.pad = 2;
    int last = add_conv(builder, input, block, first, "conv1");
    last = add_op(builder, (Op){.kind = OP_RELU}, last, block, "relu1");
    last = add_conv(builder, last, block, second, "conv2");
    int skip = input;
    Op one = {.kernel_h = 1, .kernel_w = 1, .stride = stride, .channels = channels};
    if (kind == SHORTCUT_PROJECTION) skip = add_conv(builder, input, block, one, "downsample.0");
    one.kind = OP_SHORTCUT_A;
    if (kind == SHORTCUT_ZERO_PAD) skip = add_op(builder, one, input, block, "downsample");
    Op add = {.kind = OP_ADD, .inputs = {last, skip}, .input_count = 2, .block = block};
    Block *made = network_build_get_block(builder, block);
    *made = prototype;
    made->branch_first = input + 1;
    made->branch_last = last;
    made->shortcut_last = skip;
    made->add = network_build_op(builder, add, "add");
    return made->output = add_op(builder, (Op){.kind = OP_RELU}, made->add, block, "relu2");
}

static Network *build(void) {
    Error err = {0};
    NetworkBuilder *builder = network_build_begin("small", (Shape){1, 3, HEIGHT, WIDTH}, &err);
    int last =
        network_build_op(builder, (Op){.kind = OP_INPUT, .block = -1, .out = {1, 3, HEIGHT, WIDTH}}, "input");
    Op window = {.kernel_h = 3, .kernel_w = 5, .stride = 1, .pad = 1, .channels = CHANNELS};
    last = add_conv(builder, last, -1, window, "conv1");
    Op pool = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1};
    last = add_op(builder, pool, last, -1, "maxpool");
    last = add_block(builder, last, SHORTCUT_IDENTITY, CHANNELS, 1);
    last = add_block(builder, last, SHORTCUT_ZERO_PAD, 2 * CHANNELS, 2);
    last = add_block(builder, last, SHORTCUT_IDENTITY, 2 * CHANNELS, 1);
    last = add_block(builder, last, SHORTCUT_PROJECTION, 2 * CHANNELS, 2);
    last = add_op(builder, (Op){.kind = OP_AVG_POOL}, last, -1, "avgpool");
    last = add_op(builder, (Op){.kind = OP_LINEAR, .channels = 3}, last, -1, "fc");
    add_op(builder, (Op){.kind = OP_CROSS_ENTROPY}, last, -1, "loss");
    Network *network = network_build_end(builder, &err);
    if (!network) fail_msg("%s", err.text);
    for (size_t j = 0; j < network->value_count; j++) network_all_values(network)[j] = (real)0.1;
    const Param *bias = network_find_param(network, "fc.bias");
    for (size_t j = 0; j < bias->count; j++) network_values(network, bias)[j] = 0;
    return network;
}

static void include(FieldBox *box, int row, int column) {
    bool none = field_span_size(box->rows) == 0;
    if (none || row < box->rows.first) box->rows.first = row;
    if (none || row > box->rows.last) box->rows.last = row;
    if (none || column < box->columns.first) box->columns.first = column;
    if (none || column > box->columns.last) box->columns.last = column;
}

static void assert_same_box(FieldBox got, FieldBox expected, const char *what) {
    FieldSpan r = got.rows, c = got.columns, er = expected.rows, ec = expected.columns;
    if (r.first != er.first || r.last != er.last || c.first != ec.first || c.last != ec.last)
        fail_msg("%s: rows %d-%d, columns %d-%d, expected rows %d-%d, columns %d-%d", what, r.first, r.last,
                 c.first, c.last, er.first, er.last, ec.first, ec.last);
}

/* Only positive weights, no constants, one lit pixel in a black picture: a cell is positive exactly when that
 * pixel reaches it. reached[op][cell] gathers the pixels. */
static FieldBox **what_reaches(const Network *network, const PassConfig *config) {
    Error err = {0};
    Pass *pass = pass_new(network, config, &err);
    if (!pass) fail_msg("%s", err.text);
    FieldBox **reached = calloc((size_t)network->op_count, sizeof *reached);
    for (int i = 0; i < network->op_count; i++) {
        reached[i] = calloc(shape_count(network->ops[i].out), sizeof **reached);
        for (size_t j = 0; j < shape_count(network->ops[i].out); j++)
            reached[i][j] = (FieldBox){{0, -1}, {0, -1}};
    }
    for (int pixel = 0; pixel < HEIGHT * WIDTH; pixel++) {
        real *x = pass_input(pass);
        for (int j = 0; j < 3 * HEIGHT * WIDTH; j++) x[j] = j / 3 == pixel;
        pass_restart(pass, NULL);
        pass_run_forward(pass);
        for (int i = 0; i < network_loss_op(network); i++)
            for (size_t j = 0; j < shape_count(network->ops[i].out); j++)
                if (pass_act(pass, i).data[j] > 0) include(&reached[i][j], pixel / WIDTH, pixel % WIDTH);
    }
    pass_free(pass);
    return reached;
}

/* Every cell of every op. Holes between the pixels read (1x1 windows moved by 2) do not show in a box. */
static void check_all_cells(const PassConfig *config) {
    Error err = {0};
    Network *network = build();
    Pass *pass = pass_new(network, config, &err);
    FieldBox **reached = what_reaches(network, config);
    for (int i = 0; i < network_loss_op(network); i++) {
        Shape s = network->ops[i].out;
        for (int j = 0; j < s.c * s.h * s.w; j++) {
            FieldCell cell = {.op = i, .channel = j / (s.h * s.w), .row = j / s.w % s.h, .column = j % s.w};
            ReceptiveField field;
            char what[96];
            assert_true(receptive_field(&field, network, pass, cell));
            snprintf(what, sizeof what, "op %d %s (%d,%d,%d)", i, network->ops[i].name, cell.channel,
                     cell.row, cell.column);
            assert_same_box(field.all.seen,
                            reached[i][shape_index(s, 0, cell.channel, cell.row, cell.column)], what);
            /* The routes past an add by its two sides are all routes. */
            if (field.add >= 0) assert_close(field.skip.count + field.branch.count, field.all.count, 0);
        }
    }
    for (int i = 0; i < network->op_count; i++) free(reached[i]);
    free(reached);
    pass_free(pass);
    network_free(network);
}

static void exactly_the_pixels_inside_the_field_reach_the_cell(void **state) {
    (void)state;
    check_all_cells(&(PassConfig){0});
}

static void routes_that_are_taken_away_do_not_count(void **state) {
    (void)state;
    check_all_cells(&(PassConfig){.skip = SKIP_PLAIN});
    bool lesioned[4] = {true, true, false, true};
    check_all_cells(&(PassConfig){.skip = SKIP_LESION, .lesioned = lesioned});
    check_all_cells(&(PassConfig){.skip = SKIP_CUT}); /* in the forward direction as built */
}

/* Walks one route after the other; `channel` is -1 once it is mixed with others. */
static void walk(const Network *network, int i, int channel, FieldBox box, FieldRoutes *routes) {
    const Op *op = &network->ops[i];
    if (i == 0) {
        long size = (long)field_span_size(box.rows) * field_span_size(box.columns);
        long least = (long)field_span_size(routes->least.rows) * field_span_size(routes->least.columns);
        long most = (long)field_span_size(routes->most.rows) * field_span_size(routes->most.columns);
        if (routes->count == 0 || size < least) routes->least = box;
        if (routes->count == 0 || size > most) routes->most = box;
        routes->count++;
        return;
    }
    bool window = op->kind == OP_CONV2D || op->kind == OP_MAX_POOL;
    if (window || op->kind == OP_SHORTCUT_A) {
        int kh = window ? op->kernel_h : 1, kw = window ? op->kernel_w : 1;
        box.rows.first = box.rows.first * op->stride - op->pad;
        box.rows.last = box.rows.last * op->stride - op->pad + kh - 1;
        box.columns.first = box.columns.first * op->stride - op->pad;
        box.columns.last = box.columns.last * op->stride - op->pad + kw - 1;
    }
    if (op->kind == OP_SHORTCUT_A && channel >= 0) {
        channel -= (op->out.c - op->in.c) / 2;
        if (channel < 0 || channel >= op->in.c) return;
    }
    if (op->kind == OP_CONV2D) channel = -1;
    for (int k = 0; k < op->input_count; k++) walk(network, op->inputs[k], channel, box, routes);
}

static void routes_are_counted_and_measured_one_by_one(void **state) {
    (void)state;
    Network *network = build();
    for (int i = 1; i < network_logits_op(network) - 1; i++) {
        for (int channel = 0; channel < network->ops[i].out.c; channel++) {
            FieldBox start = {{1, 1}, {2, 2}};
            FieldRoutes expected = {.count = 0};
            ReceptiveField field;
            walk(network, i, channel, start, &expected);
            FieldCell cell = {.op = i, .channel = channel, .row = 1, .column = 2};
            assert_true(receptive_field(&field, network, NULL, cell));
            assert_close(field.all.count, expected.count, 0);
            if (expected.count == 0) continue;
            assert_same_box(field.all.least, expected.least, "least");
            assert_same_box(field.all.most, expected.most, "most");
        }
    }
    network_free(network);
}

static ReceptiveField field_of(const char *arch, bool stride_in_1x1, int channel, const char *op) {
    Error err = {0};
    ResnetConfig config = {.stride_in_1x1 = stride_in_1x1};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    ReceptiveField field;
    assert_true(receptive_field(&field, network, NULL,
                                (FieldCell){.op = network_find_op(network, op), .channel = channel}));
    network_free(network);
    return field;
}

/* 483, 1027 and 1507 are the table of Araujo et al. 2019 for ResNet-v1, whose stride sits in the 1x1; 435 and
 * 427 are the sum of (kernel - 1) times all strides before it, by hand. */
static void whole_networks_have_the_published_sizes(void **state) {
    (void)state;
    static const struct {
        const char *arch, *op;
        bool stride_in_1x1;
        int size, adds;
    } known[] = {
        {"resnet18", "layer4.1.relu2", false, 435, 8},   {"resnet50", "layer4.2.relu3", false, 427, 16},
        {"resnet50", "layer4.2.relu3", true, 483, 16},   {"resnet101", "layer4.2.relu3", true, 1027, 33},
        {"resnet152", "layer4.2.relu3", true, 1507, 50}, {"plain18", "layer4.1.relu2", false, 435, 0}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        ReceptiveField field = field_of(known[k].arch, known[k].stride_in_1x1, 0, known[k].op);
        assert_int_equal(field_span_size(field.all.whole.rows), known[k].size);
        assert_int_equal(field_span_size(field.all.whole.columns), known[k].size);
        assert_int_equal(field_span_size(field.all.most.rows), known[k].size);
        assert_int_equal(field.adds, known[k].adds);
        assert_close(field.all.count, pow(2, known[k].adds), 0);
    }
}

/* Past all branches there is only the stem: 7x7 moved by 2, then 3x3. */
static void skips_alone_see_what_the_stem_sees(void **state) {
    (void)state;
    ReceptiveField field = field_of("resnet50", false, 0, "layer4.2.relu3");
    assert_int_equal(field_span_size(field.all.least.rows), 11);
    assert_int_equal(field_span_size(field_of("resnet20", false, 0, "layer1.2.add").all.least.columns), 3);
    /* Channel 40 of layer3 is 24 of layer2 and would be 16 of layer1, whose last is 15: of the 2^6 routes
     * behind, the 2^3 that take no branch of layer2 bring zeros. */
    ReceptiveField zeros = field_of("resnet20", false, 40, "layer3.0.downsample");
    assert_close(zeros.all.count, 64 - 8, 0);
}

static void a_constant_has_no_field(void **state) {
    (void)state;
    Error err = {0};
    ReceptiveField field;
    Network *network = resnet_new(&(ResnetConfig){.arch = "resnet20"}, &err);
    FieldCell cell = {.op = network_find_op(network, "layer2.0.downsample"), .channel = 7, .row = 3};
    assert_true(receptive_field(&field, network, NULL, cell));
    assert_close(field.all.count, 0, 0);
    assert_int_equal(field_span_size(field.all.seen.rows), 0);
    cell.channel = 8; /* the first of the 16 that are no padding */
    assert_true(receptive_field(&field, network, NULL, cell));
    assert_close(field.all.count, 8, 0); /* three blocks of layer1 */
    assert_int_equal(field.all.seen.rows.last, 6 + 7);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_pixels_inside_the_field_reach_the_cell),
        cmocka_unit_test(routes_that_are_taken_away_do_not_count),
        cmocka_unit_test(routes_are_counted_and_measured_one_by_one),
        cmocka_unit_test(whole_networks_have_the_published_sizes),
        cmocka_unit_test(skips_alone_see_what_the_stem_sees),
        cmocka_unit_test(a_constant_has_no_field),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
