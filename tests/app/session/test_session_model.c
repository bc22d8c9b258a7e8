/* Another network in place of the one that is shown. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static const Network *network_of(const SessionWorld *world) {
    return world->session->exp.setup->model->network;
}

static const char *op_name(SessionWorld *world) {
    return network_of(world)->ops[session_scene(world->session).op].name;
}

static void assert_screen_has(SessionWorld *world, const char *text) {
    char *screen = session_world_screen(world);
    if (!strstr(screen, text)) fail_msg("no '%s' on the screen:\n%s", text, screen);
    free(screen);
}

static void an_architecture_comes_with_random_weights_and_says_so(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer2.1.add");
    session_world_act(world, "run-here");
    session_world_act(world, "arch resnet32");
    assert_string_equal(network_of(world)->arch, "resnet32");
    assert_string_equal(op_name(world), "layer2.1.add");
    assert_true(pass_act(world->session->exp.pass, session_scene(world->session).op).data != NULL);
    assert_true(pass_batch_statistics(world->session->exp.pass));
    assert_screen_has(world, "random weights, seed 0");
    assert_screen_has(world, "resnet32 ");
}

/* Its sixty million weights are drawn as the pass comes to them: that is why its screen is there at once. */
static void of_a_large_network_only_what_has_run_is_drawn(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "arch resnet152");
    const Network *network = network_of(world);
    for (int view = 0; view < VIEW_COUNT; view++) {
        world->session->look.view = (ViewId)view;
        free(session_world_screen(world));
    }
    world->session->look.view = VIEW_ARCHITECTURE;
    assert_screen_has(world, "resnet152 ");
    assert_close(network_drawn(network), 0, 0);
    session_world_act(world, "step");
    size_t convolution = network_op_param_count(network, 1);
    assert_close(network_drawn(network), (double)convolution / (double)network_param_count(network), 1e-5);
}

static void trained_weights_come_by_the_name_of_a_bundled_model(void **state) {
    SessionWorld *world = *state;
    static const char *const names[] = {"resnet20", "bundled plain20", "resnet20-cifar10",
                                        "plain20-cifar10.safetensors"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        char line[64];
        snprintf(line, sizeof line, "weights %s", names[k]);
        session_world_act(world, line);
        assert_string_equal(network_of(world)->arch, strstr(names[k], "plain") ? "plain20" : "resnet20");
        assert_false(pass_batch_statistics(world->session->exp.pass));
        assert_non_null(strstr(world->session->exp.weights_note, "trained: bundled "));
    }
}

static void a_file_of_weights_brings_its_numbers(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    char line[TEMP_PATH_MAX + 16];
    const char *path = temp_dir_join(world->dir, "mine.safetensors");
    assert_true(model_save(world->setup.model, NULL, 0, path, &err));
    session_world_act(world, "finish");
    double loss = pass_loss(world->session->exp.pass);
    session_world_act(world, "arch resnet32");
    snprintf(line, sizeof line, "weights %s", path);
    session_world_act(world, line);
    session_world_act(world, "restart");
    session_world_act(world, "finish");
    assert_non_null(strstr(world->session->exp.weights_note, "trained: mine.safetensors"));
    assert_false(pass_batch_statistics(world->session->exp.pass));
    assert_close(pass_loss(world->session->exp.pass), loss, 0); /* the same weights, the same picture */
}

static void what_cannot_be_loaded_changes_nothing(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *line, *says;
    } cases[] = {{"arch resnet21", "resnet21"}, {"weights no-such-file", "no-such-file"}, {"weights .", "."}};
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "without-skip lesion");
    session_world_act(world, "watch layer1.0.add 0 0 0");
    const Pass *pass = world->session->exp.pass;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        session_world_act(world, cases[k].line);
        assert_non_null(screen_error(world->screen));
        assert_non_null(strstr(screen_error(world->screen), cases[k].says));
        assert_ptr_equal(world->session->exp.pass, pass);
        assert_ptr_equal(world->session->exp.setup, &world->setup);
        assert_int_equal(world->session->stops.watch_count, 1);
    }
}

static void broken_weights_are_refused_in_one_sentence(void **state) {
    SessionWorld *world = *state;
    char line[TEMP_PATH_MAX + 16];
    const char *path =
        temp_dir_write(world->dir, "broken.safetensors", "\x10\0\0\0\0\0\0\0{\"a\":1}         ", 24);
    snprintf(line, sizeof line, "weights %s", path);
    session_world_act(world, line);
    assert_non_null(strstr(screen_error(world->screen), "broken.safetensors"));
    assert_string_equal(network_of(world)->arch, "resnet20");
}

