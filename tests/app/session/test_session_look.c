/* How maps are looked at, by action. */
#include "tests/support/session_world.h"

#include "tests/support/assert_close.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void assert_notice(SessionWorld *world, const char *expected) {
    const char *notice = world->session->notice.text;
    if (!strstr(notice, expected)) fail_msg("'%s' is not in '%s'", expected, notice);
}

static void assert_refused(SessionWorld *world, const char *line, const char *expected) {
    session_world_act(world, line);
    assert_non_null(screen_error(world->screen));
    assert_notice(world, expected);
}

static void the_order_goes_round_and_takes_words(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "order");
    assert_int_equal(world->session->look.settings.order, ORDER_ENERGY);
    session_world_act(world, "order");
    assert_int_equal(world->session->look.settings.order, ORDER_ACTIVATION);
    session_world_act(world, "order");
    assert_int_equal(world->session->look.settings.order, ORDER_GRADIENT);
    assert_notice(world, "it is not computed yet");
    session_world_act(world, "order");
    assert_int_equal(world->session->look.settings.order, ORDER_INDEX);
    session_world_act(world, "order gradient");
    assert_int_equal(world->session->look.settings.order, ORDER_GRADIENT);
    assert_refused(world, "order size", "expected index, energy, activation or gradient, found 'size'");
}

/* The channel with the largest sum of squares, and its cell of the largest magnitude. */
static void find_strongest(Tensor tensor, int *channel, int *row, int *column) {
    double most = -1;
    Shape shape = tensor.shape;
    for (int c = 0; c < shape.c; c++) {
        double squares = 0, peak = -1;
        int place = 0;
        for (int j = 0; j < shape.h * shape.w; j++) {
            double value = (double)tensor.data[shape_index(shape, 0, c, j / shape.w, j % shape.w)];
            squares += value * value;
            if (fabs(value) > peak) peak = fabs(value), place = j;
        }
        if (squares <= most) continue;
        most = squares;
        *channel = c;
        *row = place / shape.w;
        *column = place % shape.w;
    }
}

static Scene drawn_scene(SessionWorld *world) {
    free(session_world_screen(world)); /* what is looked at is measured */
    return session_scene(world->session);
}

static void assert_strongest(SessionWorld *world) {
    Scene scene = drawn_scene(world);
    int channel = 0, row = 0, column = 0;
    find_strongest(scene_tensor(&scene, scene.op, scene.phase), &channel, &row, &column);
    assert_int_equal(scene.channel, channel);
    assert_int_equal(scene.row, row);
    assert_int_equal(scene.column, column);
}

static void what_nobody_chose_is_the_strongest_channel_and_its_largest_cell(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    static const char *const places[] = {"conv1 forward", "layer2.0.add forward", "layer2.0.add backward",
                                         "fc forward"};
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
        char line[64];
        snprintf(line, sizeof line, "select %s", places[k]);
        session_world_act(world, line);
        assert_strongest(world);
    }
}

static void a_channel_that_was_chosen_stays_and_a_cell_too(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select conv1");
    session_world_act(world, "channel 0");
    session_world_act(world, "next-op");
    Scene scene = drawn_scene(world);
    assert_int_equal(scene.channel, 0);
    double here = fabs((double)pass_act(scene.pass, scene.op)
                           .data[shape_index(scene_shape(&scene), 0, 0, scene.row, scene.column)]);
    Stats stats = pass_act_profile(scene.pass, scene.op)->channels[0].stats;
    assert_true(here == fmax(fabs(stats.min), fabs(stats.max)));
    session_world_act(world, "cell 3 5");
    session_world_act(world, "channel 2");
    session_world_act(world, "next-op");
    scene = drawn_scene(world);
    assert_int_equal(scene.channel, 2);
    assert_int_equal(scene.row, 3);
    assert_int_equal(scene.column, 5);
}

