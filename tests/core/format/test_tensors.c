/* Checkpoints that PyTorch wrote (tests/reference/checkpoint_files.py): the same tensors, however they were saved. */
#include "core/format/tensors.h"

#include <stdio.h>
#include <string.h>

#include <stdlib.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"

#define FILES "tests/golden/files/checkpoints/"

enum { VALUES_MAX = 200 };

static Tensors *open_good(const char *path, const char *key) {
    Error err = {0};
    Tensors *tensors = tensors_open_file(path, &(TensorsOptions){.key = key}, &err);
    if (!tensors) fail_msg("%s", err.text);
    if (!tensors_check_data(tensors, &err)) fail_msg("%s", err.text);
    return tensors;
}

static void assert_refused(const char *path, const char *key, const char *reason) {
    Error err = {0};
    assert_null(tensors_open_file(path, &(TensorsOptions){.key = key}, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_same_tensor(const Tensors *a, const StoredTensor *x, const Tensors *b,
                               const StoredTensor *y) {
    float values[VALUES_MAX], expected[VALUES_MAX], part[VALUES_MAX];
    Error err = {0};
    assert_int_equal(x->rank, y->rank);
    assert_memory_equal(x->dims, y->dims, sizeof x->dims);
    assert_true(x->count == y->count && x->count <= VALUES_MAX);
    if (!element_is_readable(y->type)) {
        assert_int_equal(x->type, y->type);
        return;
    }
    assert_true(tensors_read(a, x, values, &err) && tensors_read(b, y, expected, &err));
    assert_memory_equal(values, expected, y->count * sizeof *values);
    for (uint64_t k = 0; k < x->count; k += 3) { /* in pieces, too */
        uint64_t count = x->count - k < 3 ? x->count - k : 3;
        assert_true(tensors_read_part(a, x, k, count, part + k, &err));
    }
    assert_memory_equal(part, expected, y->count * sizeof *part);
}

typedef struct Saved {
    const char *name, *key, *kind, *prefix, *taken, *left_out;
} Saved;

static const char zip[] = "PyTorch zip archive", stream[] = "PyTorch file before 1.6";

static const Saved saved[] = {
    {"expected.safetensors", NULL, "safetensors", "", "", ""},
    {"zip.pth", NULL, zip, "", "", ""},
    {"protocol1.pth", NULL, zip, "", "", ""},
    {"protocol3.pth", NULL, zip, "", "", ""},
    {"protocol4.pth", NULL, zip, "", "", ""},
    {"protocol5.pth", NULL, zip, "", "", ""},
    {"legacy.pth", NULL, stream, "", "", ""},
    {"legacy4.pth", NULL, stream, "", "", ""},
    {"double.pth", NULL, zip, "", "", ""},
    {"half.pth", NULL, zip, "", "", ""},
    {"bfloat16.pth", NULL, zip, "", "", ""},
    {"parameters.pth", NULL, zip, "", "", ""},
    {"stored.pth", NULL, zip, "", "", ""},
    {"deflated.pth", NULL, zip, "", "", ""},
    {"nested.pth", NULL, zip, "module.", "net", "acc, epoch"},
    {"lightning.ckpt", NULL, zip, "model.", "state_dict",
     "epoch, hyper_parameters, callbacks, pytorch-lightning_version"},
    {"reference.pth", NULL, zip, "", "model", "optimizer (2 tensors), lr_scheduler, epoch, args"},
    {"reference.pth", "model", zip, "", "model", "optimizer (2 tensors), lr_scheduler, epoch, args"},
    {"average.pth", NULL, zip, "", "model", "model_ema (7 tensors), best, seed"},
    {"list.pth", NULL, zip, "", "0", "1"},
    {"deep.pth", NULL, zip, "", "run.nets.1.0.ema.weights", "0, loss (1 tensor)"},
};

static void the_same_tensors_are_read_however_they_were_saved(void **state) {
    (void)state;
    Tensors *expected = open_good(FILES "expected.safetensors", NULL);
    for (size_t k = 0; k < sizeof saved / sizeof *saved; k++) {
        char path[200], name[80];
        snprintf(path, sizeof path, "%s%s", FILES, saved[k].name);
        Tensors *tensors = open_good(path, saved[k].key);
        assert_string_equal(tensors_kind(tensors), saved[k].kind);
        assert_string_equal(tensors_group(tensors, 0)->key, saved[k].taken);
        assert_string_equal(tensors_left_out(tensors), saved[k].left_out);
        assert_int_equal(tensors_count(tensors), tensors_count(expected));
        for (int j = 0; j < tensors_count(expected); j++) {
            const StoredTensor *from = tensors_get(expected, j);
            snprintf(name, sizeof name, "%s%s", saved[k].prefix, from->name);
            const StoredTensor *found = tensors_find(tensors, name);
            if (!found) fail_msg("%s: no %s", path, name);
            assert_same_tensor(tensors, found, expected, from);
        }
        tensors_close(tensors);
    }
    tensors_close(expected);
}

static void tensors_that_do_not_lie_in_a_row_are_gathered(void **state) {
    (void)state;
    static const char *const files[] = {FILES "views.pth", FILES "legacy_views.pth",
                                        FILES "deflated_views.pth"};
    Tensors *expected = open_good(FILES "expected.safetensors", NULL);
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        Tensors *tensors = open_good(files[k], NULL);
        float values[VALUES_MAX];
        for (int j = 0; j < tensors_count(expected); j++) {
            const StoredTensor *from = tensors_get(expected, j), *found = tensors_find(tensors, from->name);
            if (found) assert_same_tensor(tensors, found, expected, from);
        }
        assert_same_tensor(tensors, tensors_find(tensors, "transposed"), expected,
                           tensors_find(expected, "fc.weight"));
        assert_true(tensors_read(tensors, tensors_find(tensors, "expanded"), values, NULL));
        for (int j = 0; j < 4; j++) assert_true(values[j] == 2.5F);
        assert_true(tensors_read(tensors, tensors_find(tensors, "every_other"), values, NULL));
        for (int j = 0; j < 6; j++) assert_true(values[j] == (float)(2 * j));
        assert_int_equal(tensors_find(tensors, "empty")->count, 0);
        assert_true(tensors_read(tensors, tensors_find(tensors, "empty"), values, NULL));
        tensors_close(tensors);
    }
    tensors_close(expected);
}

static void of_several_dictionaries_one_is_taken_and_a_key_takes_another(void **state) {
    (void)state;
    Tensors *tensors = open_good(FILES "average.pth", NULL);
    assert_int_equal(tensors_group_count(tensors), 2);
    assert_string_equal(tensors_group(tensors, 1)->key, "model_ema");
    assert_int_equal(tensors_group(tensors, 1)->tensor_count, 7);
    assert_int_equal(tensors_group(tensors, 1)->value_count, 4 * 27 + 4 + 4 + 20 + 5);
    tensors_close(tensors);
    tensors = open_good(FILES "average.pth", "model_ema");
    assert_string_equal(tensors_group(tensors, 0)->key, "model_ema");
    assert_string_equal(tensors_left_out(tensors), "model (6 tensors), best, seed");
    assert_non_null(tensors_find(tensors, "module.fc.bias"));
    tensors_close(tensors);
    tensors = open_good(FILES "average.pth", "module");
    assert_non_null(tensors_find(tensors, "fc.bias"));
    assert_int_equal(tensors_count(tensors), 6);
    tensors_close(tensors);
    tensors = open_good(FILES "expected.safetensors", "bn1");
    assert_int_equal(tensors_count(tensors), 3);
    assert_string_equal(tensors_get(tensors, 0)->name, "num_batches_tracked");
    assert_string_equal(tensors_left_out(tensors), "3 tensors with other names");
    assert_string_equal(tensors_group(tensors, 0)->key, "bn1");
    tensors_close(tensors);
    assert_refused(FILES "expected.safetensors", "bn",
                   "no dictionary 'bn', and no tensor whose name begins with it");
    assert_refused(FILES "zip.pth", "net", "no dictionary of tensors 'net', only one, which needs no --key");
    assert_refused(FILES "average.pth", "net", "no dictionary of tensors 'net', only: model_ema, model");
}

static void a_zip_archive_may_lie_in_memory(void **state) {
    (void)state;
    size_t size;
    Error err = {0};
    uint8_t *bytes = file_read_all(FILES "zip.pth", 1 << 20, &size, &err);
    Tensors *tensors = tensors_open_memory(bytes, size, "x", NULL, &err),
            *expected = open_good(FILES "expected.safetensors", NULL);
    assert_non_null(tensors);
    assert_string_equal(tensors_label(tensors), "x");
    assert_same_tensor(tensors, tensors_find(tensors, "fc.weight"), expected,
                       tensors_find(expected, "fc.weight"));
    tensors_close(tensors);
    tensors_close(expected);
    free(bytes);
}

/* Whatever is cut off or changed is an error, or has no influence on the values: never a crash. */
static void a_file_that_is_cut_or_changed_is_refused_or_reads_the_same(void **state) {
    (void)state;
    static const char *const files[] = {FILES "zip.pth", FILES "legacy.pth", FILES "deflated_views.pth"};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        size_t size;
        uint8_t *bytes = file_read_all(files[k], 1 << 20, &size, NULL);
        assert_non_null(bytes);
        for (size_t cut = 0; cut < size; cut += 7)
            assert_null(tensors_open_memory(bytes, cut, "x", NULL, NULL));
        for (size_t at = 0; at < size; at++) {
            bytes[at] ^= 0x41;
            Tensors *tensors = tensors_open_memory(bytes, size, "x", NULL, NULL);
            bool good = tensors && tensors_check_data(tensors, NULL);
            for (int j = 0; good && j < tensors_count(tensors); j++) {
                const StoredTensor *tensor = tensors_get(tensors, j);
                float values[VALUES_MAX];
                if (element_is_readable(tensor->type) && tensor->count <= VALUES_MAX)
                    tensors_read(tensors, tensor, values, NULL);
            }
            tensors_close(tensors);
            bytes[at] ^= 0x41;
        }
        free(bytes);
    }
}

static void a_changed_value_is_noticed_by_its_checksum(void **state) {
    (void)state;
    size_t size;
    Error err = {0};
    uint8_t *bytes = file_read_all(FILES "zip.pth", 1 << 20, &size, NULL);
    float first = -125.0F / 8;
    uint8_t *place = memmem(bytes, size, &first, sizeof first);
    assert_non_null(place);
    place[2] ^= 1;
    Tensors *tensors = tensors_open_memory(bytes, size, "x", NULL, &err);
    assert_non_null(tensors);
    assert_false(tensors_check_data(tensors, &err));
    assert_non_null(strstr(err.text, "the checksum of its entry 'zip/data/0' is wrong"));
    tensors_close(tensors);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_tensors_are_read_however_they_were_saved),
        cmocka_unit_test(tensors_that_do_not_lie_in_a_row_are_gathered),
        cmocka_unit_test(of_several_dictionaries_one_is_taken_and_a_key_takes_another),
        cmocka_unit_test(a_zip_archive_may_lie_in_memory),
        cmocka_unit_test(a_file_that_is_cut_or_changed_is_refused_or_reads_the_same),
        cmocka_unit_test(a_changed_value_is_noticed_by_its_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
