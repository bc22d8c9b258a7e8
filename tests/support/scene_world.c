#include "tests/support/scene_world.h"

#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"

enum { BLOCKS_MAX = 64, SALT = 3 };

const SceneScreen scene_screens[SCENE_SCREENS] = {
    {80, 19, 0},
    {80, 19, CANVAS_ASCII | CANVAS_MONO},
    {120, 35, CANVAS_MONO},
    {120, 35, 0},
    {200, 55, CANVAS_ASCII},
    {200, 55, 0},
};

static Pass *new_pass(const Network *network, PassConfig config) {
    Error err = {0};
    bool lesioned[BLOCKS_MAX] = {[1] = true};
    if (!config.lesioned) config.lesioned = lesioned;
    assert_true(network->block_count <= BLOCKS_MAX);
    Pass *pass = pass_new(network, &config, &err);
    if (!pass) fail_msg("%s", err.text);
    fixture_fill_input(pass, SALT);
    pass_restart(pass, NULL);
    return pass;
}

static void run(Pass *pass, int steps) {
    while ((steps < 0 || scene_steps_done(pass) < steps) &&
           (pass_step_forward(pass) || pass_step_backward(pass))) {
    }
}

SceneWorld scene_world_open(const char *arch, char shortcut, SkipMode skip) {
    return scene_world_open_pass(arch, shortcut, (PassConfig){.skip = skip});
}

SceneWorld scene_world_open_pass(const char *arch, char shortcut, PassConfig pass) {
    Error err = {0};
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    gemm_init();
    subject_note(SUBJECT_NETWORK, "%s, without skip: %s", arch, skip_mode_name(pass.skip));
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 1});
    SceneWorld world = {.model = model_new(network, &err), .screen = {80, 19, 0}};
    assert_non_null(world.model);
    world.pass = new_pass(network, pass);
    world.scene = (Scene){.model = world.model,
                          .network = network,
                          .pass = world.pass,
                          .baseline_mode = SKIP_CUT,
                          .settings = setting_defaults()};
    return world;
}

void scene_world_close(SceneWorld *world) {
    pass_free(world->pass);
    pass_free(world->baseline);
    model_free(world->model);
}

void scene_world_run(SceneWorld *world, int steps) {
    run(world->pass, steps);
}

void scene_world_add_baseline(SceneWorld *world, SkipMode mode) {
    pass_free(world->baseline);
    world->baseline = new_pass(world->scene.network, (PassConfig){.skip = mode});
    run(world->baseline, -1);
    world->scene.baseline = world->baseline;
    world->scene.baseline_mode = mode;
}

void scene_world_select(SceneWorld *world, const char *op, Phase phase, int channel) {
    Scene *scene = &world->scene;
    scene->op = network_find_op(scene->network, op);
    if (scene->op < 0) fail_msg("there is no operation %s", op);
    scene->phase = phase;
    scene->at = scene_at(scene->network, scene->op, phase);
    int last = scene->network->ops[scene->op].out.c - 1;
    scene->channel = channel < last ? channel : last;
}

Rect scene_screen_area(SceneScreen screen) {
    return (Rect){.x = SCENE_MARGIN, .y = SCENE_MARGIN, .w = screen.width, .h = screen.height};
}

Canvas *scene_world_canvas(const SceneWorld *world, const ViewOps *ops, SceneScreen screen) {
    Rect area = scene_screen_area(screen);
    Canvas *canvas = canvas_new(area.w + 2 * SCENE_MARGIN, area.h + 2 * SCENE_MARGIN, screen.flags);
    assert_non_null(canvas);
    assert_true(ops->state_size <= sizeof world->state);
    Rect all = canvas_area(canvas);
    canvas_fill(canvas, all, (Style){0}, SCENE_SENTINEL);
    canvas_fill(canvas, area, (Style){0}, ' ');
    ops->draw(world->state, &world->scene, canvas, area);
    assert_memory_equal(&canvas->clip, &all, sizeof all);
    return canvas;
}

/* Nothing but ASCII on an ASCII canvas, and nothing outside of the area. */
static void assert_in_bounds(const Canvas *canvas, Rect area) {
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            if (canvas->flags & CANVAS_ASCII) assert_true(cell->glyph < 0x7F);
            if (!rect_contains(area, x, y) && (cell->glyph != SCENE_SENTINEL || cell->bg != COLOR_DEFAULT))
                fail_msg("cell %d,%d outside of the area has changed", x, y);
        }
}

static void assert_drawn_again(const SceneWorld *world, const ViewOps *ops, SceneScreen screen,
                               const Canvas *canvas) {
    Canvas *again = scene_world_canvas(world, ops, screen);
    size_t cells = (size_t)canvas->width * (size_t)canvas->height;
    assert_memory_equal(canvas->cells, again->cells, cells * sizeof *canvas->cells);
    canvas_free(again);
}

void scene_world_check(const SceneWorld *world, const ViewOps *ops, SceneScreen screen, bool twice) {
    Canvas *canvas = scene_world_canvas(world, ops, screen);
    assert_in_bounds(canvas, scene_screen_area(screen));
    if (twice) assert_drawn_again(world, ops, screen, canvas);
    canvas_free(canvas);
}

char *scene_world_draw(const SceneWorld *world, const ViewOps *ops, SceneScreen screen) {
    Canvas *canvas = scene_world_canvas(world, ops, screen);
    assert_in_bounds(canvas, scene_screen_area(screen));
    assert_drawn_again(world, ops, screen, canvas);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(text);
    canvas_free(canvas);
    return text;
}

Action scene_world_do(SceneWorld *world, const ViewOps *ops, ActionId id, const char *text) {
    Action action = view_action(id, 0);
    snprintf(action.text, sizeof action.text, "%s", text);
    Action answer = ops->act(world->state, &world->scene, action);
    if (answer.id == ACTION_SELECT)
        scene_world_select(world, answer.text, world->scene.phase, world->scene.channel);
    return answer;
}

int scene_count(const char *text, const char *part) {
    int count = 0;
    for (const char *p = strstr(text, part); p; p = strstr(p + strlen(part), part)) count++;
    return count;
}

void assert_shows(const char *text, const char *format, ...) {
    char wanted[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wanted, sizeof wanted, format, arguments);
    va_end(arguments);
    if (!strstr(text, wanted)) fail_msg("'%s' is not on the screen:\n%s", wanted, text);
}
