/* Networks with each of the activation functions, through every view, text and analysis: each speaks of its
 * own function and of no other, and what holds of ReLU alone is refused by name. */
#include <stdio.h>
#include <string.h>

#include "core/network/arch.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"

/* Every view of operations of every kind in both directions, as drawn and in words, and the levels without
 * sources. */
static size_t write_script(char *out, size_t size) {
    static const char *const views[] = {"step",  "architecture", "maps",  "value",
                                        "block", "gradients",    "input", "analyses"};
    static const char *const ops[] = {"conv1",        "layer1.0.bn1", "layer1.0.%s1",
                                      "layer2.0.add", "layer2.0.%s2", "fc"};
    static const char *const ways[] = {"forward", "backward"};
    size_t used = (size_t)snprintf(out, size, "finish\nfinish\n");
    for (size_t o = 0; o < sizeof ops / sizeof ops[0]; o++)
        for (int w = 0; w < 2; w++)
            for (size_t v = 0; v < sizeof views / sizeof views[0]; v++)
                used += (size_t)snprintf(out + used, size - used,
                                         "select %s %s\nview %s\ndescribe -\nscreen -\nexplain 1\nscreen -\n"
                                         "explain 3\nscreen -\nexplain off\n",
                                         ops[o], ways[w], views[v]);
    assert_true(used < size);
    return used;
}

static void name_ops(const char *script, const char *function, char *out, size_t size) {
    size_t used = 0;
    for (const char *at = script; *at && used + 16 < size; at++) {
        if (strncmp(at, "%s", 2) != 0) {
            out[used++] = *at;
            continue;
        }
        used += (size_t)snprintf(out + used, size - used, "%s", function);
        at++;
    }
    out[used] = '\0';
}

static void assert_speaks_of(const char *text, const OpSpec *function, const char *what) {
    if (!strcasestr(text, function->title)) fail_msg("%s says nothing of %s", what, function->title);
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *other = op_spec((OpKind)kind);
        const char *found = other->activation && other != function ? strcasestr(text, other->title) : NULL;
        if (found) fail_msg("%s of a network with %s says \"%.60s\"", what, function->title, found);
    }
}

static void arch_with(OpKind function, char out[ARCH_NAME_MAX]) {
    arch_format(arch_with_activation(arch_of("resnet8"), function), out);
}

#define EACH_ACTIVATION(kind)                                                                                \
    for (int kind = 0; kind < OP_KIND_COUNT; kind++)                                                         \
        if (op_spec((OpKind)kind)->activation)

static void every_view_speaks_of_its_own_function(void **state) {
    static char script[1 << 16], named[1 << 16];
    (void)state;
    write_script(script, sizeof script);
    EACH_ACTIVATION(kind) {
        char arch[ARCH_NAME_MAX];
        const OpSpec *function = op_spec((OpKind)kind);
        arch_with((OpKind)kind, arch);
        name_ops(script, function->name, named, sizeof named);
        ProgramRun run = program_run_input(
            named, strlen(named), ARGS("--script", "-", "--size", "120x40", "--arch", arch, "--ascii"));
        if (run.status != 0) fail_msg("%s: %s", arch, run.err);
        assert_speaks_of(run.out, function, "the explorer");
        char formula[40];
        snprintf(formula, sizeof formula, "y = %s(x + F(x))", function->title);
        if (!strstr(run.out, formula)) fail_msg("%s: nowhere %s", arch, formula);
        program_free(&run);
    }
}

static void every_analysis_speaks_of_it_or_refuses(void **state) {
    static const char *const speaking[] = {"junctions", "gradcheck", "lesions", "responses"};
    static const char *const of_relu[] = {"logits", "regimes"};
    (void)state;
    EACH_ACTIVATION(kind) {
        char arch[ARCH_NAME_MAX];
        const OpSpec *function = op_spec((OpKind)kind);
        arch_with((OpKind)kind, arch);
        for (size_t k = 0; k < sizeof speaking / sizeof speaking[0]; k++) {
            ProgramRun run = program_run(ARGS(speaking[k], arch, "04-cat", "--quiet"));
            if (run.status != 0) fail_msg("%s %s: %s", speaking[k], arch, run.err);
            assert_speaks_of(run.out, function, speaking[k]);
            program_free(&run);
        }
        for (size_t k = 0; k < 2 && (OpKind)kind != op_default_activation(); k++)
            program_expect_failure(2, function->title, ARGS(of_relu[k], arch, "04-cat"));
    }
}

/* Nothing is dead where nothing is set to 0, and He's initialisation is made for ReLU. */
static void what_holds_of_relu_alone_is_said(void **state) {
    static const char script[] = "break if dead > 50%\n";
    (void)state;
    EACH_ACTIVATION(kind) {
        char arch[ARCH_NAME_MAX];
        const OpSpec *function = op_spec((OpKind)kind);
        bool usual = (OpKind)kind == op_default_activation();
        arch_with((OpKind)kind, arch);
        ProgramRun run = program_run_input(script, sizeof script - 1, ARGS("--script", "-", "--arch", arch));
        assert_int_equal(run.status == 0, function->activation->has_gates);
        if (run.status != 0) assert_non_null(strstr(run.err, function->title));
        program_free(&run);
        run = program_run(ARGS("classify", arch, "04-cat"));
        assert_int_equal(run.status, 0);
        assert_int_equal(strstr(run.err, "--init gain:") != NULL, !usual);
        program_free(&run);
    }
}

/* The option is the name's ending, and both must not contradict each other. */
static void the_option_names_the_architecture(void **state) {
    (void)state;
    EACH_ACTIVATION(kind) {
        char arch[ARCH_NAME_MAX];
        const char *name = op_spec((OpKind)kind)->name;
        arch_with((OpKind)kind, arch);
        json_t *json = program_run_json(ARGS("summary", "resnet8", "--act", name, "--json"));
        assert_string_equal(json_string_value(json_object_get(json, "arch")), arch);
        json_decref(json);
        json = program_run_json(ARGS("summary", arch, "--act", name, "--json"));
        assert_string_equal(json_string_value(json_object_get(json, "arch")), arch);
        json_decref(json);
        if ((OpKind)kind != op_default_activation())
            program_expect_failure(2, "given twice",
                                   ARGS("summary", arch, "--act", op_spec(op_default_activation())->name));
    }
    program_expect_failure(2, "expected", ARGS("summary", "resnet8", "--act", "conv2d"));
}

static void a_state_keeps_the_function(void **state) {
    (void)state;
    EACH_ACTIVATION(kind) {
        char arch[ARCH_NAME_MAX], place[120];
        arch_with((OpKind)kind, arch);
        snprintf(place, sizeof place, "v1:%s,cat,init=he,at=layer1.0.add,done=all,view=block", arch);
        static const char script[] = "describe -\nstate -\n";
        ProgramRun run = program_run_input(script, sizeof script - 1,
                                           ARGS("--script", "-", "--size", "120x40", "--state", place));
        if (run.status != 0) fail_msg("%s: %s", place, run.err);
        assert_speaks_of(run.out, op_spec((OpKind)kind), place);
        char head[60];
        snprintf(head, sizeof head, "v1:%s,", arch);
        if (!strstr(run.out, head)) fail_msg("the state of %s does not begin with %s", arch, head);
        program_free(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_speaks_of_its_own_function),
        cmocka_unit_test(every_analysis_speaks_of_it_or_refuses),
        cmocka_unit_test(what_holds_of_relu_alone_is_said),
        cmocka_unit_test(the_option_names_the_architecture),
        cmocka_unit_test(a_state_keeps_the_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
