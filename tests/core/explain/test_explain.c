/* Every answer of every op, in both directions and at every level, and its numbers computed anew. */
#include <math.h>
#include <string.h>

#include "core/explain/explain.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"

/* Sums over thousands of float values in another order than the engine's. */
#define SUM_TOLERANCE 1e-5

static const struct {
    const char *arch;
    char shortcut;
} networks[] = {{"resnet8", 'A'}, {"resnet8", 'B'}, {"plain8", 0}, {"resnet8-nobn", 'A'}, {"resnet18", 0}};

static Explanation ask(const Pass *pass, int op, ExplainLevel level, bool backward, bool block) {
    Explanation out;
    explain_make(&(ExplainQuery){.pass = pass,
                                 .level = level,
                                 .op = op,
                                 .backward = backward,
                                 .block = block,
                                 .channel = pass_network(pass)->ops[op].out.c / 2},
                 &out);
    return out;
}

/* NaN when the answer has no such number. */
static double field_of(const Explanation *explanation, const char *name) {
    for (int k = 0; k < explanation->field_count; k++)
        if (strcmp(explanation->fields[k].name, name) == 0) return explanation->fields[k].value;
    return NAN;
}

static void assert_field(const Explanation *answer, const char *name, double expected) {
    double tolerance = SUM_TOLERANCE * fmax(fabs(expected), 1e-9);
    assert_close(field_of(answer, name), expected, tolerance);
}

typedef struct Sums {
    double square, negative, zero, min, max, count;
} Sums;

static Sums sums_of(Tensor tensor) {
    Sums s = {.min = INFINITY, .max = -INFINITY, .count = (double)shape_count(tensor.shape)};
    for (size_t j = 0; j < shape_count(tensor.shape); j++) {
        double v = (double)tensor.data[j];
        s.square += v * v, s.negative += v < 0, s.zero += v == 0;
        s.min = fmin(s.min, v), s.max = fmax(s.max, v);
    }
    return s;
}

static double std_of(Tensor tensor) {
    double sum = 0, square = 0, n = (double)shape_count(tensor.shape);
    for (size_t j = 0; j < shape_count(tensor.shape); j++) sum += (double)tensor.data[j];
    for (size_t j = 0; j < shape_count(tensor.shape); j++) {
        double d = (double)tensor.data[j] - sum / n;
        square += d * d;
    }
    return sqrt(square / n);
}

static void check_forward(const Pass *pass, const Op *op) {
    Explanation answer = ask(pass, op->index, EXPLAIN_ANYONE, false, false);
    Sums y = sums_of(pass_act(pass, op->index));
    switch (op->kind) {
    case OP_CONV2D:
        assert_field(&answer, "negative_share", y.negative / y.count);
        assert_field(&answer, "max", y.max);
        break;
    case OP_BATCH_NORM:
        assert_field(&answer, "std_before", std_of(pass_act(pass, op->inputs[0])));
        assert_field(&answer, "std", std_of(pass_act(pass, op->index)));
        break;
    case OP_RELU: assert_field(&answer, "zero_share", y.zero / y.count); break;
    case OP_INPUT: assert_field(&answer, "min", y.min); break;
    case OP_AVG_POOL:
    case OP_LINEAR: assert_field(&answer, op->kind == OP_LINEAR ? "best" : "max", y.max); break;
    case OP_CROSS_ENTROPY:
        assert_field(&answer, "loss", -log(field_of(&answer, "probability")));
        assert_field(&answer, "loss", (double)pass_act(pass, op->index).data[0]);
        break;
    case OP_ADD: {
        Sums f = sums_of(pass_act(pass, op->inputs[0])), x = sums_of(pass_act(pass, op->inputs[1]));
        assert_field(&answer, "change", sqrt(f.square / x.square));
        /* |F + x|² = |F|² + |x|² + 2 cos |F| |x| */
        double cosine = (y.square - f.square - x.square) / (2 * sqrt(f.square * x.square));
        assert_close(field_of(&answer, "cosine"), cosine, 1e-4);
        break;
    }
    default: assert_true(answer.line_count > 1); break;
    }
}

static void check_backward(const Pass *pass, const Op *op) {
    Explanation answer = ask(pass, op->index, EXPLAIN_ANYONE, true, false);
    Sums g = sums_of(pass_grad(pass, op->index));
    if (op->kind == OP_CROSS_ENTROPY) {
        assert_field(&answer, "one", 1);
        return;
    }
    assert_field(&answer, "length", sqrt(g.square));
    assert_field(&answer, "largest", fmax(-g.min, g.max));
    double skip = field_of(&answer, "skip"), branch = field_of(&answer, "branch");
    if (!isnan(skip)) /* |a + b|² = |a|² + |b|² + 2 cos |a| |b| */
        assert_close(skip * skip + branch * branch + 2 * field_of(&answer, "cosine") * skip * branch,
                     g.square, 1e-4 * g.square);
}

