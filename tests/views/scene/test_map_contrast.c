/* Contrast, measured in CIELAB lightness on the trained network and every bundled picture: can what a map shows be told
 * apart from the last row of a class? */
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/load/setup.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "views/block/maps.h"
#include "views/scene/scale.h"

/* The middle 90 % and the middle half of the drawn lightness of the values that are not zero. */
typedef struct Spans {
    double wide, narrow;
} Spans;

enum { MAPS_MAX = 1 << 17, VALUES_MAX = 32 * 32 };

/* A theme at a depth: how light each level of each palette is, and the levels from dark to light. */
typedef struct Look {
    ThemeId theme;
    ColorDepth depth;
    double lightness[PALETTE_COUNT][PALETTE_LEVELS];
    int order[PALETTE_COUNT][PALETTE_LEVELS];
} Look;

/* What one look makes of the maps; `most` channels of each operation, from the one with the largest energy on. */
typedef struct Survey {
    Look look;
    int most, count;
    Spans *spans;
} Survey;

enum { SURVEYS = 10 };

typedef struct World {
    Setup setup;
    Pass *pass;
    Scene scene;
    Survey surveys[SURVEYS], blocks;
    double least_order[COLOR_DEPTH_RGB + 1]; /* the least Spearman correlation, by depth */
} World;

static double lightness_at(const Look *look, PaletteId palette, int level) {
    int color = theme_resolve(look->theme, color_map(palette, level), look->depth);
    Rgb rgb = {.r = (uint8_t)(color >> 16), .g = (uint8_t)(color >> 8), .b = (uint8_t)color};
    return color_lightness(look->depth == COLOR_DEPTH_RGB ? rgb : color_of_index_256(color));
}

static const double *sorted_by;

static int by_lightness(const void *a, const void *b) {
    double x = sorted_by[*(const int *)a], y = sorted_by[*(const int *)b];
    return x < y ? -1 : x > y;
}

static Look look_of(ThemeId theme, ColorDepth depth) {
    Look look = {.theme = theme, .depth = depth};
    for (int p = 0; p < PALETTE_COUNT; p++) {
        for (int level = 0; level < PALETTE_LEVELS; level++) {
            look.lightness[p][level] = lightness_at(&look, (PaletteId)p, level);
            look.order[p][level] = level;
        }
        sorted_by = look.lightness[p];
        qsort(look.order[p], PALETTE_LEVELS, sizeof look.order[p][0], by_lightness);
    }
    return look;
}

/* The lightness that a share of the values does not exceed. */
static double lightness_below(const Look *look, PaletteId palette, const int *counts, int total,
                              double share) {
    int wanted = (int)(share * total), seen = 0;
    for (int k = 0; k < PALETTE_LEVELS; k++) {
        int level = look->order[palette][k];
        seen += counts[level];
        if (seen > wanted) return look->lightness[palette][level];
    }
    return look->lightness[palette][look->order[palette][PALETTE_LEVELS - 1]];
}

/* False when less than a quarter of the values differs from zero. */
static bool spans_of_map(const Look *look, PlotMap map, Scale scale, PaletteId palette, Spans *spans) {
    int counts[PALETTE_LEVELS] = {0}, nonzero = 0, total = map.width * map.height;
    for (int j = 0; j < total; j++) {
        double value = (double)map.data[(size_t)j * (size_t)map.stride];
        if (value == 0) continue;
        counts[scale_level(scale, value)]++;
        nonzero++;
    }
    if (4 * nonzero < total) return false;
    spans->wide = lightness_below(look, palette, counts, nonzero, 0.95) -
                  lightness_below(look, palette, counts, nonzero, 0.05);
    spans->narrow = lightness_below(look, palette, counts, nonzero, 0.75) -
                    lightness_below(look, palette, counts, nonzero, 0.25);
    return true;
}

static bool is_map(const World *world, int op) {
    Shape shape = world->scene.network->ops[op].out;
    return shape.h * shape.w > 1;
}

