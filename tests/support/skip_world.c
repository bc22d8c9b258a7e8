#include "tests/support/skip_world.h"

#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"

enum { MARGIN = 2, SENTINEL = '~', BLOCKS_MAX = 64, SALT = 3 };

const SkipScreen skip_screens[SKIP_SCREENS] = {
    {80, 19, 0},
    {80, 19, CANVAS_ASCII | CANVAS_MONO},
    {120, 35, CANVAS_MONO},
    {120, 35, 0},
    {200, 55, CANVAS_ASCII},
    {200, 55, 0},
};

static Pass *new_pass(const Network *network, SkipMode skip) {
    Error err = {0};
    bool lesioned[BLOCKS_MAX] = {[1] = true};
    PassConfig config = {.skip = skip, .lesioned = lesioned};
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

SkipWorld skip_world_open(const char *arch, char shortcut, SkipMode skip) {
    Error err = {0};
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    gemm_init();
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 1});
    SkipWorld world = {.model = model_new(network, &err)};
    assert_non_null(world.model);
    world.pass = new_pass(network, skip);
    world.scene = (Scene){.model = world.model,
                          .network = network,
                          .pass = world.pass,
                          .baseline_mode = SKIP_CUT,
                          .settings = setting_defaults()};
    return world;
}

void skip_world_close(SkipWorld *world) {
    pass_free(world->pass);
    pass_free(world->baseline);
    model_free(world->model);
}

void skip_world_run(SkipWorld *world, int steps) {
    run(world->pass, steps);
}

void skip_world_add_baseline(SkipWorld *world, SkipMode mode) {
    pass_free(world->baseline);
    world->baseline = new_pass(world->scene.network, mode);
    run(world->baseline, -1);
    world->scene.baseline = world->baseline;
    world->scene.baseline_mode = mode;
}

void skip_world_select(SkipWorld *world, const char *op, Phase phase, int channel) {
    Scene *scene = &world->scene;
    scene->op = network_find_op(scene->network, op);
    if (scene->op < 0) fail_msg("there is no operation %s", op);
    scene->phase = phase;
    scene->at = scene_at(scene->network, scene->op, phase);
    int last = scene->network->ops[scene->op].out.c - 1;
    scene->channel = channel < last ? channel : last;
}

static Canvas *draw_once(const SkipWorld *world, const ViewOps *ops, SkipScreen screen, Rect area) {
    Canvas *canvas = canvas_new(screen.width + 2 * MARGIN, screen.height + 2 * MARGIN, screen.flags);
    assert_non_null(canvas);
    assert_true(ops->state_size <= sizeof world->state);
    Rect all = canvas_area(canvas);
    canvas_fill(canvas, all, (Style){0}, SENTINEL);
    canvas_fill(canvas, area, (Style){0}, ' ');
    ops->draw(world->state, &world->scene, canvas, area);
    assert_memory_equal(&canvas->clip, &all, sizeof all);
    return canvas;
}

static void assert_margin_untouched(const Canvas *canvas, Rect area) {
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            if (!rect_contains(area, x, y) && (cell->glyph != SENTINEL || cell->bg != COLOR_DEFAULT))
                fail_msg("cell %d,%d outside of the area has changed", x, y);
        }
}

char *skip_world_draw(const SkipWorld *world, const ViewOps *ops, SkipScreen screen) {
    Rect area = {.x = MARGIN, .y = MARGIN, .w = screen.width, .h = screen.height};
    Canvas *canvas = draw_once(world, ops, screen, area), *again = draw_once(world, ops, screen, area);
    assert_margin_untouched(canvas, area);
    char *text = canvas_export_text_string(canvas);
    char *ansi = canvas_export_ansi_string(canvas, THEME_DARK, COLOR_DEPTH_RGB);
    char *ansi_again = canvas_export_ansi_string(again, THEME_DARK, COLOR_DEPTH_RGB);
    assert_non_null(text);
    assert_string_equal(ansi, ansi_again);
    for (const char *p = text; *p && (screen.flags & CANVAS_ASCII); p++) assert_true((unsigned char)*p < 127);
    free(ansi);
    free(ansi_again);
    canvas_free(canvas);
    canvas_free(again);
    return text;
}

Action skip_world_do(SkipWorld *world, const ViewOps *ops, ActionId id, const char *text) {
    Action action = view_action(id, 0);
    snprintf(action.text, sizeof action.text, "%s", text);
    Action answer = ops->act(world->state, &world->scene, action);
    if (answer.id == ACTION_SELECT)
        skip_world_select(world, answer.text, world->scene.phase, world->scene.channel);
    return answer;
}

int skip_count(const char *text, const char *part) {
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
