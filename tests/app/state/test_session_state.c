/* The state as one string: what is in it, how it is read, and that it leads to the same screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/state/session_plan.h"
#include "core/base/rng.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/canvas_check.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"
#include "views/scene/action_parse.h"

/* A session on the bundled network, as the program starts. */
typedef struct Spot {
    Setup setup;
    Screen *screen;
    Session *session; /* the user's own on that screen */
} Spot;

static Spot open_spot(void) {
    Spot spot = {.session = NULL};
    return spot;
}

static void begin(Spot *spot, int width, int height) {
    char *words[] = {(char *)"skipscope", NULL};
    Options options;
    Error err = {0};
    gemm_init();
    if (!options_parse(&options, 1, words, &err) || !setup_open(&spot->setup, &options, &err))
        fail_msg("%s", err.text);
    spot->screen = screen_new(&(ScreenConfig){.session = {.setup = &spot->setup, .target = -1}}, &err);
    if (!spot->screen) fail_msg("%s", err.text);
    spot->session = screen_own(spot->screen);
    screen_set_canvas(spot->screen, width, height, 0);
}

static void end(Spot *spot) {
    screen_free(spot->screen);
    setup_close(&spot->setup);
}

static void act(Screen *screen, const char *line) {
    Action action;
    Error err = {0};
    if (!action_parse(line, &action, &err)) fail_msg("%s: %s", line, err.text);
    screen_do(screen, &action);
    screen_finish_work(screen);
}

/* What an error or a hint said is no part of a state. */
static Canvas *draw(Screen *screen) {
    screen_say(screen, NOTICE_NONE, "", 0);
    Canvas *canvas = canvas_new(screen_own(screen)->display.width, screen_own(screen)->display.height,
                                screen_own(screen)->display.flags);
    screen_draw(screen, canvas);
    return canvas;
}

static void expect_same_screen(Screen *a, Screen *b, const char *text) {
    Canvas *mine = draw(a), *yours = draw(b);
    for (int k = 0; k < mine->width * mine->height; k++) {
        const Cell *x = &mine->cells[k], *y = &yours->cells[k];
        if (x->glyph == y->glyph && x->fg == y->fg && x->bg == y->bg && x->attributes == y->attributes)
            continue;
        char *left = session_state_text(screen_own(b));
        fail_msg("%s: column %d row %d is U+%04X, not U+%04X; there it is %s", text, k % mine->width,
                 k / mine->width, (unsigned)y->glyph, (unsigned)x->glyph, left);
    }
    canvas_free(mine);
    canvas_free(yours);
}

static void expect_state(Session *session, const char *expected) {
    char *text = session_state_text(session);
    assert_string_equal(text, expected);
    free(text);
}

static void go(Screen *screen, const char *text) {
    Error err = {0};
    if (!screen_set_state(screen, text, &err)) fail_msg("%s: %s", text, err.text);
    screen_finish_work(screen);
}

static void expect_refusal(const char *text, const char *part) {
    Spot spot = open_spot();
    Error err = {0};
    begin(&spot, 80, 24);
    screen_finish_work(spot.screen); /* what the network says of the picture is known */
    Canvas *before = draw(spot.screen);
    assert_false(screen_set_state(spot.screen, text, &err));
    if (!strstr(err.text, part)) fail_msg("'%s' does not say '%s'", err.text, part);
    screen_finish_work(spot.screen);
    Canvas *after = draw(spot.screen);
    assert_memory_equal(before->cells, after->cells, 80 * 24 * sizeof(Cell));
    canvas_free(before);
    canvas_free(after);
    end(&spot);
}

static void the_start_is_the_shortest_string(void **state) {
    (void)state;
    Spot spot = open_spot();
    begin(&spot, 80, 24);
    expect_state(spot.session, "v1:resnet20");
    end(&spot);
}

static void what_differs_from_the_start_is_named(void **state) {
    (void)state;
    Spot spot = open_spot();
    begin(&spot, 80, 24);
    static const char *const lines[] = {
        "image dog",     "finish",   "finish",         "select layer2.0.add backward",
        "channel 5",     "cell 3 4", "view maps",      "open",
        "scope network", "twin cut", "lesion layer1.1"};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) act(spot.screen, lines[k]);
    expect_state(spot.session,
                 "v1:resnet20,dog,lesion=layer1.1,at=layer2.0.add:backward,done=all,ch=5,row=3,col=4,"
                 "view=maps,maps=enlarged,scope=network,twin=cut");
    end(&spot);
}

