/* What the colours of a map span, and how that is said. */
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/scene/scale.h"

static int world_open(void **state) {
    static SceneWorld world;
    world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .settings = setting_defaults()};
    *state = &world;
    return 0;
}

static int world_close(void **state) {
    scene_world_close(*state);
    return 0;
}

static int select_op(SceneWorld *world, const char *name) {
    int op = network_find_op(world->scene.network, name);
    assert_true(op >= 0);
    return world->scene.op = op;
}

static Scale scale_in(SceneWorld *world, ScopeKind scope, Phase phase, int channel) {
    world->scene.settings.scope = scope;
    return scene_scale(&world->scene, world->scene.op, phase, channel, MAP_FOCUS);
}

/* Largest magnitude of channels first .. end-1, and over an op. */
static double largest(Tensor tensor, int first, int end) {
    double most = 0;
    for (size_t j = 0; j < shape_count(tensor.shape); j++) {
        int c = (int)(j % (size_t)tensor.shape.c);
        if (c >= first && c < end) most = fmax(most, fabs((double)tensor.data[j]));
    }
    return most;
}

static void wider_scopes_span_more(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    int op = select_op(world, "layer2.0.conv1");
    world->scene.settings.clip = CLIP_OFF;
    for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
        for (int c = 0; c < 32; c++) {
            Tensor tensor = scene_tensor(&world->scene, op, (Phase)phase);
            double map = scale_in(world, SCOPE_MAP, (Phase)phase, c).hi;
            double group = scale_in(world, SCOPE_GROUP, (Phase)phase, c).hi;
            double layer = scale_in(world, SCOPE_LAYER, (Phase)phase, c).hi;
            double stage = scale_in(world, SCOPE_STAGE, (Phase)phase, c).hi;
            double network = scale_in(world, SCOPE_NETWORK, (Phase)phase, c).hi;
            /* Ends of scales are values of the tensor: no tolerance. */
            assert_close(map, largest(tensor, c, c + 1), 0);
            assert_close(group, largest(tensor, c / 16 * 16, c / 16 * 16 + 16), 0);
            assert_close(layer, largest(tensor, 0, 32), 0);
            assert_true(map <= group && group <= layer && layer <= stage && stage <= network);
        }
    }
}

static void a_stage_is_its_ops_that_have_been_computed(void **state) {
    SceneWorld *world = *state;
    int op = select_op(world, "layer2.0.conv1");
    while (pass_forward_done(world->pass) <= op) pass_step_forward(world->pass);
    Scale first = scale_in(world, SCOPE_STAGE, PHASE_FORWARD, 0);
    assert_close(first.hi, largest(pass_act(world->pass, op), 0, 32), 0);
    scene_world_run(world, -1);
    double most = 0, everywhere = 0;
    for (int i = 0; i < world->scene.network->op_count; i++) {
        const Op *o = &world->scene.network->ops[i];
        double own = largest(pass_act(world->pass, i), 0, o->out.c);
        if (o->out.h == 1) continue;
        everywhere = fmax(everywhere, own);
        if (strncmp(o->name, "layer2.", 7) == 0) most = fmax(most, own);
    }
    assert_close(scale_in(world, SCOPE_STAGE, PHASE_FORWARD, 0).hi, most, 0);
    assert_close(scale_in(world, SCOPE_NETWORK, PHASE_FORWARD, 0).hi, everywhere, 0);
}

static void signed_scales_have_zero_in_the_middle_and_others_at_the_end(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    for (int scope = 0; scope < SCOPE_NETWORK + 1; scope++) {
        select_op(world, "layer1.0.bn1");
        Scale both = scale_in(world, (ScopeKind)scope, PHASE_FORWARD, 3);
        assert_true(both.is_signed && both.lo == -both.hi);
        select_op(world, "layer1.0.relu1");
        Scale gradient = scale_in(world, (ScopeKind)scope, PHASE_BACKWARD, 3);
        assert_true(gradient.is_signed && gradient.lo == -gradient.hi);
        Scale rising = scale_in(world, (ScopeKind)scope, PHASE_FORWARD, 3);
        /* A stage has convolutions in it, whose outputs are signed. */
        if (scope <= SCOPE_LAYER) assert_true(!rising.is_signed && rising.lo == 0);
        if (scope > SCOPE_LAYER) assert_true(rising.is_signed);
    }
}

static void a_layer_of_gradients_is_clipped_at_its_reach_and_says_so(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    int op = select_op(world, "layer2.0.conv1");
    assert_false(scale_in(world, SCOPE_LAYER, PHASE_BACKWARD, 0).clipped);
    assert_true(pass_profile_update(world->pass, op, -1));
    Scale scale = scale_in(world, SCOPE_LAYER, PHASE_BACKWARD, 0);
    assert_true(scale.clipped);
    Tensor gradient = pass_grad(world->pass, op);
    size_t outside = 0, nonzero = 0;
    for (size_t j = 0; j < shape_count(gradient.shape); j++) {
        outside += fabs((double)gradient.data[j]) > scale.hi;
        nonzero += gradient.data[j] != 0;
    }
    assert_true(outside > 0 && (double)outside <= 0.005 * (double)nonzero);
    assert_false(scale_in(world, SCOPE_LAYER, PHASE_FORWARD, 0).clipped);
    assert_false(scale_in(world, SCOPE_NETWORK, PHASE_BACKWARD, 0).clipped);
    world->scene.settings.clip = CLIP_OFF;
    assert_false(scale_in(world, SCOPE_LAYER, PHASE_BACKWARD, 0).clipped);
    world->scene.settings.clip = CLIP_ON;
    assert_true(scale_in(world, SCOPE_LAYER, PHASE_FORWARD, 0).clipped);
}

