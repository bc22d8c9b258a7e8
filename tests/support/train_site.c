#include "tests/support/train_site.h"

#include "tests/support/assert_close.h"

TrainConfig small_config(void) {
    TrainConfig config = train_default_config();
    config.epochs = 2;
    config.batch = BATCH;
    config.seed = 5;
    return config;
}

Model *new_model(ResnetConfig resnet) {
    Error err = {0};
    Network *network = resnet_new(&resnet, &err);
    if (!network) fail_msg("%s", err.text);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 1});
    Model *model = model_new(network, &err);
    if (!model) fail_msg("%s", err.text);
    return model;
}

static Dataset *load_dataset(TempDir *dir) {
    Error err = {0};
    DatasetConfig config = {.kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

Site site_of(TempDir *dir, TrainConfig config) {
    Error err = {0};
    Site site = {.model = new_model((ResnetConfig){.arch = "resnet8"}), .dataset = load_dataset(dir)};
    site.trainer = train_new(site.model, site.dataset, &config, &err);
    if (!site.trainer) fail_msg("%s", err.text);
    return site;
}

Site site_new(TempDir *dir, TrainConfig config) {
    test_image_write_cifar10(dir, PER_FILE, 4);
    return site_of(dir, config);
}

void site_free(Site *site) {
    train_free(site->trainer);
    dataset_free(site->dataset);
    model_free(site->model);
}

void run_steps(Site *site, int steps) {
    for (int k = 0; k < steps; k++) assert_true(train_step(site->trainer));
}

void assert_same_values(const Site *a, const Site *b) {
    assert_memory_equal(network_const_all_values(a->model->network),
                        network_const_all_values(b->model->network),
                        a->model->network->value_count * sizeof(real));
}