/* A channel 0 that was chosen is not the same as none; beside a cell it goes without saying, as it did before a
 * channel could be left to the program. */
static void a_channel_is_named_when_it_was_chosen(void **state) {
    (void)state;
    Spot spot = open_spot();
    begin(&spot, 80, 24);
    act(spot.screen, "step");
    act(spot.screen, "channel 0");
    expect_state(spot.session, "v1:resnet20,at=conv1,done=2,ch=0");
    act(spot.screen, "cell 0 0");
    expect_state(spot.session, "v1:resnet20,at=conv1,done=2,row=0");
    go(spot.screen, "v1:resnet20,at=conv1,done=2,col=3");
    Scene scene = session_scene(spot.session);
    assert_int_equal(scene.channel, 0);
    assert_int_equal(scene.row, 0);
    assert_int_equal(scene.column, 3);
    expect_state(spot.session, "v1:resnet20,at=conv1,done=2,col=3");
    go(spot.screen, "v1:resnet20,at=conv1,done=2,ch=4");
    assert_int_equal(session_scene(spot.session).channel, 4);
    expect_state(spot.session, "v1:resnet20,at=conv1,done=2,ch=4");
    end(&spot);
}

static void random_weights_are_named_by_how_they_were_made(void **state) {
    (void)state;
    Spot spot = open_spot();
    begin(&spot, 80, 24);
    act(spot.screen, "arch resnet56");
    expect_state(spot.session, "v1:resnet56,init=he");
    go(spot.screen, "v1:resnet8,init=normal:0.01,seed=7,bn=eval,shortcut=B");
    expect_state(spot.session, "v1:resnet8,init=normal:0.01,seed=7,shortcut=B,bn=eval");
    assert_string_equal(spot.session->exp.setup->model->network->arch, "resnet8");
    assert_int_equal(spot.session->exp.setup->model->network->shortcut, 'B');
    assert_false(spot.session->exp.config.batch_statistics);
    go(spot.screen, "v1:resnet20");
    expect_state(spot.session, "v1:resnet20");
    end(&spot);
}

static void no_character_needs_quotes_in_a_shell(void **state) {
    TempDir *dir = *state;
    Spot spot = open_spot();
    char line[TEMP_PATH_MAX + 8];
    begin(&spot, 80, 24);
    snprintf(line, sizeof line, "image %s", test_image_write(dir, "a b,c=d'$(e)*.png", 1));
    act(spot.screen, line);
    act(spot.screen, "break if grad < 1e-6");
    char *text = session_state_text(spot.session);
    assert_int_equal(strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:+=,%"),
                     strlen(text));
    Spot other = open_spot();
    begin(&other, 80, 24);
    go(other.screen, text);
    expect_same_screen(spot.screen, other.screen, text);
    expect_state(other.session, text);
    free(text);
    end(&other);
    end(&spot);
}

/* Lines that lead somewhere else, some with a spot for a random number. */
static const char *const moves[] = {"finish",
                                    "finish",
                                    "finish",
                                    "block",
                                    "step",
                                    "step-back",
                                    "restart",
                                    "direction",
                                    "next-op",
                                    "up",
                                    "down",
                                    "left",
                                    "right",
                                    "page-down",
                                    "last",
                                    "first",
                                    "open",
                                    "open",
                                    "close",
                                    "other",
                                    "fold",
                                    "next-view",
                                    "next-view",
                                    "previous-view",
                                    "view maps",
                                    "view value",
                                    "view input",
                                    "view gradients",
                                    "select layer1.1.conv2",
                                    "select layer2.0.add backward",
                                    "select layer3.2.relu1 forward",
                                    "select fc",
                                    "channel 7",
                                    "channel 3",
                                    "cell 2 5",
                                    "cell 30 1",
                                    "image ship",
                                    "image dog",
                                    "target 3",
                                    "target predicted",
                                    "without-skip",
                                    "without-skip plain",
                                    "without-skip none",
                                    "lesion layer1.2",
                                    "lesion layer2.1",
                                    "swap layer1.1 layer1.2",
                                    "swap layer3.1 layer3.2",
                                    "versus",
                                    "twin",
                                    "twin plain",
                                    "twin image bird",
                                    "twin weights plain20",
                                    "twin difference",
                                    "twin off",
                                    "scope",
                                    "order",
                                    "order gradient",
                                    "palette",
                                    "palette weights piyg",
                                    "palette gradients puor",
                                    "pooling",
                                    "clip",
                                    "overlay",
                                    "explain 1",
                                    "explain 3",
                                    "explain off",
                                    "watch",
                                    "watch layer1.0.add 1 2 3",
                                    "break",
                                    "break layer3.0.conv1 backward",
                                    "break if cos < 0",
                                    "presenter",
                                    "weights plain20",
                                    "weights resnet20",
                                    "arch resnet8",
                                    "arch resnet14-nobn"};