/* A large map by its own middle 98 %, the small ones of an overview by the layer's. */
static void auto_is_the_map_alone_and_the_layer_in_an_overview(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    int op = select_op(world, "layer2.0.conv1");
    Scene *scene = &world->scene;
    scene->settings.scope = SCOPE_AUTO;
    /* While the layer's figures are not there, from the least to the largest value. */
    Scale early = scene_scale(scene, op, PHASE_FORWARD, 5, MAP_OVERVIEW);
    assert_false(early.by_quarters);
    assert_close(early.hi, largest(pass_act(world->pass, op), 0, 32), 0); /* a value of the tensor */
    assert_true(pass_profile_update(world->pass, op, 5));
    const Profile *profile = pass_act_profile(world->pass, op);
    Scale small = scene_scale(scene, op, PHASE_FORWARD, 5, MAP_OVERVIEW);
    assert_true(small.by_quarters && small.clipped && small.is_signed);
    assert_close(small.hi, profile->spread.reach, 0);
    for (int c = 0; c < 32; c++) {
        assert_close(scene_scale(scene, op, PHASE_FORWARD, c, MAP_OVERVIEW).hi, small.hi, 0);
        /* The fifth from its profile, the others from the tensor. */
        Spread own = channel_spread(pass_act(world->pass, op), c);
        Scale large = scene_scale(scene, op, PHASE_FORWARD, c, MAP_FOCUS);
        assert_close(large.hi, own.reach, 0);
        assert_memory_equal(large.quarter, own.quarter, sizeof own.quarter);
        assert_int_equal(large.outside, own.outside);
        assert_int_equal(large.count, 16 * 16);
    }
    scene->settings.clip = CLIP_OFF;
    Scale whole = scene_scale(scene, op, PHASE_FORWARD, 5, MAP_FOCUS);
    assert_true(whole.by_quarters && !whole.clipped && whole.outside == 0);
    assert_close(whole.hi, largest(pass_act(world->pass, op), 5, 6), 0);
    assert_string_equal(scene_scope_text(scene, op, 5, MAP_FOCUS).text, "map");
    assert_string_equal(scene_scope_text(scene, op, 5, MAP_OVERVIEW).text, "layer");
}

static void only_small_maps_of_activations_are_shrunk_by_mean(void **state) {
    SceneWorld *world = *state;
    assert_int_equal(scene_pooling(&world->scene, PHASE_FORWARD, MAP_OVERVIEW), PLOT_MEAN);
    assert_int_equal(scene_pooling(&world->scene, PHASE_FORWARD, MAP_FOCUS), PLOT_LARGEST);
    assert_int_equal(scene_pooling(&world->scene, PHASE_BACKWARD, MAP_OVERVIEW), PLOT_LARGEST);
    world->scene.settings.pooling = POOLING_MEAN;
    assert_int_equal(scene_pooling(&world->scene, PHASE_FORWARD, MAP_FOCUS), PLOT_MEAN);
}

static void assert_text(SceneWorld *world, ScopeKind scope, int channel, const char *expected) {
    world->scene.settings.scope = scope;
    assert_string_equal(scene_scope_text(&world->scene, world->scene.op, channel, MAP_FOCUS).text, expected);
}

static void every_scope_has_a_name(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    int op = select_op(world, "layer2.0.conv1");
    assert_text(world, SCOPE_MAP, 5, "map");
    assert_text(world, SCOPE_GROUP, 5, "group 0-15");
    assert_text(world, SCOPE_GROUP, 31, "group 16-31");
    assert_text(world, SCOPE_LAYER, 5, "layer");
    assert_text(world, SCOPE_STAGE, 5, "stage 2");
    assert_text(world, SCOPE_NETWORK, 5, "network");
    assert_true(pass_profile_update(world->pass, op, -1));
    world->scene.settings.order = ORDER_ACTIVATION;
    world->scene.ranking = pass_act_profile(world->pass, op)->ranking;
    world->scene.ranking_count = 32;
    assert_text(world, SCOPE_GROUP, world->scene.ranking[20], "ranks 16-31");
    select_op(world, "conv1");
    assert_text(world, SCOPE_STAGE, 5, "stem and head");
}

/* A group follows the order shown: the sixteen loudest channels share a scale. */
static void a_group_is_cut_in_the_order_shown(void **state) {
    SceneWorld *world = *state;
    scene_world_run(world, -1);
    int op = select_op(world, "layer2.0.conv1");
    assert_true(pass_profile_update(world->pass, op, -1));
    world->scene.settings.order = ORDER_ACTIVATION;
    world->scene.ranking = pass_act_profile(world->pass, op)->ranking;
    world->scene.ranking_count = 32;
    double most = 0;
    for (int k = 16; k < 32; k++)
        most = fmax(most,
                    largest(pass_act(world->pass, op), world->scene.ranking[k], world->scene.ranking[k] + 1));
    assert_close(scale_in(world, SCOPE_GROUP, PHASE_FORWARD, world->scene.ranking[31]).hi, most, 0);
}

int main(void) {
    gemm_init();
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)
    const struct CMUnitTest tests[] = {
        WITH_WORLD(wider_scopes_span_more),
        WITH_WORLD(a_stage_is_its_ops_that_have_been_computed),
        WITH_WORLD(signed_scales_have_zero_in_the_middle_and_others_at_the_end),
        WITH_WORLD(a_layer_of_gradients_is_clipped_at_its_reach_and_says_so),
        WITH_WORLD(auto_is_the_map_alone_and_the_layer_in_an_overview),
        WITH_WORLD(only_small_maps_of_activations_are_shrunk_by_mean),
        WITH_WORLD(every_scope_has_a_name),
        WITH_WORLD(a_group_is_cut_in_the_order_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
