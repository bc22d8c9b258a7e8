#include "core/network/arch.h"

#include <stdio.h>
#include <string.h>

#include "core/network/resnet.h"
#include "tests/support/assert_close.h"

typedef struct Case {
    const char *name;
    Arch arch;
} Case;

static const Case cases[] = {
    {"resnet20", {.depth = 20}},
    {"plain34", {.depth = 34, .plain = true}},
    {"resnet1202-nobn", {.depth = 1202, .norm_free = true}},
    {"plain20-nobn", {.depth = 20, .plain = true, .norm_free = true}},
};

static void a_name_is_read_and_written_alike(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char written[ARCH_NAME_MAX];
        Arch arch;
        if (!arch_parse(cases[k].name, &arch) || !arch_equal(arch, cases[k].arch))
            fail_msg("%s: read as depth %d, plain %d, norm free %d", cases[k].name, arch.depth, arch.plain,
                     arch.norm_free);
        arch_format(arch, written);
        assert_string_equal(written, cases[k].name);
    }
}

static void names_of_another_form_are_none(void **state) {
    (void)state;
    static const char *const words[] = {
        "",          "resnet",    "plain-20",          "resnet20x",      "20",
        "resnet-20", "Resnet20",  "resnet20-nob",      "resnet20-nobnx", "vgg16",
        "resnet20 ", "resnet+20", "resnet20-nobn-nobn"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        Arch arch = {.depth = 7, .plain = true, .norm_free = true};
        if (arch_parse(words[k], &arch)) fail_msg("'%s' was read as a name", words[k]);
        assert_true(arch_equal(arch, (Arch){.depth = 0}));
    }
}

/* Every activation function is an ending, but the usual one; the longest name fits. */
static void activations_are_endings(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        char written[ARCH_NAME_MAX], expected[2 * ARCH_NAME_MAX], word[64];
        Arch arch = arch_with_activation((Arch){.depth = 1202, .norm_free = true}, (OpKind)kind), read;
        snprintf(word, sizeof word, "resnet20-%s", spec->name);
        bool usual = (OpKind)kind == op_default_activation();
        assert_true(arch_parse(word, &read) == (spec->activation && !usual));
        if (!spec->activation) continue;
        snprintf(expected, sizeof expected, "resnet1202-nobn%s%s", usual ? "" : "-", usual ? "" : spec->name);
        arch_format(arch, written);
        assert_string_equal(written, expected);
        assert_true(arch_equal(arch_of(written), arch));
        assert_int_equal(arch_activation(arch_of(written)), kind);
    }
}

/* The form is right, so that the sentence about it speaks of architectures; there is no such network. */
static void depths_that_no_network_has_are_0(void **state) {
    (void)state;
    static const char *const words[] = {"resnet0", "plain020", "resnet999999999999"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        Arch arch;
        Error err = {0};
        assert_true(arch_parse(words[k], &arch));
        assert_int_equal(arch.depth, 0);
        ResnetConfig config = {.classes = 0};
        assert_true(strlen(words[k]) < sizeof config.arch);
        strcpy(config.arch, words[k]);
        assert_null(resnet_new(&config, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void a_twin_keeps_depth_and_endings(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"resnet20", "plain20"}, {"plain18", "resnet18"}, {"resnet1202-nobn", "plain1202-nobn"}};
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        Network network = {.block_count = 0};
        char twin[ARCH_NAME_MAX];
        strcpy(network.arch, pairs[k][0]);
        resnet_twin_name(&network, twin);
        assert_string_equal(twin, pairs[k][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_read_and_written_alike),
        cmocka_unit_test(names_of_another_form_are_none),
        cmocka_unit_test(activations_are_endings),
        cmocka_unit_test(depths_that_no_network_has_are_0),
        cmocka_unit_test(a_twin_keeps_depth_and_endings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