static void measure_op(World *world, Survey *survey, int op) {
    Tensor tensor = scene_tensor(&world->scene, op, PHASE_FORWARD);
    const Profile *profile = scene_profile(&world->scene, op, PHASE_FORWARD);
    assert_non_null(profile);
    world->scene.settings.theme = survey->look.theme;
    for (int k = 0; k < tensor.shape.c && k < survey->most; k++) {
        int channel = profile->ranking[k];
        Scale scale = scene_scale(&world->scene, op, PHASE_FORWARD, channel, MAP_FOCUS);
        PaletteId palette = scene_palette(&world->scene, scale, PHASE_FORWARD);
        assert_true(survey->count < MAPS_MAX);
        survey->count += spans_of_map(&survey->look, plot_map_of(tensor, 0, channel), scale, palette,
                                      &survey->spans[survey->count]);
    }
}

static void show_picture(World *world, int number) {
    char name[ASSET_NAME_MAX];
    Error err = {0};
    asset_image_name(asset_image(number), name);
    assert_true(setup_load_image(&world->setup, name, pass_input(world->pass), &err));
    pass_restart(world->pass, NULL);
    pass_run_forward(world->pass);
    for (int op = 0; op < world->scene.network->op_count; op++)
        assert_true(pass_profile_update(world->pass, op, -1));
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sets median and least of the two spans over all maps that were measured. */
static void summarise(const Survey *survey, Spans *median, Spans *least) {
    double *values = malloc((size_t)survey->count * sizeof *values);
    assert_non_null(values);
    for (int part = 0; part < 2; part++) {
        for (int k = 0; k < survey->count; k++)
            values[k] = part ? survey->spans[k].narrow : survey->spans[k].wide;
        qsort(values, (size_t)survey->count, sizeof *values, by_value);
        *(part ? &median->narrow : &median->wide) = values[survey->count / 2];
        *(part ? &least->narrow : &least->wide) = values[0];
    }
    free(values);
}

static void check(const Survey *survey, Spans median_wanted, Spans least_wanted) {
    Spans median, least;
    summarise(survey, &median, &least);
    print_message(
        "%s, depth %d: %d maps, middle 90 %% median %.1f least %.1f, middle half median %.1f least %.1f\n",
        theme_names[survey->look.theme], (int)survey->look.depth, survey->count, median.wide, least.wide,
        median.narrow, least.narrow);
    assert_true(median.wide >= median_wanted.wide && median.narrow >= median_wanted.narrow);
    assert_true(least.wide >= least_wanted.wide && least.narrow >= least_wanted.narrow);
}

/* All channels of all activations of all pictures: whichever a view chooses to show large is among them. */
static void every_map_is_told_apart_in_lightness(void **state) {
    const World *world = *state;
    assert_true(world->surveys[0].count > 30000);
    check(&world->surveys[0], (Spans){50, 20}, (Spans){30, 10});
}

static void the_strongest_maps_are_told_apart_on_every_screen(void **state) {
    const World *world = *state;
    for (int k = 1; k < SURVEYS; k++) {
        const Survey *survey = &world->surveys[k];
        assert_true(survey->count > 1000);
        if (survey->look.depth == COLOR_DEPTH_16) /* too few steps for more */
            check(survey, (Spans){30, 0}, (Spans){30, 0});
        else
            check(survey, (Spans){50, 20}, (Spans){30, 10});
    }
}

static void the_maps_of_a_block_are_told_apart(void **state) {
    const World *world = *state;
    assert_true(world->blocks.count > 400);
    check(&world->blocks, (Spans){50, 20}, (Spans){30, 10});
}

/* Ranks of the values, equal ones sharing their mean. */
typedef struct Ranked {
    double value;
    int at;
} Ranked;

static int by_ranked(const void *a, const void *b) {
    const Ranked *p = a, *q = b;
    return p->value < q->value ? -1 : p->value > q->value;
}

static void ranks_of(const double *values, int count, double *ranks) {
    static Ranked sorted[VALUES_MAX];
    for (int k = 0; k < count; k++) sorted[k] = (Ranked){values[k], k};
    qsort(sorted, (size_t)count, sizeof *sorted, by_ranked);
    for (int from = 0, to; from < count; from = to) {
        for (to = from; to < count && !(sorted[to].value > sorted[from].value);) to++;
        for (int k = from; k < to; k++) ranks[sorted[k].at] = (from + to - 1) / 2.0;
    }
}

static double spearman(const double *a, const double *b, int count) {
    static double p[VALUES_MAX], q[VALUES_MAX];
    ranks_of(a, count, p);
    ranks_of(b, count, q);
    double mean = (count - 1) / 2.0, pq = 0, pp = 0, qq = 0;
    for (int k = 0; k < count; k++) {
        pq += (p[k] - mean) * (q[k] - mean);
        pp += (p[k] - mean) * (p[k] - mean);
        qq += (q[k] - mean) * (q[k] - mean);
    }
    return pq / sqrt(pp * qq);
}

/* The first level of a palette that looks like this one. */
static int place_of_level(PaletteId palette, int level, ColorDepth depth) {
    if (depth == COLOR_DEPTH_RGB) return level;
    while (level > 0 && palette_index_256(palette, level - 1) == palette_index_256(palette, level)) level--;
    return level;
}

static double order_kept(World *world, int op, ColorDepth depth) {
    static double values[VALUES_MAX], places[VALUES_MAX];
    int channel = scene_profile(&world->scene, op, PHASE_FORWARD)->ranking[0];
    PlotMap map = plot_map_of(scene_tensor(&world->scene, op, PHASE_FORWARD), 0, channel);
    Scale scale = scene_scale(&world->scene, op, PHASE_FORWARD, channel, MAP_FOCUS);
    PaletteId palette = scene_palette(&world->scene, scale, PHASE_FORWARD);
    int count = map.width * map.height;
    assert_true(count <= VALUES_MAX);
    for (int j = 0; j < count; j++) {
        values[j] = (double)map.data[(size_t)j * (size_t)map.stride];
        places[j] = place_of_level(palette, scale_level(scale, values[j]), depth);
    }
    return spearman(values, places, count);
}

/* At native size each value has a pixel of its own. */
static void colours_keep_the_order_of_the_values(void **state) {
    const World *world = *state;
    for (int depth = COLOR_DEPTH_256; depth <= COLOR_DEPTH_RGB; depth++) {
        print_message("depth %d: least Spearman correlation of palette and value %.4f\n", depth,
                      world->least_order[depth]);
        assert_true(world->least_order[depth] >= 0.95);
    }
}

static void characters_use_most_of_the_ramp(void **state) {
    World *world = *state;
    show_picture(world, 3); /* the cat, where the explorer starts */
    for (int op = 0; op < world->scene.network->op_count; op++) {
        if (!is_map(world, op)) continue;
        int channel = scene_profile(&world->scene, op, PHASE_FORWARD)->ranking[0];
        PlotMap map = plot_map_of(scene_tensor(&world->scene, op, PHASE_FORWARD), 0, channel);
        Scale scale = scene_scale(&world->scene, op, PHASE_FORWARD, channel, MAP_FOCUS);
        Canvas *canvas = canvas_new(32, 16, CANVAS_ASCII | CANVAS_MONO);
        assert_non_null(canvas);
        plot_heatmap(canvas, canvas_area(canvas), &(PlotHeatmap){.map = map, .scale = scale, .zoom_max = 4});
        bool seen[128] = {false};
        int kinds = 0;
        for (int k = 0; k < 32 * 16; k++) {
            int glyph = (int)canvas->cells[k].glyph;
            assert_int_not_equal(glyph, ' '); /* what is drawn is never blank */
            kinds += !seen[glyph];
            seen[glyph] = true;
        }
        assert_true(kinds >= 7);
        canvas_free(canvas);
    }
}

/* The maps of an equation have one pair of colours, also those that are never negative. */
static void measure_block(World *world, Survey *survey, int block) {
    Scene scene = world->scene;
    scene.settings.theme = survey->look.theme;
    scene.op = scene.network->blocks[block].output;
    scene.channel = scene_profile(&scene, scene.op, PHASE_FORWARD)->ranking[0];
    BlockMaps maps = block_maps_collect(&scene, block);
    for (int k = 0; k < maps.count; k++) {
        PlotMap map = plot_map_of(maps.maps[k].tensor, 0, maps.maps[k].channel);
        assert_true(survey->count < MAPS_MAX);
        PaletteId palette = scene_palette(&scene, maps.maps[k].scale, PHASE_FORWARD);
        survey->count +=
            spans_of_map(&survey->look, map, maps.maps[k].scale, palette, &survey->spans[survey->count]);
    }
}

static void survey_picture(World *world, int number) {
    show_picture(world, number);
    for (int block = 0; block < world->scene.network->block_count; block++)
        measure_block(world, &world->blocks, block);
    for (int op = 0; op < world->scene.network->op_count; op++) {
        if (!is_map(world, op)) continue;
        for (int k = 0; k < SURVEYS; k++) measure_op(world, &world->surveys[k], op);
        world->scene.settings.theme = THEME_DARK;
        for (int depth = COLOR_DEPTH_256; depth <= COLOR_DEPTH_RGB; depth++)
            world->least_order[depth] =
                fmin(world->least_order[depth], order_kept(world, op, (ColorDepth)depth));
    }
}

/* All channels on a dark screen of true colours, the strongest one at every depth of every theme with colours. */
static void open_surveys(World *world) {
    int used = 0;
    world->surveys[used++] = (Survey){.look = look_of(THEME_DARK, COLOR_DEPTH_RGB), .most = VALUES_MAX};
    for (int theme = THEME_DARK; theme <= THEME_CONTRAST; theme++)
        for (int depth = COLOR_DEPTH_16; depth <= COLOR_DEPTH_RGB; depth++)
            world->surveys[used++] = (Survey){.look = look_of((ThemeId)theme, (ColorDepth)depth), .most = 1};
    assert_int_equal(used, SURVEYS);
    world->blocks =
        (Survey){.look = look_of(THEME_DARK, COLOR_DEPTH_RGB), .spans = malloc(MAPS_MAX * sizeof(Spans))};
    assert_non_null(world->blocks.spans);
    for (int k = 0; k < SURVEYS; k++) {
        world->surveys[k].spans = malloc(MAPS_MAX * sizeof(Spans));
        assert_non_null(world->surveys[k].spans);
    }
    for (int depth = 0; depth <= COLOR_DEPTH_RGB; depth++) world->least_order[depth] = 1;
}

static int world_open(void **state) {
    static World world;
    Error err = {0};
    Setup none = {0};
    assert_true(setup_open_weights(&world.setup, &none, "resnet20", &err));
    world.pass = pass_new(world.setup.model->network, &(PassConfig){.batch = 1, .forward_only = true}, &err);
    assert_non_null(world.pass);
    world.scene = (Scene){.model = world.setup.model,
                          .network = world.setup.model->network,
                          .pass = world.pass,
                          .settings = setting_defaults()};
    open_surveys(&world);
    for (int picture = 0; picture < asset_image_count(); picture++) survey_picture(&world, picture);
    *state = &world;
    return 0;
}

static int world_close(void **state) {
    World *world = *state;
    free(world->blocks.spans);
    for (int k = 0; k < SURVEYS; k++) free(world->surveys[k].spans);
    pass_free(world->pass);
    setup_close(&world->setup);
    return 0;
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_map_is_told_apart_in_lightness),
        cmocka_unit_test(the_strongest_maps_are_told_apart_on_every_screen),
        cmocka_unit_test(the_maps_of_a_block_are_told_apart),
        cmocka_unit_test(colours_keep_the_order_of_the_values),
        cmocka_unit_test(characters_use_most_of_the_ramp),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
