#include "tests/support/session_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/test_image.h"
#include "views/canvas/export.h"
#include "views/scene/action_parse.h"

int session_world_open(void **state) {
    SessionWorld *world = calloc(1, sizeof *world);
    temp_dir_setup((void **)&world->dir);
    char picture[TEMP_PATH_MAX];
    snprintf(picture, sizeof picture, "%s", test_image_write(world->dir, "one.png", 1));
    char *words[] = {(char *)"skipscope", (char *)"resnet20", picture, NULL};
    Options options;
    Error err = {0};
    gemm_init();
    if (!options_parse(&options, 3, words, &err) || !setup_open(&world->setup, &options, &err))
        fail_msg("%s", err.text);
    ScreenConfig config = {.session = {.setup = &world->setup, .image = picture, .target = -1}};
    world->screen = screen_new(&config, &err);
    if (!world->screen) fail_msg("%s", err.text);
    world->session = screen_own(world->screen);
    world->steps = 2 * world->setup.model->network->op_count;
    *state = world;
    return 0;
}

int session_world_close(void **state) {
    SessionWorld *world = *state;
    screen_free(world->screen);
    setup_close(&world->setup);
    temp_dir_teardown((void **)&world->dir);
    free(world);
    return 0;
}

void session_world_act(SessionWorld *world, const char *line) {
    Action action;
    Error err = {0};
    if (!action_parse(line, &action, &err)) fail_msg("%s", err.text);
    screen_do(world->screen, &action);
    screen_finish_work(world->screen);
}

void session_world_press(SessionWorld *world, const char *names) {
    char copy[200], *state = NULL;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok_r(copy, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        Key key = {0};
        assert_true(key_parse(name, &key.code));
        screen_key(world->screen, &key);
        screen_finish_work(world->screen);
    }
}

char *session_world_screen(SessionWorld *world) {
    Canvas *canvas = canvas_new(world->session->display.width, world->session->display.height,
                                world->session->display.flags);
    screen_draw(world->screen, canvas);
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}
