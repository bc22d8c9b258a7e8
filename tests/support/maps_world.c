#include "tests/support/maps_world.h"

#include <stdlib.h>

extern const ViewOps view_maps_ops;

static const SceneScreen sizes[MAPS_WORLD_SIZES] = {
    {80, 21, CANVAS_ASCII | CANVAS_MONO}, {80, 21, 0}, {120, 37, CANVAS_MONO}, {200, 57, CANVAS_ASCII}};

void maps_world_size(SceneWorld *world, int size) {
    world->screen = sizes[size];
    world->scene.width = sizes[size].width;
    world->scene.height = sizes[size].height;
}

SceneWorld maps_world_open(void) {
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    world.scene.true_class = -1;
    maps_world_size(&world, 0);
    return world;
}

void maps_world_select(SceneWorld *world, const char *name, Phase phase) {
    Scene *scene = &world->scene;
    scene->op = network_find_op(scene->network, name);
    assert_true(scene->op >= 0);
    scene->phase = phase;
    scene->at = scene_at(scene->network, scene->op, phase);
    scene->channel = scene->row = scene->column = 0;
}

Action maps_world_act(SceneWorld *world, ActionId id, int number) {
    return view_maps_ops.act(world->state, &world->scene, view_action(id, number));
}

Canvas *maps_world_canvas(const SceneWorld *world) {
    return scene_world_canvas(world, &view_maps_ops, world->screen);
}

void maps_world_shows(const SceneWorld *world, const char *expected) {
    char *text = scene_world_draw(world, &view_maps_ops, world->screen);
    assert_shows(text, "%s", expected);
    free(text);
}

void maps_world_check(const SceneWorld *world) {
    scene_world_check(world, &view_maps_ops, world->screen, true);
}