/* The numbers of the formula come to what lies in memory. */
static void check_math(const Pass *pass, const Op *op, bool backward) {
    Explanation answer = ask(pass, op->index, EXPLAIN_MATH, backward, false);
    assert_true(answer.line_count >= 2);
    if (backward && op->kind == OP_CROSS_ENTROPY) return;
    Tensor tensor = backward ? pass_grad(pass, op->index) : pass_act(pass, op->index);
    Sums s = sums_of(tensor);
    double element = (double)tensor.data[tensor.shape.c / 2];
    assert_close(field_of(&answer, "element"), element, 0);
    assert_close(field_of(&answer, "sum"), element, 1e-4 * sqrt(s.square / s.count) + 1e-7);
    bool referenced = false;
    for (int k = 0; k < answer.line_count; k++)
        referenced = referenced || answer.lines[k].kind == EXPLAIN_REFERENCE;
    assert_true(referenced);
}

/* One number: what it is, and that its parts come to it. */
static void check_value(const Pass *pass, const Op *op, bool backward) {
    if (op->kind == OP_CROSS_ENTROPY) return;
    Explanation answer;
    ExplainQuery query = {.pass = pass,
                          .level = EXPLAIN_ANYONE,
                          .op = op->index,
                          .backward = backward,
                          .value = true,
                          .channel = op->out.c / 2};
    explain_make(&query, &answer);
    Tensor tensor = backward ? pass_grad(pass, op->index) : pass_act(pass, op->index);
    double element = (double)tensor.data[op->out.c / 2], first = field_of(&answer, "first");
    double near = 1e-4 * sqrt(sums_of(tensor).square / sums_of(tensor).count) + 1e-7;
    assert_close(field_of(&answer, "element"), element, 0);
    if (backward) assert_close(field_of(&answer, "change"), 0.01 * fabs(element), 1e-9 * fabs(element));
    if (isnan(first)) return;
    double second = field_of(&answer, "second"), others = field_of(&answer, "others"),
           constant = field_of(&answer, "constant");
    assert_close(first + second + (isnan(others) ? 0 : others) + (isnan(constant) ? 0 : constant), element,
                 near);
}

static void check_block(const Pass *pass, int index) {
    const Block *block = &pass_network(pass)->blocks[index];
    Explanation anyone = ask(pass, block->output, EXPLAIN_ANYONE, false, true);
    Explanation math = ask(pass, block->output, EXPLAIN_MATH, false, true);
    Sums y = sums_of(pass_act(pass, block->output));
    assert_field(&anyone, "open_share", 1 - y.zero / y.count);
    assert_field(&math, "open_share", 1 - y.zero / y.count);
    if (block->add < 0) return;
    Sums g = sums_of(pass_grad(pass, block->input));
    assert_field(&anyone, "grad_in", sqrt(g.square));
    assert_field(&math, "grad_in", sqrt(g.square));
    assert_field(&math, "grad_out", sqrt(sums_of(pass_grad(pass, block->output)).square));
}

static void every_answer_states_the_numbers_of_the_run(void **state) {
    (void)state;
    gemm_init();
    for (size_t k = 0; k < sizeof networks / sizeof networks[0]; k++) {
        Network *network = pass_check_network(networks[k].arch, networks[k].shortcut);
        Pass *pass = pass_check_run(network, (PassConfig){.batch_statistics = k == 1});
        for (int i = 0; i < network->op_count; i++) {
            check_forward(pass, &network->ops[i]);
            check_backward(pass, &network->ops[i]);
            check_math(pass, &network->ops[i], false);
            check_math(pass, &network->ops[i], true);
            check_value(pass, &network->ops[i], false);
            check_value(pass, &network->ops[i], true);
        }
        for (int b = 0; b < network->block_count; b++) check_block(pass, b);
        pass_free(pass);
        network_free(network);
    }
}

static void what_is_not_computed_is_said_to_be_ahead(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet8", 0);
    Error err = {0};
    Pass *pass = pass_new(network, &(PassConfig){0}, &err);
    for (int level = EXPLAIN_ANYONE; level <= EXPLAIN_MATH; level++)
        for (int i = 0; i < network->op_count; i++)
            for (int backward = 0; backward < 2; backward++) {
                Explanation answer = ask(pass, i, (ExplainLevel)level, backward, i % 2);
                assert_true(answer.line_count >= 2);
                if (level != EXPLAIN_CODE) assert_int_equal(answer.field_count, 0);
            }
    Explanation off = ask(pass, 3, EXPLAIN_OFF, false, false);
    assert_int_equal(off.line_count, 0);
    pass_free(pass);
    network_free(network);
}

/* What the answer's n-th line that calls PyTorch says after `lead`, which it begins with; "" for none. */
static const char *call_of(const Explanation *answer, int n, const char *lead) {
    for (int k = 0; k < answer->line_count; k++) {
        if (answer->lines[k].kind == EXPLAIN_PLACE) break; /* it stands before the engine's lines */
        if (answer->lines[k].kind != EXPLAIN_CALL || n-- > 0) continue;
        return strncmp(answer->lines[k].text, lead, strlen(lead)) ? "" : answer->lines[k].text + strlen(lead);
    }
    return "";
}

