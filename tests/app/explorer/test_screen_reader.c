/* The explorer in lines: what it says is what the engine holds, menus and lessons work, and whatever is typed
 * nothing but plain lines comes out. */
#include "app/explorer/screen_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/rng.h"
#include "tests/support/assert_close.h"
#include "tests/support/plain_text.h"
#include "tests/support/session_world.h"

/* What it answers to these lines; the caller frees it. */
static char *answer_bytes(SessionWorld *world, const char *lines, size_t size, bool ascii) {
    char *text = NULL;
    size_t length;
    Error err = {0};
    FILE *in = tmpfile(), *out = open_memstream(&text, &length);
    assert_non_null(in);
    assert_non_null(out);
    assert_int_equal(fwrite(lines, 1, size, in), size);
    rewind(in);
    ScreenReaderConfig config = {.in = in, .out = out, .ascii = ascii};
    if (!screen_reader_run(world->screen, &config, &err)) fail_msg("%s", err.text);
    fclose(in);
    fclose(out);
    assert_plain_text(text, ascii);
    assert_int_equal(strlen(text), length);
    return text;
}

static char *answer(SessionWorld *world, const char *lines) {
    return answer_bytes(world, lines, strlen(lines), false);
}

static void expect(SessionWorld *world, const char *lines, const char *part) {
    char *text = answer(world, lines);
    if (!strstr(text, part)) fail_msg("'%s' is not said in:\n%s", part, text);
    free(text);
}

static void lines_that_are_too_long_or_no_text_are_refused_and_the_next_one_counts(void **state) {
    char lines[ACTION_TEXT_MAX + 100], *text;
    size_t used = (size_t)snprintf(lines, sizeof lines, "image %0*d\nview maps\n", ACTION_TEXT_MAX - 6, 0);
    text = answer_bytes(*state, lines, used, false);
    assert_non_null(strstr(text, "\nNot done: the line has 512 bytes, at most 511 are read.\n"));
    assert_null(strstr(text, "cannot be"));
    free(text);
    assert_int_equal(((SessionWorld *)*state)->session->look.view, VIEW_MAPS);
    text = answer_bytes(*state, "vi\0ew\nview block\n", 17, false);
    assert_non_null(strstr(text, "\nNot done: the line has a NUL byte in it.\n"));
    free(text);
    assert_int_equal(((SessionWorld *)*state)->session->look.view, VIEW_BLOCK);
}

static void a_step_is_told_with_its_figures_and_its_peak(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "step\n"), part[200];
    Tensor y = pass_act(world->session->exp.pass, 1);
    Stats stats = pass_act_stats(world->session->exp.pass, 1);
    size_t peak = 0;
    for (size_t k = 0; k < shape_count(y.shape); k++)
        if (y.data[k] > y.data[peak]) peak = k;
    int c = (int)(peak % (size_t)y.shape.c), cell = (int)(peak / (size_t)y.shape.c);
    snprintf(part, sizeof part, "\nLargest %.3g at channel %d, row %d, column %d; smallest ", stats.max, c,
             cell / y.shape.w, cell % y.shape.w);
    if (!strstr(text, part)) fail_msg("'%s' is not said in:\n%s", part, text);
    snprintf(part, sizeof part, "\nMean %.3g, standard deviation %.3g, length (l2 norm) %.3g.\n", stats.mean,
             stats.std, stats.l2);
    assert_non_null(strstr(text, part));
    assert_non_null(strstr(text, "\nconv1: conv 3x3, forward; operation 1 of 71.\n"));
    assert_non_null(strstr(text, "writes 16 channels of 32 by 32.\n"));
    free(text);
}

static void an_addition_is_told_with_both_ways_forward_and_backward(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "finish\nfinish\nselect layer2.1.add forward\ndirection\n"), part[200];
    int block = network_find_block(world->setup.model->network, "layer2.1");
    Junction junction = pass_junction(world->session->exp.pass, block);
    assert_non_null(strstr(text, "The addition: x has length "));
    snprintf(part, sizeof part,
             "gradient %.3g, of it %.3g through the skip and %.3g through F, cosine %+.3f.\n", junction.in_l2,
             junction.skip_l2, junction.branch_l2, junction.cosine);
    if (!strstr(text, part)) fail_msg("'%s' is not said in:\n%s", part, text);
    free(text);
}

static void numbers_and_the_empty_line_choose_from_the_menu(void **state) {
    SessionWorld *world = *state;
    free(answer(world, "1\n\n"));
    assert_int_equal(world->session->exp.at, 2);
    free(answer(world, "2\n"));
    assert_int_equal(world->session->exp.at, 1);
    free(answer(world, "views\n3\n"));
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    expect(world, "99\n", "Not done: the menu goes from 1 to 9.");
}

static void a_letter_is_the_key_that_texts_name(void **state) {
    SessionWorld *world = *state;
    free(answer(world, "f\n"));
    assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps / 2);
}

