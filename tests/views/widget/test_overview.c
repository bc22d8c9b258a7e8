/* All channels of a tensor in one small picture: shrunk until all have room. */
#include "tests/support/scene_world.h"
#include "views/widget/overview.h"

static void all_channels_have_room(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    const struct {
        const char *op, *heading;
        int width, height;
    } cases[] = {
        {"layer1.0.conv1", "F(x), channels 0-15 of 16", 80, 12},
        {"layer1.0.conv1", "F(x), channels 0-15 of 16", 158, 23},
        {"layer3.0.conv1", "F(x), channels 0-63 of 64", 110, 30},
        {"layer1.0.conv1", "F(x), channels 12-15 of 16", 40, 6}}; /* pages of four: 8 columns are the least */
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        scene_world_select(&world, cases[k].op, PHASE_FORWARD, 12);
        WidgetTensor tensor = widget_tensor(&world.scene, world.scene.op, PHASE_FORWARD);
        Canvas *canvas = canvas_new(cases[k].width, cases[k].height, 0);
        assert_non_null(canvas);
        widget_overview(canvas, canvas_area(canvas), &world.scene, &tensor, 12, "F(x)");
        char *text = canvas_export_text_string(canvas);
        assert_shows(text, "%s", cases[k].heading);
        free(text);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_channels_have_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