/* Moving the cell of a channel that nobody chose is choosing that channel. */
static void a_cell_that_is_chosen_keeps_its_channel(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select conv1");
    int channel = drawn_scene(world).channel;
    session_world_act(world, "cell 1 1");
    session_world_act(world, "next-op");
    assert_int_equal(drawn_scene(world).channel, channel);
}

static void scopes_poolings_and_clipping_take_words(void **state) {
    SessionWorld *world = *state;
    static const char *const scopes[] = {"auto", "map", "group", "layer", "stage", "network"};
    for (int k = 0; k <= SCOPE_NETWORK; k++) {
        char line[32];
        snprintf(line, sizeof line, "scope %s", scopes[k]);
        session_world_act(world, line);
        assert_int_equal(world->session->look.settings.scope, k);
    }
    session_world_act(world, "scope");
    assert_int_equal(world->session->look.settings.scope, SCOPE_AUTO);
    session_world_act(world, "pooling largest");
    assert_int_equal(world->session->look.settings.pooling, POOLING_LARGEST);
    session_world_act(world, "pooling");
    assert_int_equal(world->session->look.settings.pooling, POOLING_AUTO);
    session_world_act(world, "clip on");
    assert_int_equal(world->session->look.settings.clip, CLIP_ON);
    assert_refused(world, "scope block", "expected auto, map, group, layer, stage or network, found 'block'");
    assert_refused(world, "pooling max", "expected auto, mean or largest");
    assert_refused(world, "clip 3", "expected auto, off or on");
}

static void palettes_are_kept_apart_by_what_they_show(void **state) {
    SessionWorld *world = *state;
    PaletteId activations = setting_palette(&world->session->look.settings, PALETTE_USE_ACTIVATION);
    session_world_act(world, "palette gradients puor");
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_GRADIENT), PALETTE_PUOR);
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_ACTIVATION), activations);
    session_world_act(world, "palette weights rdbu");
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_WEIGHT), PALETTE_RDBU);
    session_world_act(world, "palette magma");
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_MAGNITUDE), PALETTE_MAGMA);
    assert_refused(world, "palette jet", "found 'jet'");
    /* Without a word: the next of the kind that is shown. */
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.conv1");
    PaletteId before = setting_palette(&world->session->look.settings, PALETTE_USE_GRADIENT);
    session_world_act(world, "palette");
    assert_int_not_equal(setting_palette(&world->session->look.settings, PALETTE_USE_GRADIENT), before);
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_MAGNITUDE), PALETTE_MAGMA);
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_ACTIVATION), activations);
}

/* Does the ranking in the scene order the norms of what the pass holds now? */
static void assert_ranked(SessionWorld *world, Phase phase) {
    session_look_prepare(world->session);
    Scene scene = session_scene(world->session);
    assert_true(scene_is_ranked(&scene));
    Tensor tensor = phase == PHASE_FORWARD ? pass_act(scene.pass, scene.op) : pass_grad(scene.pass, scene.op);
    size_t channels = (size_t)tensor.shape.c;
    double before = INFINITY;
    for (int k = 0; k < (int)channels; k++) {
        double square = 0;
        for (size_t j = (size_t)scene_channel_at(&scene, k); j < shape_count(tensor.shape); j += channels)
            square += (double)tensor.data[j] * (double)tensor.data[j];
        assert_true(square <= before);
        before = square;
        assert_int_equal(scene_place_of(&scene, scene_channel_at(&scene, k)), k);
    }
}

static void the_order_is_never_stale(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.conv1");
    session_world_act(world, "order activation");
    assert_ranked(world, PHASE_FORWARD);
    session_world_act(world, "order gradient");
    session_look_prepare(world->session);
    Scene scene = session_scene(world->session);
    assert_false(scene_is_ranked(&scene));
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.conv1");
    assert_ranked(world, PHASE_BACKWARD);
    for (int n = 0; n < 3; n++) {
        session_world_act(world, n == 0 ? "without-skip cut" : n == 1 ? "target 3" : "without-skip none");
        assert_ranked(world, PHASE_BACKWARD);
    }
}

