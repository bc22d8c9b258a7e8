/* Networks that learn in step with each other: to the bits that each would have alone; and their one checkpoint. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/format/tensors.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

enum { NETWORKS = 3 };

static const char *const archs[NETWORKS] = {"resnet8", "plain8", "resnet8"};
static const unsigned long long seeds[NETWORKS] = {1, 1, 2};

/* Networks of the archs and seeds, from one place in those lists on. */
typedef struct Group {
    Model *models[NETWORKS];
    int count;
    Dataset *dataset;
    Trainer *trainer;
} Group;

static Dataset *load(TempDir *dir) {
    Error err = {0};
    DatasetConfig config = {.kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

static Group group_new(TempDir *dir, int first, int count) {
    Error err = {0};
    TrainConfig config = small_config();
    config.batch = 4;
    Group group = {.count = count, .dataset = load(dir)};
    for (int k = 0; k < count; k++) {
        ResnetConfig resnet = {.classes = 10};
        strcpy(resnet.arch, archs[first + k]);
        group.models[k] = new_model(resnet);
        network_init_values(group.models[k]->network,
                            &(InitConfig){.kind = INIT_HE, .seed = seeds[first + k]});
    }
    group.trainer = train_new_several(group.models, count, group.dataset, &config, &err);
    if (!group.trainer) fail_msg("%s", err.text);
    return group;
}

static void group_free(Group *group) {
    train_free(group->trainer);
    for (int k = 0; k < group->count; k++) model_free(group->models[k]);
    dataset_free(group->dataset);
}

static void run(Group *group, int steps) {
    for (int k = 0; k < steps; k++) assert_true(train_step(group->trainer));
}

static void assert_same(const Model *a, const Model *b) {
    assert_memory_equal(network_const_all_values(a->network), network_const_all_values(b->network),
                        a->network->value_count * sizeof(real));
}

/* Bit for bit, means over an epoch included. */
static void assert_same_status(TrainStatus a, TrainStatus b) {
    assert_true(a.step == b.step && a.lr == b.lr);
    assert_true(a.loss == b.loss && a.loss_average == b.loss_average);
    assert_true(a.accuracy == b.accuracy && a.accuracy_average == b.accuracy_average);
}

static void each_learns_as_it_would_alone(void **state) {
    test_image_write_cifar10(*state, PER_FILE, 4);
    Group together = group_new(*state, 0, NETWORKS);
    run(&together, 3);
    for (int k = 0; k < NETWORKS; k++) {
        Group alone = group_new(*state, k, 1);
        run(&alone, 3);
        assert_same(alone.models[0], together.models[k]);
        assert_same_status(train_status(alone.trainer), train_status_of(together.trainer, k));
        group_free(&alone);
    }
    assert_memory_not_equal(network_const_all_values(together.models[0]->network),
                            network_const_all_values(together.models[2]->network),
                            together.models[0]->network->value_count * sizeof(real));
    group_free(&together);
}

static void one_checkpoint_has_them_all(void **state) {
    char path[TEMP_PATH_MAX];
    Error err = {0}, notice = {0};
    test_image_write_cifar10(*state, PER_FILE, 4);
    strcpy(path, temp_dir_join(*state, "run.ckpt"));
    Group first = group_new(*state, 0, NETWORKS), second = group_new(*state, 0, NETWORKS);
    run(&first, 2);
    assert_true(train_save_checkpoint(first.trainer, path, &err));
    assert_true(train_resume(second.trainer, path, &notice, &err));
    run(&first, 1), run(&second, 1);
    for (int k = 0; k < NETWORKS; k++) {
        assert_same(first.models[k], second.models[k]);
        assert_same_status(train_status_of(first.trainer, k), train_status_of(second.trainer, k));
    }
    Safetensors *file = safetensors_open_file(path, &err);
    assert_non_null(file);
    assert_string_equal(safetensors_value(file, "arch"), "resnet8,plain8,resnet8");
    assert_string_equal(safetensors_value(file, "shortcut"), "A,none,A");
    assert_non_null(safetensors_find(file, "plain8/fc.bias"));
    assert_non_null(safetensors_find(file, "resnet8#2/velocity.fc.bias"));
    assert_null(safetensors_find(file, "fc.bias"));
    safetensors_close(file);
    group_free(&first), group_free(&second);
}

static void other_networks_do_not_go_on_from_it(void **state) {
    char path[TEMP_PATH_MAX];
    Error err = {0}, notice = {0};
    test_image_write_cifar10(*state, PER_FILE, 4);
    strcpy(path, temp_dir_join(*state, "run.ckpt"));
    Group two = group_new(*state, 0, 2), one = group_new(*state, 0, 1), turned = group_new(*state, 1, 2);
    run(&two, 1);
    assert_true(train_save_checkpoint(two.trainer, path, &err));
    assert_false(train_resume(one.trainer, path, &notice, &err));
    assert_non_null(strstr(err.text, "arch is \"resnet8,plain8\", this run's is \"resnet8\""));
    assert_false(train_resume(turned.trainer, path, &notice, &err));
    assert_non_null(strstr(err.text, "this run's is \"plain8,resnet8\""));
    group_free(&two), group_free(&one), group_free(&turned);
}

/* The others have not learnt from a batch that one breaks at. */
static void one_that_breaks_stops_all(void **state) {
    test_image_write_cifar10(*state, PER_FILE, 4);
    Group group = group_new(*state, 0, 2);
    run(&group, 1);
    Network *good = group.models[0]->network, *bad = group.models[1]->network;
    size_t bytes = good->value_count * sizeof(real);
    network_values(bad, network_find_param(bad, "fc.bias"))[3] = (real)NAN;
    real *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, network_const_all_values(good), bytes);
    assert_false(train_step(group.trainer));
    assert_true(train_status(group.trainer).broken && train_status_of(group.trainer, 1).broken);
    assert_false(train_status_of(group.trainer, 0).broken);
    assert_memory_equal(network_const_all_values(good), before, bytes);
    free(before);
    group_free(&group);
}

static void assert_opens(const char *path, const char *key, const Model *expected) {
    Error err = {0};
    ModelOptions options = {.key = key};
    Model *model = model_load_file(path, &options, &err);
    if (!model) fail_msg("%s", err.text);
    assert_string_equal(model->network->arch, expected->network->arch);
    assert_int_equal(model->network->shortcut, expected->network->shortcut);
    assert_string_equal(model_value(model, "arch"), expected->network->arch);
    assert_string_equal(model_value(model, "checkpoint_step"), "1");
    assert_string_equal(model->class_names[3], "cat");
    assert_same(model, expected);
    model_free(model);
}

/* The first one, unless a key names another. */
static void a_network_of_a_checkpoint_can_be_looked_at(void **state) {
    char path[TEMP_PATH_MAX];
    Error err = {0};
    test_image_write_cifar10(*state, PER_FILE, 4);
    strcpy(path, temp_dir_join(*state, "run.ckpt"));
    Group three = group_new(*state, 0, NETWORKS), one = group_new(*state, 1, 1);
    run(&three, 1), run(&one, 1);
    assert_true(train_save_checkpoint(three.trainer, path, &err));
    assert_opens(path, NULL, three.models[0]);
    assert_opens(path, "resnet8", three.models[0]);
    assert_opens(path, "plain8", three.models[1]);
    assert_opens(path, "resnet8#2", three.models[2]);
    assert_null(model_load_file(path, &(ModelOptions){.key = "resnet20"}, &err));
    assert_non_null(strstr(err.text, "is a checkpoint of resnet8, plain8, resnet8#2, and has no 'resnet20'"));
    assert_true(train_save_checkpoint(one.trainer, path, &err));
    assert_opens(path, NULL, one.models[0]);
    Tensors *tensors = tensors_open_file(path, NULL, &err);
    assert_non_null(tensors);
    assert_int_equal(tensors_count(tensors), one.models[0]->network->param_count);
    assert_non_null(strstr(tensors_left_out(tensors), "velocity ("));
    tensors_close(tensors);
    group_free(&three), group_free(&one);
}

typedef struct Copy {
    const Safetensors *file;
    SafetensorsEntry entries[512];
    int dims[512][SAFETENSORS_RANK_MAX];
    SafetensorsPair pairs[16];
} Copy;

static void fill_copy(void *context, int entry, float *out) {
    const Copy *copy = context;
    Error err = {0};
    assert_true(safetensors_read(copy->file, safetensors_get(copy->file, entry), out, &err));
}

/* The checkpoint as a version without notes wrote it. */
static void write_without_notes(const char *path, const char *out) {
    static Copy copy;
    Error err = {0};
    int count = 0;
    Safetensors *file = safetensors_open_file(path, &err);
    assert_non_null(file);
    copy.file = file;
    for (int k = 0; k < safetensors_count(file); k++) {
        const SafetensorsTensor *tensor = safetensors_get(file, k);
        for (int d = 0; d < tensor->rank; d++) copy.dims[k][d] = (int)tensor->dims[d];
        copy.entries[k] =
            (SafetensorsEntry){.name = tensor->name, .rank = tensor->rank, .dims = copy.dims[k]};
    }
    for (int k = 0; k < safetensors_pair_count(file); k++) {
        SafetensorsPair pair = safetensors_pair(file, k);
        if (strncmp(pair.key, "notes", 5) != 0) copy.pairs[count++] = pair;
    }
    assert_true(count < safetensors_pair_count(file));
    SafetensorsContent content = {.entries = copy.entries,
                                  .entry_count = safetensors_count(file),
                                  .pairs = copy.pairs,
                                  .pair_count = count,
                                  .fill = fill_copy,
                                  .context = &copy};
    assert_true(safetensors_save(out, &content, &err));
    safetensors_close(file);
}

static void a_checkpoint_of_an_earlier_version_is_gone_on_from(void **state) {
    char path[TEMP_PATH_MAX], old[TEMP_PATH_MAX];
    Error err = {0}, notice = {0};
    test_image_write_cifar10(*state, PER_FILE, 4);
    strcpy(path, temp_dir_join(*state, "run.ckpt"));
    strcpy(old, temp_dir_join(*state, "old.ckpt"));
    Group first = group_new(*state, 0, 1), second = group_new(*state, 0, 1);
    run(&first, 1);
    assert_true(train_save_checkpoint(first.trainer, path, &err));
    write_without_notes(path, old);
    if (!train_resume(second.trainer, old, &notice, &err)) fail_msg("%s", err.text);
    run(&first, 1), run(&second, 1);
    assert_same(first.models[0], second.models[0]);
    /* It did not say what the first step of the epoch came to. */
    assert_true(train_status(second.trainer).loss == train_status(first.trainer).loss);
    assert_false(train_status(second.trainer).loss_average == train_status(first.trainer).loss_average);
    group_free(&first), group_free(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(each_learns_as_it_would_alone),
        IN_TEMP_DIR(one_checkpoint_has_them_all),
        IN_TEMP_DIR(other_networks_do_not_go_on_from_it),
        IN_TEMP_DIR(one_that_breaks_stops_all),
        IN_TEMP_DIR(a_network_of_a_checkpoint_can_be_looked_at),
        IN_TEMP_DIR(a_checkpoint_of_an_earlier_version_is_gone_on_from),
    };
    gemm_init();
    parallel_set_threads(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
