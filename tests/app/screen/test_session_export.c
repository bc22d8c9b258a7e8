/* What is written to files is what the engine holds and the screen shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/format/npy.h"
#include "core/image/image.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static const char *export_to(SessionWorld *world, const char *name) {
    char line[ACTION_TEXT_MAX];
    const char *path = temp_dir_join(world->dir, name);
    snprintf(line, sizeof line, "export %s", path);
    session_world_act(world, line);
    return path;
}

static Tensor prepare(SessionWorld *world) {
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.conv1");
    session_world_act(world, "view maps");
    session_world_act(world, "channel 9");
    return pass_act(world->session->exp.pass, session_scene(world->session).op);
}

static void an_array_holds_the_tensor_in_numpys_order(void **state) {
    SessionWorld *world = *state;
    Tensor tensor = prepare(world);
    NpyArray array;
    Error err = {0};
    if (!npy_load(&array, export_to(world, "t.npy"), &err)) fail_msg("%s", err.text);
    Shape s = tensor.shape;
    assert_true(array.rank == 4 && array.dims[1] == s.c && array.dims[2] == s.h && array.dims[3] == s.w);
    size_t at = ((size_t)9 * (size_t)s.h + 3) * (size_t)s.w + 5;
    assert_true(array.data[at] == (float)tensor.data[shape_index(s, 0, 9, 3, 5)]);
    npy_free(&array);
}

static void a_table_names_every_element(void **state) {
    SessionWorld *world = *state;
    Tensor tensor = prepare(world);
    Error err = {0};
    char *text = (char *)file_read_all(export_to(world, "t.csv"), 1 << 24, &(size_t){0}, &err);
    if (!text) fail_msg("%s", err.text);
    char line[64];
    snprintf(line, sizeof line, "\n9,3,5,%.9g\n", (double)tensor.data[shape_index(tensor.shape, 0, 9, 3, 5)]);
    assert_non_null(strstr(text, line));
    size_t lines = 0;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 1 + shape_count(tensor.shape));
    free(text);
}

static void a_picture_has_a_square_for_every_cell(void **state) {
    SessionWorld *world = *state;
    Tensor tensor = prepare(world);
    Image image;
    Error err = {0};
    if (!image_load(&image, export_to(world, "t.png"), &err)) fail_msg("%s", err.text);
    int zoom = image.width / tensor.shape.w;
    assert_true(zoom >= 1 && image.width == zoom * tensor.shape.w && image.height == zoom * tensor.shape.h);
    const uint8_t *first = image.rgb,
                  *corner = image.rgb + 3 * ((size_t)(zoom - 1) * (size_t)image.width + (size_t)zoom - 1);
    assert_memory_equal(first, corner, 3);
    image_free(&image);
}

static void the_ending_decides_and_others_are_refused(void **state) {
    SessionWorld *world = *state;
    prepare(world);
    char *screen = session_world_screen(world);
    Error err = {0};
    char *text = (char *)file_read_all(export_to(world, "s.txt"), 1 << 20, &(size_t){0}, &err);
    assert_string_equal(text, screen);
    free(text);
    free(screen);
    text = (char *)file_read_all(export_to(world, "s.svg"), 1 << 24, &(size_t){0}, &err);
    assert_non_null(strstr(text, "<svg "));
    free(text);
    export_to(world, "s.doc");
    assert_non_null(strstr(screen_error(world->screen), "expected a file that ends in .txt, .ans or .svg"));
}

static void what_is_not_computed_is_not_written(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select fc");
    const char *path = export_to(world, "t.npy");
    assert_non_null(strstr(screen_error(world->screen), "not computed yet"));
    assert_null(fopen(path, "r"));
}

static void the_key_proposes_a_name(void **state) {
    SessionWorld *world = *state;
    prepare(world);
    screen_key(world->screen, &(Key){.code = 'y'});
    assert_true(layer_is_open(world->screen, LAYER_PROMPT));
    assert_string_equal(world->screen->typing.prompt.text, "export resnet20-layer2.0.conv1.svg");
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(an_array_holds_the_tensor_in_numpys_order),
        SESSION_TEST(a_table_names_every_element),
        SESSION_TEST(a_picture_has_a_square_for_every_cell),
        SESSION_TEST(the_ending_decides_and_others_are_refused),
        SESSION_TEST(what_is_not_computed_is_not_written),
        SESSION_TEST(the_key_proposes_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