static void walk(Screen *screen, Rng *rng, int count) {
    for (int k = 0; k < count; k++) act(screen, moves[rng_below(rng, sizeof moves / sizeof moves[0])]);
    if (layer_is_open(screen, LAYER_FILES)) act(screen, "close");
    if (screen_own(screen)->look.view == VIEW_ANALYSES)
        act(screen, "view block"); /* what has been run there is no state */
}

static void many_random_states_lead_to_the_same_screen(void **state) {
    (void)state;
    enum { WALKS = 60, STEPS = 14 };
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}};
    Rng rng;
    rng_init(&rng, 4711);
    for (int k = 0; k < WALKS; k++) {
        Spot here = open_spot(), there = open_spot();
        begin(&here, sizes[k % 3][0], sizes[k % 3][1]);
        begin(&there, sizes[k % 3][0], sizes[k % 3][1]);
        walk(here.screen, &rng, STEPS);
        char *text = session_state_text(here.session);
        go(there.screen, text);
        expect_same_screen(here.screen, there.screen, text);
        expect_state(there.session, text);
        free(text);
        end(&here);
        end(&there);
    }
}

/* From one random state to another: nothing of the first is left. */
static void a_state_can_be_gone_to_from_anywhere(void **state) {
    (void)state;
    enum { WALKS = 15, STEPS = 14 };
    Rng rng;
    rng_init(&rng, 1234);
    for (int k = 0; k < WALKS; k++) {
        Spot here = open_spot(), there = open_spot();
        begin(&here, 120, 40);
        begin(&there, 120, 40);
        walk(here.screen, &rng, STEPS);
        walk(there.screen, &rng, STEPS);
        char *text = session_state_text(here.session);
        go(there.screen, text);
        expect_same_screen(here.screen, there.screen, text);
        free(text);
        end(&here);
        end(&there);
    }
}

static void an_analysis_that_is_open_is_run_again(void **state) {
    (void)state;
    Spot here = open_spot(), there = open_spot();
    begin(&here, 80, 24);
    begin(&there, 80, 24);
    act(here.screen, "analysis junctions");
    act(here.screen, "down");
    char *text = session_state_text(here.session);
    assert_non_null(strstr(text, "analysis=junctions"));
    go(there.screen, text);
    expect_same_screen(here.screen, there.screen, text);
    free(text);
    end(&here);
    end(&there);
}

static void every_mistake_names_its_field_and_changes_nothing(void **state) {
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"resnet20", "begins with v1:"},
        {"v2:resnet20", "begins with v1:"},
        {"v1:resnet56", "field 'model'"},
        {"v1:resnet57,init=he", "field 'model'"},
        {"v1:resnet20,nosuch.png", "field 'image'"},
        {"v1:resnet20,cat,dog", "expected NAME=VALUE"},
        {"v1:resnet20,scop=map", "the nearest is 'scope'"},
        {"v1:resnet20,scope=all", "field 'scope': expected one of auto, map, group, layer"},
        {"v1:resnet20,scope=", "field 'scope'"},
        {"v1:resnet20,scope=map,scope=map", "field 'scope' stands there twice"},
        {"v1:resnet20,", "after the last comma"},
        {"v1:resnet20,,at=fc", "field 'image' is empty"},
        {"v1:resnet20,init=nice", "field 'init'"},
        {"v1:resnet20,init=he,seed=-1", "field 'seed'"},
        {"v1:resnet20,seed=3", "field 'seed'"},
        {"v1:resnet20,weights=/no/such.safetensors", "field 'weights'"},
        {"v1:resnet20,key=plain20", "field 'key'"},
        {"v1:resnet20,at=layer9.0.add", "field 'at'"},
        {"v1:resnet20,at=fc:sideways", "field 'at'"},
        {"v1:resnet20,done=1000", "field 'done'"},
        {"v1:resnet20,done=half", "field 'done'"},
        {"v1:resnet20,ch=-1", "field 'ch'"},
        {"v1:resnet20,ch=99999999999999999999", "field 'ch'"},
        {"v1:resnet20,view=nice", "field 'view'"},
        {"v1:resnet20,maps=enlarged:3", "field 'maps'"},
        {"v1:resnet20,architecture=level:99", "field 'architecture'"},
        {"v1:resnet20,lesion=layer9.0", "field 'lesion'"},
        {"v1:resnet20,skip=cut,lesion=layer1.0", "exclude each other"},
        {"v1:resnet20,skip=lesion", "field 'skip'"},
        {"v1:plain20,skip=cut", "field 'skip'"},
        {"v1:resnet20,swap=layer1.0", "field 'swap'"},
        {"v1:resnet20,target=10", "field 'target'"},
        {"v1:resnet20,analysis=nice", "field 'analysis'"},
        {"v1:resnet20,watch=fc:1:2", "field 'watch'"},
        {"v1:resnet20,watch=fc:10:0:0", "field 'watch'"},
        {"v1:resnet20,break=layer9", "field 'break'"},
        {"v1:resnet20,break=if%20luck", "field 'break'"},
        {"v1:resnet20,cat%2", "broken %XX"},
        {"v1:resnet20,cat%0A", "broken %XX"},
        {"v1:resnet20,lock=nothing", "field 'lock'"},
        {"v1:resnet20,hide=nothing", "field 'hide'"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) expect_refusal(cases[k].text, cases[k].part);
}

