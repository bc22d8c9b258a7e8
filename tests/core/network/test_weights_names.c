#include "core/network/weights_names.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/bent_file.h"

/* torchvision's name in another style; the tensor's last word stays. */
static void rename_to(char name[80], const char *stem, const char *stem_norm, const char *block_format) {
    char old[64], kind[16];
    int stage, block, number;
    snprintf(old, sizeof old, "%.60s", name);
    const char *leaf = strrchr(old, '.');
    if (sscanf(old, "layer%d.%d.%15[a-z]%d", &stage, &block, kind, &number) == 4)
        snprintf(name, 80, block_format, stage - 1, block, number - 1,
                 strcmp(kind, "conv") == 0 ? "convolution" : "normalization", leaf);
    else if (sscanf(old, "layer%d.%d.downsample.%d", &stage, &block, &number) == 3)
        snprintf(name, 80, "resnet.encoder.stages.%d.layers.%d.shortcut.%s%s", stage - 1, block,
                 number == 0 ? "convolution" : "normalization", leaf);
    else if (strncmp(old, "conv1", 5) == 0)
        snprintf(name, 80, "%s%s", stem, leaf);
    else if (strncmp(old, "bn1", 3) == 0)
        snprintf(name, 80, "%s%s", stem_norm, leaf);
    else
        snprintf(name, 80, "classifier.1%s", leaf);
}

/* Every tensor of the architecture is found by torchvision's name, and no other has one. */
static void assert_read(BentFile *file, const char *arch, char shortcut, const char *prefix, int extra) {
    WeightsNames names;
    Error err = {0};
    Tensors *opened = bent_open(file);
    BentFile *wanted = bent_from(arch, shortcut, "");
    assert_true(weights_names_make(&names, opened, &err));
    assert_string_equal(names.prefix, prefix);
    for (int k = 0; k < wanted->count; k++) {
        const StoredTensor *tensor = weights_names_find(&names, wanted->tensors[k].name);
        if (!tensor) fail_msg("%s is not found", wanted->tensors[k].name);
        assert_int_equal(tensor->dims[0], wanted->tensors[k].dims[0]);
    }
    assert_int_equal(names.found, wanted->count);
    assert_int_equal(tensors_count(opened), wanted->count + extra);
    weights_names_free(&names);
    bent_free(wanted, NULL);
    bent_free(file, opened);
}

static void any_prefix_is_found(void **state) {
    (void)state;
    static const char *const prefixes[] = {
        "",          "module.",  "encoder_q.", "model.backbone.", "_orig_mod.module.net.", "student.",
        "resnet50.", "a.b.c.d.", "0.",         "layer1."};
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
        assert_read(bent_from("resnet20", 'B', prefixes[k]), "resnet20", 'B', prefixes[k], 0);
}

static void hugging_faces_names_are_known(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet50", 'B', "");
    for (int k = 0; k < file->count; k++)
        rename_to(file->tensors[k].name, "resnet.embedder.embedder.convolution",
                  "resnet.embedder.embedder.normalization",
                  "resnet.encoder.stages.%d.layers.%d.layer.%d.%s%s");
    assert_read(file, "resnet50", 'B', "resnet.", 0);
}

/* nn.Sequential(*list(resnet.children())[:-1]) in a class with a layer of its own behind it. */
static void children_in_a_row_are_known(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet18", 'B', "");
    for (int k = 0; k < file->count; k++) {
        char *name = file->tensors[k].name, old[61];
        snprintf(old, sizeof old, "%.60s", name);
        if (strncmp(old, "layer", 5) == 0)
            snprintf(name, 80, "features.%d%s", old[5] - '0' + 3, old + 6);
        else if (strncmp(old, "fc", 2) == 0)
            snprintf(name, 80, "out%s", old + 2);
        else
            snprintf(name, 80, "features.%d%s", strncmp(old, "conv1", 5) != 0, strrchr(old, '.'));
    }
    assert_read(file, "resnet18", 'B', "features.", 0);
}

static void wrappers_between_modules_are_taken_out(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "module.");
    for (int k = 0; k < file->count; k++) {
        char *name = file->tensors[k].name, old[61];
        snprintf(old, sizeof old, "%.60s", name);
        if (strncmp(old, "module.layer2", 13) == 0) snprintf(name, 80, "module.layer2._orig_mod%s", old + 13);
    }
    assert_read(file, "resnet20", 'A', "module.", 0);
}

