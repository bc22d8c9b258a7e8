/* What the step view draws between its maps, in words. */
#include <stdio.h>
#include <string.h>

#include "core/inspect/contribution.h"
#include "tests/support/scene_world.h"
#include "views/words/describe.h"

/* The caller frees *text. */
static void put_words(const SceneWorld *world, char **text) {
    size_t size;
    FILE *out = open_memstream(text, &size);
    assert_non_null(out);
    describe_view(out, &world->scene, VIEW_STEP);
    fclose(out);
}

static void a_convolution_names_its_largest_part_and_the_kernel(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    for (int phase = 0; phase < 2; phase++) {
        double parts[16];
        int largest = 0;
        scene_world_select(&world, "layer1.0.conv2", (Phase)phase, 5);
        assert_true(contribution_of_channels(world.pass, world.scene.op, phase, 5, parts));
        for (int c = 1; c < 16; c++)
            if (parts[c] > parts[largest]) largest = c;
        char *text = NULL;
        put_words(&world, &text);
        assert_shows(text,
                     phase ? "goes to input channel %d, length %.3g."
                           : "comes from input channel %d, length %.3g.",
                     largest, parts[largest]);
        const char *kernel = strstr(text, "The kernel between them, row by row: ");
        assert_non_null(kernel);
        assert_int_equal(scene_count(kernel, ";"), 2); /* between three rows */
        free(text);
    }
    scene_world_close(&world);
}

static void batch_norm_names_its_line(void **state) {
    (void)state;
    SceneWorld world = scene_world_open_pass("resnet20", 0, (PassConfig){.batch_statistics = true});
    scene_world_run(&world, -1);
    scene_world_select(&world, "layer1.0.bn2", PHASE_FORWARD, 5);
    double a = (double)pass_norm_inv_std(world.pass, world.scene.op)[5]; /* gamma 1, beta 0 */
    char *text = NULL;
    put_words(&world, &text);
    assert_shows(text, "For channel 5: y = a x + b with a %+.3g and b %+.3g.", a,
                 -a * (double)pass_norm_mean(world.pass, world.scene.op)[5]);
    free(text);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_convolution_names_its_largest_part_and_the_kernel),
        cmocka_unit_test(batch_norm_names_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