static void random_bytes_are_refused_or_read_without_harm(void **state) {
    (void)state;
    static const char letters[] = "v1:resnet20,cat=%+/.-ABC059\x01\xff mapsview";
    Rng rng;
    rng_init(&rng, 99);
    for (int k = 0; k < 20000; k++) {
        char text[64] = "v1:";
        StatePlan plan;
        Error err = {0};
        size_t length = 3 + rng_below(&rng, 60);
        for (size_t j = 3; j < length; j++) text[j] = letters[rng_below(&rng, sizeof letters - 1)];
        text[length] = '\0';
        if (!state_plan_parse(text, &plan, &err)) assert_true(*err.text);
    }
}

static void states_are_shown_exported_and_gone_to_by_action(void **state) {
    TempDir *dir = *state;
    Spot spot = open_spot();
    char line[TEMP_PATH_MAX + 16], text[256] = "";
    begin(&spot, 80, 24);
    act(spot.screen, "state v1:resnet20,at=fc,done=forward,view=step");
    assert_null(screen_error(spot.screen));
    act(spot.screen, "state");
    assert_string_equal(spot.session->notice.text, "v1:resnet20,at=fc,done=forward,view=step");
    snprintf(line, sizeof line, "export %s", temp_dir_join(dir, "x.state"));
    act(spot.screen, line);
    FILE *file = fopen(temp_dir_join(dir, "x.state"), "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "v1:resnet20,at=fc,done=forward,view=step\n");
    act(spot.screen, "state nonsense");
    assert_non_null(screen_error(spot.screen));
    end(&spot);
}

static void the_command_line_begins_there_or_says_what_is_wrong(void **state) {
    TempDir *dir = *state;
    char script[TEMP_PATH_MAX];
    snprintf(script, sizeof script, "%s", temp_dir_write(dir, "s", "state -\n", 8));
    ProgramRun run = program_run(ARGS("--state", "v1:resnet20,ship,at=fc,view=maps", "--script", script));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "v1:resnet20,ship,at=fc,view=maps\n");
    program_free(&run);
    program_expect_failure(2, "field 'at'", ARGS("--state", "v1:resnet20,at=none", "--script", script));
    program_expect_failure(2, "both say what to show",
                           ARGS("resnet56", "--state", "v1:resnet20", "--script", script));
    program_expect_failure(2, "--seed and --state",
                           ARGS("--seed", "1", "--state", "v1:resnet20", "--script", script));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_is_the_shortest_string),
        cmocka_unit_test(what_differs_from_the_start_is_named),
        cmocka_unit_test(a_channel_is_named_when_it_was_chosen),
        cmocka_unit_test(random_weights_are_named_by_how_they_were_made),
        IN_TEMP_DIR(no_character_needs_quotes_in_a_shell),
        cmocka_unit_test(many_random_states_lead_to_the_same_screen),
        cmocka_unit_test(a_state_can_be_gone_to_from_anywhere),
        cmocka_unit_test(an_analysis_that_is_open_is_run_again),
        cmocka_unit_test(every_mistake_names_its_field_and_changes_nothing),
        cmocka_unit_test(random_bytes_are_refused_or_read_without_harm),
        IN_TEMP_DIR(states_are_shown_exported_and_gone_to_by_action),
        IN_TEMP_DIR(the_command_line_begins_there_or_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