static void what_is_not_possible_is_said_and_goes_on(void **state) {
    SessionWorld *world = *state;
    expect(world, "finsh\nstep\n", "Not done: there is no action 'finsh': did you mean 'finish'?.");
    expect(world, "select nothing\n", "Not done: resnet20 has no operation 'nothing'");
    expect(world, "screen -\n", "Not done: the screen is a drawing");
    expect(world, "theme dark\n", "theme dark");
}

static void what_needs_a_window_on_the_screen_is_said_and_closed(void **state) {
    SessionWorld *world = *state;
    expect(world, "export\n", "A word is missing after it: export resnet20-input.svg");
    assert_false(layer_is_open(world->screen, LAYER_PROMPT));
    expect(world, "files pictures\n", "\n04-cat\n");
    assert_false(layer_is_open(world->screen, LAYER_FILES));
    expect(world, "explain 1\n", "\ninput: Input\n");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
}

static void words_are_said_and_their_places_can_be_typed(void **state) {
    SessionWorld *world = *state;
    expect(world, "what cosine\n", "\ncosine: How far two lists of numbers point the same way");
    expect(world, "what cosine\n", "\nTo see it, type:\nanalysis junctions\n");
    assert_false(layer_is_open(world->screen, LAYER_WORDS));
    expect(world, "what\n", " words are on this screen:\n");
    expect(world, "what cosin\n", "Not done: what: there is no word 'cosin'; the nearest are cosine");
}

static void a_lesson_is_read_answered_and_left(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "lesson skip\n\n0.5\n1\nskip\nback\nq\n");
    assert_non_null(strstr(text, "\nLesson What a skip adds, page 1 of 7:\nThe sum\n"));
    assert_non_null(strstr(text, "\nView: Block.\nBlock layer2.1, 5 of 9.\n"));
    assert_non_null(strstr(text, "\nQuestion: How long is F(x) there"));
    assert_non_null(strstr(text, "\nYou said 0.5.\n"));
    assert_non_null(strstr(text, "\nNot answered.\n"));
    assert_non_null(strstr(text, "\nthe lesson has been left: 'What a skip adds'.\n"));
    assert_null(world->screen->lesson);
    free(text);
}

static void options_stand_on_lines_of_their_own_and_a_bad_answer_is_asked_again(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "lesson skip\n1\nskip\n1\nskip\n1\nz\nb\n");
    assert_non_null(strstr(text, "\na) y is 0 everywhere\nb) y is exactly x\nc) neither\nType the answer"));
    assert_non_null(strstr(text, "\nNot done: expected a letter from a to c, found 'z'\n"));
    assert_non_null(strstr(text, "\nYou said b: y is exactly x.\nSo it is.\n"));
    free(text);
}

static void a_question_does_not_stand_in_the_way_of_looking_around(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "lesson add\ndescribe\nview gradients\nb\n");
    assert_non_null(strstr(text, "\nView: Gradients.\n"));
    assert_non_null(strstr(text, "\nYou said b: each gets all of it.\n"));
    free(text);
}

static void channels_without_values_are_told_apart(void **state) {
    SessionWorld *world = *state;
    char *text = answer(world, "finish\nselect layer2.0.downsample\nview maps\nchannel 0\ndescribe\n");
    assert_non_null(strstr(text, "\n16 of 32 channels are padding: no input leads to them"));
    assert_non_null(strstr(text, ": zero everywhere, padding.\n"));
    free(text);
    Pass *pass = world->session->exp.pass;
    Tensor tensor = pass_act(pass, network_find_op(pass_network(pass), "layer1.0.relu1"));
    for (size_t j = 3; j < shape_count(tensor.shape); j += (size_t)tensor.shape.c) tensor.data[j] = 0;
    text = answer(world, "select layer1.0.relu1\nchannel 3\ndescribe\n");
    assert_non_null(strstr(text, "\n1 of 16 channels are never active on this picture"));
    assert_non_null(strstr(text, ": zero everywhere, never active on this picture.\n"));
    free(text);
}

static void a_description_goes_to_a_file_as_the_screen_does(void **state) {
    SessionWorld *world = *state;
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 16];
    Error err = {0};
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "words.txt"));
    snprintf(line, sizeof line, "describe %s", path);
    session_world_act(world, "finish");
    session_world_act(world, "view input");
    session_world_act(world, line);
    char *text = (char *)file_read_all(path, 1 << 16, &(size_t){0}, &err);
    if (!text) fail_msg("%s", err.text);
    assert_non_null(strstr(text, "The network says "));
    assert_non_null(strstr(text, "can depend on rows "));
    assert_plain_text(text, false);
    free(text);
    session_world_act(world, "describe");
    assert_non_null(strstr(screen_error(world->screen), "describe: expected a file name, or -"));
}