static void a_new_order_keeps_the_selected_channel(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.conv1");
    session_world_act(world, "view maps");
    session_world_act(world, "channel 7");
    session_world_act(world, "order activation");
    Scene scene = session_scene(world->session);
    assert_int_equal(scene.channel, 7);
    int place = scene_place_of(&scene, 7), next = scene_channel_at(&scene, place < 15 ? place + 1 : place);
    session_world_act(world, "right");
    assert_int_equal(session_scene(world->session).channel, next);
}

static void assert_screen(SessionWorld *world, const char *expected) {
    char *screen = session_world_screen(world);
    if (!strstr(screen, expected)) fail_msg("'%s' is not in\n%s", expected, screen);
    free(screen);
}

/* The five maps of a block have one scale; it is robust on the way back, in whatever view one came from. */
static void a_block_shows_its_gradients_on_a_clipped_scale(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.1.relu2");
    session_world_act(world, "view block");
    session_world_act(world, "scope layer");
    assert_screen(world, "one scale: layer, ");
    assert_screen(world, "clipped");
    session_world_act(world, "scope stage");
    assert_screen(world, "] one scale: stage 1");
    session_world_act(world, "scope layer");
    session_world_act(world, "direction");
    assert_screen(world, "] one scale: layer");
}

static void the_theme_follows_the_background_until_one_is_chosen(void **state) {
    SessionWorld *world = *state;
    Settings *settings = &world->session->look.settings;
    session_world_act(world, "palette activations puor");
    int palette = settings->palettes[PALETTE_USE_ACTIVATION];
    screen_suit_background(world->screen, BACKGROUND_LIGHT);
    assert_int_equal(settings->theme, THEME_LIGHT);
    assert_int_equal(settings->palettes[PALETTE_USE_ACTIVATION], palette);
    screen_suit_background(world->screen, BACKGROUND_UNKNOWN);
    assert_int_equal(settings->theme, THEME_LIGHT);
    /* The contrast theme is light text. */
    session_world_act(world, "presenter on");
    assert_int_equal(settings->theme, THEME_LIGHT);
    screen_suit_background(world->screen, BACKGROUND_DARK);
    assert_int_equal(settings->theme, THEME_CONTRAST);
    session_world_act(world, "presenter off");
    assert_int_equal(settings->theme, THEME_DARK);
    session_world_act(world, "theme mono");
    screen_suit_background(world->screen, BACKGROUND_LIGHT);
    assert_int_equal(settings->theme, THEME_MONO);
}

/* It is the reader's own: the lesson shows it at once, and what was left does so afterwards. */
static void a_lesson_follows_the_background_with_what_lies_below(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson skip");
    screen_suit_background(world->screen, BACKGROUND_LIGHT);
    assert_int_equal(screen_theme(world->screen), THEME_LIGHT);
    session_world_press(world, "q");
    assert_null(screen_lesson(world->screen));
    assert_int_equal(screen_theme(world->screen), THEME_LIGHT);
}

int main(void) {
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)
    const struct CMUnitTest tests[] = {
        WITH_WORLD(the_order_goes_round_and_takes_words),
        WITH_WORLD(what_nobody_chose_is_the_strongest_channel_and_its_largest_cell),
        WITH_WORLD(a_channel_that_was_chosen_stays_and_a_cell_too),
        WITH_WORLD(a_cell_that_is_chosen_keeps_its_channel),
        WITH_WORLD(scopes_poolings_and_clipping_take_words),
        WITH_WORLD(palettes_are_kept_apart_by_what_they_show),
        WITH_WORLD(the_order_is_never_stale),
        WITH_WORLD(a_new_order_keeps_the_selected_channel),
        WITH_WORLD(a_block_shows_its_gradients_on_a_clipped_scale),
        WITH_WORLD(the_theme_follows_the_background_until_one_is_chosen),
        WITH_WORLD(a_lesson_follows_the_background_with_what_lies_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