/* Each was run once by PyTorch 2 on a trace of this engine: output and gradients agree to 4e-6 of the largest
 * number. */
static void level_2_says_what_pytorch_calls_it(void **state) {
    static const struct {
        const char *op, *forward, *backward;
    } calls[] = {
        {"conv1", "y = torch.nn.functional.conv2d(x, weight, stride=2, padding=3)",
         "dx, dweight = torch.autograd.grad(y, (x, weight), dy)"},
        {"bn1",
         "y = torch.nn.functional.batch_norm(x, running_mean, running_var, weight, bias, training=False, "
         "eps=1e-05)",
         "dx, dweight, dbias = torch.autograd.grad(y, (x, weight, bias), dy)"},
        {"relu", "y = torch.nn.functional.relu(x)", "dx = torch.autograd.grad(y, x, dy)[0]"},
        {"maxpool", "y = torch.nn.functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)",
         "dx = torch.autograd.grad(y, x, dy)[0]"},
        {"layer2.0.downsample.0", "y = torch.nn.functional.conv2d(x, weight, stride=2, padding=0)",
         "dx, dweight = torch.autograd.grad(y, (x, weight), dy)"},
        {"layer1.0.add", "y = f + x.detach()", "df = torch.autograd.grad(y, f, dy)[0]"},
        {"avgpool", "y = torch.nn.functional.adaptive_avg_pool2d(x, 1)",
         "dx = torch.autograd.grad(y, x, dy)[0]"},
        {"fc", "y = torch.nn.functional.linear(torch.flatten(x, 1), weight, bias)",
         "dx, dweight, dbias = torch.autograd.grad(y, (x, weight, bias), dy)"},
    };
    (void)state;
    Network *network = pass_check_network("resnet18", 0);
    Pass *pass = pass_check_run(network, (PassConfig){.skip = SKIP_CUT});
    for (size_t k = 0; k < sizeof calls / sizeof calls[0]; k++) {
        int op = network_find_op(network, calls[k].op);
        Explanation forward = ask(pass, op, EXPLAIN_CODE, false, false);
        assert_string_equal(call_of(&forward, 0, "PyTorch: "), calls[k].forward);
        /* Each of these is the last that reads its input, and so the one that passes the gradient down. */
        int input = network->ops[op].inputs[0];
        Explanation backward = ask(pass, input, EXPLAIN_CODE, true, false);
        assert_string_equal(call_of(&backward, 0, "PyTorch: "), calls[k].forward);
        assert_string_equal(call_of(&backward, 1, "and back: "), calls[k].backward);
    }
    pass_free(pass);
    network_free(network);
}

static void a_block_at_level_2_has_the_terms_that_count(void **state) {
    static const struct {
        SkipMode skip;
        const char *identity, *projection;
    } modes[] = {
        {SKIP_NONE_REMOVED, "relu(branch(x) + x)", "relu(branch(x) + shortcut(x))"},
        {SKIP_PLAIN, "relu(branch(x))", "relu(branch(x))"},
        {SKIP_CUT, "relu(branch(x) + x.detach())", "relu(branch(x) + shortcut(x).detach())"},
    };
    (void)state;
    Network *network = pass_check_network("resnet18", 0);
    for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++) {
        Pass *pass = pass_check_run(network, (PassConfig){.skip = modes[k].skip});
        Explanation identity = ask(pass, network_find_op(network, "layer1.0.add"), EXPLAIN_CODE, false, true);
        Explanation projection =
            ask(pass, network_find_op(network, "layer2.0.add"), EXPLAIN_CODE, false, true);
        assert_non_null(strstr(call_of(&identity, 0, "PyTorch: "), modes[k].identity));
        assert_non_null(strstr(call_of(&projection, 0, "PyTorch: "), modes[k].projection));
        pass_free(pass);
    }
    network_free(network);
}

static void a_skip_that_was_taken_away_is_named(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet8", 0);
    static const struct {
        SkipMode skip;
        const char *words;
    } modes[] = {{SKIP_PLAIN, "in both directions"}, {SKIP_CUT, "share is dropped"}};
    int add = network_find_op(network, "layer2.0.add");
    for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++) {
        Pass *pass = pass_check_run(network, (PassConfig){.skip = modes[k].skip});
        Explanation answer = ask(pass, add, EXPLAIN_ANYONE, false, false);
        bool found = false;
        for (int j = 0; j < answer.line_count; j++)
            found = found || strstr(answer.lines[j].text, modes[k].words);
        assert_true(found);
        pass_free(pass);
    }
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_states_the_numbers_of_the_run),
        cmocka_unit_test(what_is_not_computed_is_said_to_be_ahead),
        cmocka_unit_test(level_2_says_what_pytorch_calls_it),
        cmocka_unit_test(a_block_at_level_2_has_the_terms_that_count),
        cmocka_unit_test(a_skip_that_was_taken_away_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