static void a_lock_on_files_leaves_descriptions_on_the_screen(void **state) {
    SessionWorld *world = *state;
    char path[TEMP_PATH_MAX], lines[TEMP_PATH_MAX + 32];
    Error err = {0};
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "words.txt"));
    snprintf(lines, sizeof lines, "menu\ndescribe %s\nview maps\n", path);
    if (!session_set_handout(world->session, "files", NULL, &err)) fail_msg("%s", err.text);
    char *text = answer(world, lines);
    assert_non_null(strstr(text, "locked by this handout: files"));
    assert_int_not_equal(access(path, F_OK), 0);
    free(text);
    text = answer(world, "describe\n");
    assert_null(strstr(text, "locked"));
    assert_non_null(strstr(text, "\nMaps of input, forward.\n"));
    free(text);
}

/* Lines that somebody might type, right ones and wrong ones. */
static size_t random_line(Rng *rng, char *out, size_t size) {
    static const char *const words[] = {"",
                                        "1",
                                        "2",
                                        "4",
                                        "12",
                                        "7\n3",
                                        "9\n6",
                                        "h",
                                        "menu",
                                        "repeat",
                                        "describe",
                                        "actions",
                                        "skip",
                                        "back",
                                        "q",
                                        "\x1b[2J",
                                        "\xff\xfe",
                                        "\x9b",
                                        "ж",
                                        "x\x01y",
                                        "a",
                                        "b",
                                        "0.5",
                                        ":",
                                        ":view maps",
                                        "explain 1",
                                        "explain 2",
                                        "explain 3",
                                        "views",
                                        "lessons",
                                        "pictures",
                                        "finish",
                                        "finish",
                                        "block 3",
                                        "select layer2.0.add",
                                        "twin plain",
                                        "twin",
                                        "view block",
                                        "image cat",
                                        "view gradients",
                                        "view value",
                                        "view input",
                                        "view step",
                                        "lesson add",
                                        "without-skip cut",
                                        "channel 9",
                                        "cell 3 4",
                                        "arch resnet8",
                                        "weights plain20",
                                        "analysis paths"};
    int kind = (int)rng_below(rng, 10);
    if (kind < 6)
        return (size_t)snprintf(out, size, "%s\n", words[rng_below(rng, sizeof words / sizeof *words)]);
    ActionId id = (ActionId)(1 + rng_below(rng, ACTION_COUNT - 1));
    if (id == ACTION_QUIT || id == ACTION_ANALYSIS || id == ACTION_ARCH || id == ACTION_FILES)
        id = ACTION_STEP;
    return (size_t)snprintf(out, size, "%s%s%s\n", action_name(id), kind == 6 ? " " : "",
                            kind == 6 ? words[rng_below(rng, sizeof words / sizeof *words)] : "");
}

static void type_at_random(SessionWorld *world, unsigned long long seed, bool ascii) {
    enum { LINES = 250, BYTES = LINES * 80 };
    char *lines = calloc(BYTES, 1), start[4096];
    size_t used = 0;
    Rng rng;
    rng_init(&rng, seed);
    for (int k = 0; k < LINES; k++) used += random_line(&rng, lines + used, BYTES - used);
    assert_non_null(getcwd(start, sizeof start));
    assert_int_equal(chdir(temp_dir_join(world->dir, ".")), 0); /* what a typed line writes lands there */
    free(answer_bytes(world, lines, used, ascii));
    assert_int_equal(chdir(start), 0);
    free(lines);
}

static void whatever_is_typed_only_plain_lines_come_out(void **state) {
    SessionWorld *world = *state;
    for (unsigned long long seed = 1; seed <= 3; seed++) type_at_random(world, seed, false);
    session_world_act(world, "lesson off");
}

static void in_ascii_no_byte_is_beyond_the_tilde(void **state) {
    SessionWorld *world = *state;
    for (unsigned long long seed = 11; seed <= 13; seed++) type_at_random(world, seed, true);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_step_is_told_with_its_figures_and_its_peak),
        SESSION_TEST(lines_that_are_too_long_or_no_text_are_refused_and_the_next_one_counts),
        SESSION_TEST(an_addition_is_told_with_both_ways_forward_and_backward),
        SESSION_TEST(numbers_and_the_empty_line_choose_from_the_menu),
        SESSION_TEST(a_letter_is_the_key_that_texts_name),
        SESSION_TEST(what_is_not_possible_is_said_and_goes_on),
        SESSION_TEST(what_needs_a_window_on_the_screen_is_said_and_closed),
        SESSION_TEST(words_are_said_and_their_places_can_be_typed),
        SESSION_TEST(a_lesson_is_read_answered_and_left),
        SESSION_TEST(options_stand_on_lines_of_their_own_and_a_bad_answer_is_asked_again),
        SESSION_TEST(a_question_does_not_stand_in_the_way_of_looking_around),
        SESSION_TEST(channels_without_values_are_told_apart),
        SESSION_TEST(a_description_goes_to_a_file_as_the_screen_does),
        SESSION_TEST(a_lock_on_files_leaves_descriptions_on_the_screen),
        SESSION_TEST(whatever_is_typed_only_plain_lines_come_out),
        SESSION_TEST(in_ascii_no_byte_is_beyond_the_tilde),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
