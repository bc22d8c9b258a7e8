/* Bytes as a hand on the keyboard, a broken line or a cat would send them, and windows of every size: nothing
 * falls over, and every screen can be drawn. SKIPSCOPE_FUZZ_KEYS sets how many keys; a failure names the
 * number that began it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/rng.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/scene/action_parse.h"
#include "views/term/key_reader.h"

enum { KEYS_DEFAULT = 3000, WORK_MAX = 40 };

static const char *const pieces[] = {"\x1b[A",
                                     "\x1b[B",
                                     "\x1b[C",
                                     "\x1b[D",
                                     "\x1b[5~",
                                     "\x1b[6~",
                                     "\x1b[Z",
                                     "\x1b[H",
                                     "\x1b[F",
                                     "\x1b[<0;9;9M",
                                     "\x1b[<0;300;300M",
                                     "\x1b[<64;5;5M",
                                     "\x1b[200~x\x1b[201~",
                                     "\x1b",
                                     "\x1b[",
                                     "\xc3",
                                     "\xf0\x9f",
                                     "\xff",
                                     "\xe2\x96\x80",
                                     "10s",
                                     "3n",
                                     "99999999999n",
                                     "2147483647\x1b[6~",
                                     "4294967297g",
                                     ":block 2147483647\r",
                                     ":go 99999999999\r",
                                     ":step 2\r",
                                     ":select add\r",
                                     ":view maps\r",
                                     ":twin plain\r",
                                     ":scope map\r",
                                     ":x\t\t\r",
                                     ":mouse on\r",
                                     ":arch resnet32\r",
                                     ":weights plain20\r",
                                     "L/a\r",
                                     "D",
                                     "\r",
                                     "\x7f",
                                     "\t"};

/* A printable key, a control key, or one of the pieces. */
static size_t next_bytes(Rng *rng, char out[32]) {
    unsigned kind = (unsigned)rng_below(rng, 10);
    if (kind < 6) {
        out[0] = (char)(' ' + (int)rng_below(rng, 95));
        return 1;
    }
    if (kind < 7) {
        out[0] = (char)rng_below(rng, 256);
        return 1;
    }
    const char *piece = pieces[rng_below(rng, sizeof pieces / sizeof pieces[0])];
    size_t length = strlen(piece);
    memcpy(out, piece, length);
    return length;
}

/* Mostly what somebody would ask for; one in four up to what an int holds. */
static int next_number(Rng *rng) {
    unsigned kind = (unsigned)rng_below(rng, 4);
    if (kind == 0) return (int)(INT_MAX - rng_below(rng, 3));
    return (int)rng_below(rng, kind == 1 ? (uint32_t)INT_MAX + 1 : 100);
}

/* Any action by its name, as the prompt would read it. */
static void act(SessionWorld *world, Rng *rng) {
    static const char *const forms[] = {"", "%d", "%d %d", "layer2.0.conv1 %d %d %d", "off"};
    Action action = {.id = (ActionId)(1 + (int)rng_below(rng, ACTION_COUNT - 1)), .number = next_number(rng)};
    char line[ACTION_TEXT_MAX], words[80];
    Error err = {0};
    int a = next_number(rng), b = next_number(rng), c = next_number(rng);
    snprintf(words, sizeof words, forms[rng_below(rng, sizeof forms / sizeof forms[0])], a, b, c);
    snprintf(line, sizeof line, "%s %s", action_name(action.id), words);
    if (action_parse(line, &action, &err)) screen_do(world->screen, &action);
}

static void press(SessionWorld *world, KeyReader *reader, Rng *rng) {
    char bytes[32];
    size_t count = next_bytes(rng, bytes);
    if (rng_below(rng, 8) == 0) act(world, rng);
    if (key_reader_room(reader) >= count) key_reader_feed(reader, bytes, count);
    bool complete = rng_below(rng, 4) > 0;
    for (Key key; key_reader_next(reader, complete, &key);) screen_key(world->screen, &key);
    for (int k = 0; k < WORK_MAX && screen_work(world->screen); k++) {
    }
}

static void draw(SessionWorld *world) {
    Canvas *canvas = canvas_new(world->session->display.width, world->session->display.height,
                                world->session->display.flags);
    screen_draw(world->screen, canvas);
    canvas_free(canvas);
}

static void any_keys_and_sizes_leave_a_screen_that_can_be_drawn(void **state) {
    SessionWorld *world = *state;
    const char *wish = getenv("SKIPSCOPE_FUZZ_KEYS");
    long keys = wish ? strtol(wish, NULL, 10) : KEYS_DEFAULT;
    char start[4096];
    Rng rng;
    KeyReader reader = {.count = 0};
    assert_non_null(getcwd(start, sizeof start));
    assert_int_equal(chdir(temp_dir_join(world->dir, ".")), 0); /* what a typed command writes lands there */
    rng_init(&rng, 20161123);
    for (long k = 0; k < keys; k++) {
        if (rng_below(&rng, 50) == 0)
            screen_set_canvas(world->screen, 1 + (int)rng_below(&rng, 240), 1 + (int)rng_below(&rng, 80),
                              (unsigned)rng_below(&rng, 4));
        press(world, &reader, &rng);
        draw(world);
        assert_in_range(world->session->exp.at, 0,
                        2 * world->session->exp.setup->model->network->op_count - 1);
    }
    assert_int_equal(chdir(start), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_keys_and_sizes_leave_a_screen_that_can_be_drawn,
                                        session_world_open, session_world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
