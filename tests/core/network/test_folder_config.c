#include "core/network/folder_config.h"

#include <string.h>

#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/temp_dir.h"

static const char hugging_face[] =
    "{\"architectures\": [\"ResNetForImageClassification\"], \"model_type\": \"resnet\", \"hidden_act\": "
    "\"gelu\", "
    "\"downsample_in_bottleneck\": true, \"id2label\": {\"0\": \"cat, small\", \"1\": \"dog\"}}";

static const char processor[] =
    "{\"crop_pct\": 0.875, \"do_normalize\": true, \"do_resize\": true, \"image_mean\": [0.485, 0.456, "
    "0.406], "
    "\"image_std\": [0.229, 0.224, 0.225], \"resample\": 3, \"size\": {\"shortest_edge\": 224}}";

static const char timm[] = "{\"architecture\": \"resnet50\", \"num_classes\": 1000, \"pretrained_cfg\": "
                           "{\"input_size\": [3, 224, 224], "
                           "\"interpolation\": \"bicubic\", \"crop_pct\": 0.95, \"crop_mode\": \"center\", "
                           "\"mean\": [0.5, 0.5, 0.25], "
                           "\"std\": [0.5, 0.5, 0.5]}}";

typedef struct World {
    Arena *arena;
    FolderConfig config;
} World;

static void write_text(TempDir *dir, const char *name, const char *text) {
    temp_dir_write(dir, name, text, strlen(text));
}

/* What is found beside a file "w.safetensors", which need not be there. */
static World read_folder(TempDir *dir) {
    World world = {.arena = arena_new()};
    folder_config_read(&world.config, temp_dir_join(dir, "w.safetensors"), world.arena);
    return world;
}

static void assert_pair(const World *world, const char *key, const char *value) {
    for (int k = 0; k < world->config.count; k++) {
        if (strcmp(world->config.pairs[k].key, key) != 0) continue;
        assert_string_equal(world->config.pairs[k].value, value);
        return;
    }
    if (value) fail_msg("there is no %s", key);
}

static void hugging_faces_files_are_read(void **state) {
    write_text(*state, "config.json", hugging_face);
    write_text(*state, "preprocessor_config.json", processor);
    World world = read_folder(*state);
    assert_pair(&world, "classes", "{\"0\":\"cat, small\",\"1\":\"dog\"}");
    assert_pair(&world, "stride_in", "1x1");
    assert_pair(&world, "activation", "gelu");
    assert_pair(&world, "mean", "[0.485,0.456,0.406]");
    assert_pair(&world, "std", "[0.229,0.224,0.225]");
    assert_pair(&world, "preprocess", "resize 256 bicubic, crop 224, RGB");
    assert_string_equal(world.config.said, "config.json of Hugging Face, preprocessor_config.json");
    arena_free(world.arena);
}

static void sizes_are_said_in_several_ways(void **state) {
    static const char *const cases[][2] = {
        {"{\"size\": 224, \"crop_pct\": 0.875, \"resample\": 2}", "resize 256 bilinear, crop 224, RGB"},
        {"{\"size\": {\"shortest_edge\": 384}, \"crop_pct\": 0.875, \"resample\": 3}",
         "resize 384x384 bicubic, crop 384, RGB"},
        {"{\"size\": {\"shortest_edge\": 256}, \"do_center_crop\": true, \"crop_size\": {\"height\": 224, "
         "\"width\": 224}, "
         "\"resample\": 2}",
         "resize 256 bilinear, crop 224, RGB"},
        {"{\"size\": {\"height\": 224, \"width\": 224}, \"resample\": 2}",
         "resize 224x224 bilinear, crop 224, RGB"},
    };
    write_text(*state, "config.json", hugging_face);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        write_text(*state, "preprocessor_config.json", cases[k][0]);
        World world = read_folder(*state);
        assert_pair(&world, "preprocess", cases[k][1]);
        arena_free(world.arena);
    }
}

static void timms_file_is_read(void **state) {
    write_text(*state, "config.json", timm);
    World world = read_folder(*state);
    assert_pair(&world, "mean", "[0.5,0.5,0.25]");
    assert_pair(&world, "preprocess", "resize 235 bicubic, crop 224, RGB"); /* floor(224 / 0.95) */
    assert_string_equal(world.config.said, "config.json of timm");
    arena_free(world.arena);
}

static void what_is_about_something_else_is_nothing(void **state) {
    World world = read_folder(*state);
    assert_int_equal(world.config.count, 0);
    arena_free(world.arena);
    write_text(*state, "config.json", "{\"model_type\": \"bert\", \"id2label\": {\"0\": \"yes\"}}");
    write_text(*state, "preprocessor_config.json", processor);
    world = read_folder(*state);
    assert_int_equal(world.config.count, 0);
    assert_string_equal(world.config.said, "");
    arena_free(world.arena);
}

static void what_is_broken_is_said_and_not_used(void **state) {
    write_text(*state, "config.json", "{\"model_type\": ");
    World world = read_folder(*state);
    assert_int_equal(world.config.count, 0);
    assert_string_equal(world.config.said, "config.json (not used: it is no JSON object)");
    arena_free(world.arena);
    write_text(*state, "config.json",
               "{\"model_type\": \"resnet\", \"id2label\": [3, {}], \"hidden_act\": 7, "
               "\"downsample_in_bottleneck\": 1}");
    write_text(*state, "preprocessor_config.json",
               "{\"image_mean\": [0.1, \"x\", 3], \"image_std\": {}, \"size\": {\"shortest_edge\": -5}, "
               "\"crop_pct\": 1e-300}");
    world = read_folder(*state);
    assert_int_equal(world.config.count, 0);
    arena_free(world.arena);
}

/* As Hugging Face's default: names that name nothing. */
static void numbered_labels_are_no_names(void **state) {
    write_text(*state, "config.json",
               "{\"model_type\": \"resnet\", \"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}}");
    World world = read_folder(*state);
    assert_int_equal(world.config.count, 0);
    arena_free(world.arena);
}

/* The file's own metadata wins; names for another number of classes are not used. */
static void a_model_uses_what_lies_beside_its_file(void **state) {
    ResnetConfig config = {.arch = "resnet8", .classes = 2};
    char path[TEMP_PATH_MAX];
    Error err = {0};
    strcpy(path, temp_dir_join(*state, "w.safetensors"));
    Network *network = fixture_network(&config, 1);
    assert_true(weights_save(network, &(WeightsNotes){.half = false}, path, &err));
    network_free(network);
    write_text(*state, "config.json", hugging_face);
    write_text(*state, "preprocessor_config.json", processor);
    Model *model = model_load_file(path, NULL, &err);
    if (!model) fail_msg("%s", err.text);
    assert_string_equal(model->class_names[0], "cat, small");
    assert_string_equal(network_activation(model->network)->name, "gelu");
    assert_non_null(strstr(model->understood, "config.json of Hugging Face"));
    model_free(model);
    write_text(*state, "config.json",
               "{\"model_type\": \"resnet\", \"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}}");
    model = model_load_file(path, NULL, &err);
    if (!model) fail_msg("%s", err.text);
    assert_null(model->class_names);
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(hugging_faces_files_are_read),
        IN_TEMP_DIR(sizes_are_said_in_several_ways),
        IN_TEMP_DIR(timms_file_is_read),
        IN_TEMP_DIR(what_is_about_something_else_is_nothing),
        IN_TEMP_DIR(what_is_broken_is_said_and_not_used),
        IN_TEMP_DIR(numbered_labels_are_no_names),
        IN_TEMP_DIR(a_model_uses_what_lies_beside_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
