#include <stdio.h>
#include <string.h>

#include "tests/support/scene_world.h"
#include "views/analyses/list.h"
#include "views/scene/click.h"

/* Not a view: the list with its cursor in place of a state. */
static int drawn_cursor;

static void draw_list(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area);
    analyses_list_draw(canvas, area, scene, drawn_cursor);
    canvas_unclip(canvas, old);
}

static const ViewOps list_ops = {.name = "list", .draw = draw_list};

static char *shown(const SceneWorld *world, int width, int height, int cursor) {
    drawn_cursor = cursor;
    return scene_world_draw(world, &list_ops, (SceneScreen){width, height, 0});
}

static SceneWorld world_open(SceneAnalyses *analyses) {
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    *analyses = (SceneAnalyses){.eta_s = 0};
    world.scene.analyses = analyses;
    return world;
}

/* Where not all have room, the selected one is seen, and how many are not. */
static void a_list_without_room_scrolls_and_says_so(void **state) {
    (void)state;
    SceneAnalyses analyses;
    SceneWorld world = world_open(&analyses);
    const int heights[] = {6, 9, 12, 15};
    for (int h = 0; h < 4; h++)
        for (int cursor = 0; cursor < ANALYSIS_COUNT; cursor++) {
            char *text = shown(&world, 80, heights[h], cursor), *at = text;
            char wanted[64];
            snprintf(wanted, sizeof wanted, "▸ %s ", analysis_spec((AnalysisId)cursor)->name);
            assert_shows(text, "%s", wanted);
            int hidden = 0, seen = 0;
            while ((at = strstr(at, " more"))) {
                const char *number = at++;
                while (number[-1] >= '0' && number[-1] <= '9') number--;
                hidden += atoi(number);
            }
            for (int k = 0; k < ANALYSIS_COUNT; k++) {
                snprintf(wanted, sizeof wanted, " %-12s%s", analysis_spec((AnalysisId)k)->name,
                         analysis_spec((AnalysisId)k)->title);
                seen += strstr(text, wanted) != NULL;
            }
            assert_true(hidden > 0);
            assert_int_equal(seen + hidden, ANALYSIS_COUNT);
            free(text);
        }
    scene_world_close(&world);
}

static void with_room_all_are_seen_and_told_of(void **state) {
    (void)state;
    SceneAnalyses analyses;
    SceneWorld world = world_open(&analyses);
    const int sizes[][2] = {{80, 21}, {100, 27}, {120, 37}, {200, 57}, {250, 67}};
    for (int s = 0; s < 5; s++) {
        char *text = shown(&world, sizes[s][0], sizes[s][1], ANALYSIS_FLOW);
        for (int k = 0; k < ANALYSIS_COUNT; k++)
            assert_shows(text, "%s", analysis_spec((AnalysisId)k)->title);
        assert_int_equal(scene_count(text, " more"), 0);
        assert_shows(text, "answers");
        assert_shows(text, "source");
        if (sizes[s][0] >= 120) assert_shows(text, "skipscope flow, also");
        if (sizes[s][0] >= 120) assert_shows(text, "not run yet");
        free(text);
    }
    scene_world_close(&world);
}

static void a_click_goes_to_an_entry_and_opens_the_selected_one(void **state) {
    (void)state;
    SceneAnalyses analyses;
    SceneWorld world = world_open(&analyses);
    enum { CURSOR = 4 };
    Canvas *canvas = canvas_new(80, 21, 0);
    ClickMap clicks = {0};
    canvas->clicks = &clicks;
    analyses_list_draw(canvas, canvas_area(canvas), &world.scene, CURSOR);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        Action actions[CLICK_ACTIONS_MAX];
        assert_int_equal(click_find(&clicks, 10, 1 + k, actions), 1);
        int away = k > CURSOR ? k - CURSOR : CURSOR - k;
        assert_int_equal(actions[0].id, k == CURSOR ? ACTION_OPEN : k < CURSOR ? ACTION_UP : ACTION_DOWN);
        assert_int_equal(actions[0].number, away);
    }
    click_clear(&clicks);
    canvas_free(canvas);
    scene_world_close(&world);
}

/* The chart of what has been run stands beside the list. */
static void a_result_is_seen_from_the_list(void **state) {
    (void)state;
    SceneAnalyses analyses;
    SceneWorld world = world_open(&analyses);
    Error err = {0};
    AnalysisInput input = {.model = world.model,
                           .images = pass_input(world.pass),
                           .image_count = 1,
                           .images_label = "a picture",
                           .weights_label = "random",
                           .target_class = -1};
    Analysis *analysis = analysis_new(ANALYSIS_PATHS, &input, &err);
    if (!analysis) fail_msg("%s", err.text);
    while (analysis_step(analysis)) {
    }
    AnalysisResult result = {0};
    assert_true(analysis_report(analysis, &result));
    analyses.results[ANALYSIS_PATHS] = &result;
    char *text = shown(&world, 200, 57, ANALYSIS_PATHS);
    assert_shows(text, "done");
    assert_shows(text, "Result");
    assert_shows(text, "%s", result.table.row_name);
    assert_shows(text, "█");
    assert_int_equal(scene_count(text, "not run"), ANALYSIS_COUNT - 1);
    free(text);
    analysis_result_clear(&result);
    analysis_free(analysis);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_without_room_scrolls_and_says_so),
        cmocka_unit_test(with_room_all_are_seen_and_told_of),
        cmocka_unit_test(a_click_goes_to_an_entry_and_opens_the_selected_one),
        cmocka_unit_test(a_result_is_seen_from_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