static void the_picture_is_prepared_for_the_new_size(void **state) {
    SessionWorld *world = *state;
    char name[ACTION_TEXT_MAX];
    snprintf(name, sizeof name, "%s", world->session->exp.picture.name);
    session_world_act(world, "arch resnet18");
    Shape shape = pass_act(world->session->exp.pass, 0).shape;
    assert_int_equal(shape.h, 224);
    assert_string_equal(world->session->exp.picture.name, name);
    real *expected = calloc(shape_count(shape), sizeof *expected);
    Error err = {0};
    assert_true(setup_load_image(world->session->exp.setup, name, expected, &err));
    assert_memory_equal(pass_act(world->session->exp.pass, 0).data, expected,
                        shape_count(shape) * sizeof(real));
    free(expected);
    session_world_act(world, "image cat");
    session_world_act(world, "arch resnet20");
    assert_int_equal(pass_act(world->session->exp.pass, 0).shape.h, 32);
    assert_string_equal(world->session->exp.picture.name, "04-cat");
}

static void a_picture_that_is_gone_gives_way_to_a_bundled_one(void **state) {
    SessionWorld *world = *state;
    assert_int_equal(remove(world->session->exp.picture.name), 0);
    session_world_act(world, "arch resnet32");
    assert_string_equal(network_of(world)->arch, "resnet32");
    assert_string_equal(world->session->exp.picture.name, "04-cat");
    assert_non_null(strstr(world->session->notice.text, "the picture is 04-cat"));
}

static void what_names_operations_stays_where_they_exist(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "arch resnet32");
    session_world_act(world, "break layer1.0.add");
    session_world_act(world, "break layer1.4.add backward");
    session_world_act(world, "break if nan");
    session_world_act(world, "watch layer3.2.add 5 1 2");
    session_world_act(world, "watch layer3.4.add 5 1 2");
    session_world_act(world, "select layer3.2.add");
    session_world_act(world, "mark a");
    session_world_act(world, "select layer3.4.add");
    session_world_act(world, "mark b");
    session_world_act(world, "twin plain");
    session_world_act(world, "without-skip lesion:layer3.4");
    session_world_act(world, "arch resnet20");
    const Stops *stops = &world->session->stops;
    assert_int_equal(stops->breakpoint_count, 2);
    assert_true(stops->flags[network_find_op(network_of(world), "layer1.0.add")]);
    assert_int_equal(stops->watch_count, 1);
    assert_int_equal(stops->watches[0].op, network_find_op(network_of(world), "layer3.2.add"));
    assert_true(stops->marks[0].set);
    assert_false(stops->marks[1].set);
    assert_int_equal(world->session->twin.show, TWIN_OFF);
    assert_int_equal(pass_skip_mode(world->session->exp.pass), SKIP_NONE_REMOVED);
    session_world_act(world, "go-mark a");
    assert_string_equal(op_name(world), "layer3.2.add");
}

static void a_finished_program_is_finished_in_the_new_network(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "view gradients");
    session_world_act(world, "arch plain32");
    assert_int_equal(scene_steps_done(world->session->exp.pass), 2 * network_of(world)->op_count);
    assert_screen_has(world, "no skips");
}

static void every_view_draws_the_new_network(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer3.2.add");
    session_world_act(world, "fold stages");
    session_world_act(world, "open");
    session_world_act(world, "fold blocks");
    session_world_act(world, "open");
    session_world_act(world, "arch resnet50");
    session_world_act(world, "arch resnet20");
    for (int k = 0; k < VIEW_COUNT; k++) {
        world->session->look.view = (ViewId)k;
        assert_screen_has(world, "resnet20");
    }
}

static void the_screen_says_that_it_loads_before_it_does(void **state) {
    SessionWorld *world = *state;
    screen_do(world->screen, &(Action){.id = ACTION_ARCH, .text = "resnet32"});
    assert_screen_has(world, "loading resnet32 ...");
    assert_string_equal(network_of(world)->arch, "resnet20");
    assert_true(screen_work(world->screen));
    assert_string_equal(network_of(world)->arch, "resnet32");
}

static void keys_typed_ahead_mean_the_new_network(void **state) {
    SessionWorld *world = *state;
    screen_do(world->screen, &(Action){.id = ACTION_ARCH, .text = "resnet32"});
    screen_do(world->screen, &(Action){.id = ACTION_STEP, .number = 2});
    screen_finish_work(world->screen);
    assert_string_equal(network_of(world)->arch, "resnet32");
    assert_int_equal(scene_steps_done(world->session->exp.pass), 3);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(an_architecture_comes_with_random_weights_and_says_so),
        SESSION_TEST(of_a_large_network_only_what_has_run_is_drawn),
        SESSION_TEST(trained_weights_come_by_the_name_of_a_bundled_model),
        SESSION_TEST(a_file_of_weights_brings_its_numbers),
        SESSION_TEST(what_cannot_be_loaded_changes_nothing),
        SESSION_TEST(broken_weights_are_refused_in_one_sentence),
        SESSION_TEST(the_picture_is_prepared_for_the_new_size),
        SESSION_TEST(a_picture_that_is_gone_gives_way_to_a_bundled_one),
        SESSION_TEST(what_names_operations_stays_where_they_exist),
        SESSION_TEST(a_finished_program_is_finished_in_the_new_network),
        SESSION_TEST(every_view_draws_the_new_network),
        SESSION_TEST(the_screen_says_that_it_loads_before_it_does),
        SESSION_TEST(keys_typed_ahead_mean_the_new_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
