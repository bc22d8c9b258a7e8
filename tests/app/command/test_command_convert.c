/* What is written is read back, to the same answers. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/tensors.h"
#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum { FORMS = 3 };

typedef struct World {
    char in[TEMP_PATH_MAX], image[TEMP_PATH_MAX], out[FORMS][TEMP_PATH_MAX];
} World;

static World new_world(TempDir *dir) {
    static const char *const names[FORMS] = {"o.safetensors", "o.pth", "folder"};
    static const SafetensorsPair pairs[] = {{.key = "recipe", .value = "by hand"}};
    static const char *const classes[] = {"cat", "dog, small", "hen"};
    ResnetConfig config = {.arch = "resnet8", .shortcut = 'B', .classes = 3};
    World world;
    Error err = {0};
    strcpy(world.in, temp_dir_join(dir, "in.safetensors"));
    strcpy(world.image, test_image_write(dir, "a.png", 1));
    for (int k = 0; k < FORMS; k++) strcpy(world.out[k], temp_dir_join(dir, names[k]));
    Model *model = model_new(fixture_network(&config, 1), &err);
    assert_true(model_set_class_names(model, classes, &err));
    if (!model_save(model, pairs, 1, world.in, &err)) fail_msg("%s", err.text);
    model_free(model);
    return world;
}

static void convert(const World *world, int form) {
    ProgramRun run = program_run(ARGS("convert", world->in, world->out[form]));
    if (run.status != 0) fail_msg("%s", run.err);
    assert_non_null(strstr(run.out, "torchvision's names"));
    program_free(&run);
}

static void every_form_gives_the_same_logits(void **state) {
    World world = new_world(*state);
    json_t *wanted = program_run_json(ARGS("classify", world.in, world.image, "--json"));
    for (int k = 0; k < FORMS; k++) {
        convert(&world, k);
        json_t *found = program_run_json(ARGS("classify", world.out[k], world.image, "--json"));
        const char *path[] = {"results", "logits"};
        const json_t *a = json_object_get(json_array_get(json_object_get(wanted, path[0]), 0), path[1]),
                     *b = json_object_get(json_array_get(json_object_get(found, path[0]), 0), path[1]);
        assert_int_equal(json_array_size(a), 3);
        assert_true(json_equal(a, b));
        json_decref(found);
    }
    json_decref(wanted);
}

static void metadata_goes_along(void **state) {
    World world = new_world(*state);
    Error err = {0};
    convert(&world, 0);
    Model *model = model_load_file(world.out[0], NULL, &err);
    if (!model) fail_msg("%s", err.text);
    assert_string_equal(model_value(model, "recipe"), "by hand");
    assert_string_equal(model->class_names[1], "dog, small");
    model_free(model);
    convert(&world, 2);
    char config[TEMP_PATH_MAX + 16];
    snprintf(config, sizeof config, "%s/config.json", world.out[2]);
    json_t *json = json_load_file(config, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "architecture")), "resnet8");
    assert_int_equal(json_array_size(json_object_get(json, "label_names")), 3);
    json_decref(json);
}

static void a_state_dict_has_the_networks_tensors_and_nothing_else(void **state) {
    World world = new_world(*state);
    Error err = {0};
    convert(&world, 1);
    Tensors *file = tensors_open_file(world.out[1], NULL, &err);
    if (!file) fail_msg("%s", err.text);
    const StoredTensor *conv = tensors_find(file, "layer2.0.conv1.weight");
    assert_true(conv && conv->rank == 4 && conv->dims[0] == 32 && conv->dims[1] == 16 && conv->dims[3] == 3);
    assert_string_equal(tensors_left_out(file), "");
    assert_true(tensors_check_data(file, &err));
    tensors_close(file);
}

static void nothing_is_written_over(void **state) {
    World world = new_world(*state);
    convert(&world, 0);
    program_expect_failure(1, "is there already", ARGS("convert", world.in, world.out[0]));
    program_expect_failure(2, "needs MODEL OUT", ARGS("convert", world.in));
    program_expect_failure(1, "cannot be made", ARGS("convert", world.in, "/no-such-folder/folder"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(every_form_gives_the_same_logits),
        IN_TEMP_DIR(metadata_goes_along),
        IN_TEMP_DIR(a_state_dict_has_the_networks_tensors_and_nothing_else),
        IN_TEMP_DIR(nothing_is_written_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