/* Both prefixes read as many tensors; the average comes first in the alphabet or not. */
static void averages_are_not_taken_for_the_weights(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"model.", "model_ema.module."},
                                           {"student.", "teacher."},
                                           {"module.encoder_q.", "module.encoder_k."},
                                           {"net.", "ema.net."},
                                           {"model.", "ema_model."}};
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        BentFile *file = bent_from("resnet20", 'A', pairs[k][0]),
                 *copy = bent_from("resnet20", 'A', pairs[k][1]);
        int extra = copy->count;
        for (int j = 0; j < extra; j++) file->tensors[file->count++] = copy->tensors[j];
        bent_free(copy, NULL);
        assert_read(file, "resnet20", 'A', pairs[k][0], extra);
    }
}

static const char *head_of(BentFile *file, char out[WEIGHTS_PREFIX_MAX]) {
    WeightsNames names;
    Error err = {0};
    Tensors *opened = bent_open(file);
    assert_true(weights_names_make(&names, opened, &err));
    strcpy(out, names.head);
    assert_int_equal(names.head[0] != '\0', weights_names_find(&names, "fc.weight") != NULL);
    weights_names_free(&names);
    bent_free(file, opened);
    return out;
}

static BentFile *with_head(const char *prefix, const char *head) {
    BentFile *file = bent_from("resnet20", 'A', prefix);
    char name[80];
    snprintf(name, sizeof name, "%sfc.weight", prefix);
    snprintf(bent_get(file, name)->name, 80, "%s.weight", head);
    snprintf(name, sizeof name, "%sfc.bias", prefix);
    snprintf(bent_get(file, name)->name, 80, "%s.bias", head);
    return file;
}

static void the_classifier_is_found_under_any_name(void **state) {
    (void)state;
    static const char *const heads[][2] = {{"", "fc"},
                                           {"", "linear"},
                                           {"", "fc.1"},
                                           {"", "head.fc"},
                                           {"module.", "module.head"},
                                           {"encoder.", "classifier"},
                                           {"model.net.", "model.fc"},
                                           {"", "last_linear"},
                                           {"", "logits"},
                                           {"backbone.", "cls.2"}};
    char found[WEIGHTS_PREFIX_MAX];
    for (size_t k = 0; k < sizeof heads / sizeof *heads; k++)
        assert_string_equal(head_of(with_head(heads[k][0], heads[k][1]), found), heads[k][1]);
}

/* As thop and others leave behind. */
static void what_is_counted_beside_a_classifier_does_not_hide_it(void **state) {
    (void)state;
    char found[WEIGHTS_PREFIX_MAX];
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_add(file, "fc.total_ops", 1, (int[]){1});
    bent_add(file, "total_ops", 1, (int[]){1});
    assert_string_equal(head_of(file, found), "fc");
}

/* Several layers are no classifier that a network here could have. */
static void heads_of_several_layers_are_no_classifier(void **state) {
    (void)state;
    static const char *const second[] = {"fc.0", "fc"}, *const first[] = {"fc.2", "fc.1"};
    char found[WEIGHTS_PREFIX_MAX];
    for (int k = 0; k < 2; k++) {
        BentFile *file = with_head("", first[k]);
        char name[80];
        snprintf(name, sizeof name, "%s.weight", second[k]);
        bent_add(file, name, 2, (int[]){64, 64});
        assert_string_equal(head_of(file, found), "");
    }
    BentFile *file = with_head("", "projector.2");
    bent_add(file, "projector.0.weight", 2, (int[]){64, 64});
    assert_string_equal(head_of(file, found), "");
    file = with_head("", "fc.1");
    bent_add(file, "fc.0.running_mean", 1, (int[]){64});
    assert_string_equal(head_of(file, found), "");
}

static void nothing_is_made_of_other_names(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    for (int k = 0; k < file->count; k++) snprintf(file->tensors[k].name, 80, "t%d", k);
    Tensors *opened = bent_open(file);
    WeightsNames names;
    Error err = {0};
    assert_true(weights_names_make(&names, opened, &err));
    assert_null(names.style);
    assert_int_equal(names.found, 0);
    weights_names_free(&names);
    bent_free(file, opened);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_prefix_is_found),
        cmocka_unit_test(hugging_faces_names_are_known),
        cmocka_unit_test(children_in_a_row_are_known),
        cmocka_unit_test(wrappers_between_modules_are_taken_out),
        cmocka_unit_test(averages_are_not_taken_for_the_weights),
        cmocka_unit_test(the_classifier_is_found_under_any_name),
        cmocka_unit_test(what_is_counted_beside_a_classifier_does_not_hide_it),
        cmocka_unit_test(heads_of_several_layers_are_no_classifier),
        cmocka_unit_test(nothing_is_made_of_other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
