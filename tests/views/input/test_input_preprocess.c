/* How the picture was made ready, in words on the input view. */
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"

extern const ViewOps view_input_ops;

static const SceneScreen sizes[] = {{80, 19, CANVAS_ASCII | CANVAS_MONO}, {120, 35, CANVAS_MONO}};

/* A network that is taken for a trained one. */
static SceneWorld world_open(void) {
    SceneWorld world = scene_world_open_pass("resnet20", 0, (PassConfig){.batch_statistics = true});
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .weights_note = "trained",
                          .image_name = "a.jpg",
                          .true_class = -1,
                          .settings = setting_defaults()};
    return world;
}

static char *shown(const SceneWorld *world, int size) {
    return scene_world_draw(world, &view_input_ops, sizes[size]);
}

static void assert_screen(const SceneWorld *world, int size, const char *expected) {
    char *text = shown(world, size);
    assert_shows(text, "%s", expected);
    free(text);
}

static void what_is_guessed_about_pictures_is_said(void **state) {
    (void)state;
    SceneWorld world = world_open();
    Preprocess *preprocess = &world.model->preprocess;
    assert_screen(&world, 0, "resize 32 bilinear, crop 32, RGB, mean and std (all of it a guess)");
    assert_screen(
        &world, 1,
        "resize 32 bilinear, crop 32, RGB, mean 0.4914,0.4822,0.4465, std 0.247,0.2435,0.2616 (all of it a "
        "guess)");
    preprocess->origins[PREPROCESS_CHANNELS] = PREPROCESS_FROM_OPTION;
    assert_screen(&world, 0, "resize 32 bilinear (guess), crop 32 (guess), RGB, mean and std (guess)");
    for (int part = 0; part < PREPROCESS_PARTS; part++) preprocess->origins[part] = PREPROCESS_FROM_FILE;
    char *text = shown(&world, 1);
    assert_null(strstr(text, "resize"));
    free(text);
    scene_world_close(&world);
}

static void a_picture_that_was_turned_says_so(void **state) {
    (void)state;
    SceneWorld world = world_open();
    world.scene.orientation = 6;
    assert_screen(&world, 1, "turned right by 90 degrees (Exif)");
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_guessed_about_pictures_is_said),
        cmocka_unit_test(a_picture_that_was_turned_says_so),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
