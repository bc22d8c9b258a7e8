/* The history of a training as a file: what is written is read again, and a resumption leaves nothing twice. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/tensor/gemm.h"
#include "core/train/block_measure.h"
#include "core/train/history_read.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

enum { BLOCKS = 3, NETWORKS = 2, EPOCH_STEPS = 5, STEPS = 20 };

typedef struct World {
    TempDir *dir;
    Model *models[NETWORKS];
    HistoryRun run;
    char path[TEMP_PATH_MAX];
} World;

static World world_new(TempDir *dir) {
    World world = {.dir = dir};
    world.models[0] = new_model((ResnetConfig){.arch = "resnet8"});
    world.models[1] = new_model((ResnetConfig){.arch = "plain8"});
    world.run = (HistoryRun){.networks = {{"resnet8", world.models[0]}, {"plain8", world.models[1]}},
                             .network_count = NETWORKS,
                             .recipe = "4 epochs, \"quoted\"",
                             .dataset = "cifar10",
                             .train_images = 65,
                             .batch = 13,
                             .steps = STEPS,
                             .steps_per_epoch = EPOCH_STEPS,
                             .seed = 18446744073709551615u,
                             .machine = {"1.2", "abc", "a processor", "avx2", 2}};
    strcpy(world.path, temp_dir_join(dir, "net.history.jsonl"));
    return world;
}

static void world_free(World *world) {
    for (int k = 0; k < NETWORKS; k++) model_free(world->models[k]);
}

static double loss_of(long step, int network) {
    return 1.0 / (double)(step + 1) + network; /* no short decimal number */
}

static void write_blocks(HistoryWriter *writer, long step) {
    Error err = {0};
    double figures[BLOCK_FIGURES * BLOCKS];
    for (int f = 0; f < BLOCK_FIGURES * BLOCKS; f++) figures[f] = f == 4 ? NAN : f + (double)step / 1000;
    for (int k = 0; k < NETWORKS; k++)
        for (int batch = 0; batch < 2; batch++)
            assert_true(history_blocks(writer,
                                       &(HistoryBlocks){.epoch = step / EPOCH_STEPS,
                                                        .step = step,
                                                        .network = k,
                                                        .batch_statistics = batch,
                                                        .block_count = BLOCKS,
                                                        .figures = figures},
                                       &err));
}

static void write_epoch(HistoryWriter *writer, long step) {
    Error err = {0};
    write_blocks(writer, step);
    for (int k = 0; k < NETWORKS; k++)
        assert_true(history_epoch(writer,
                                  &(HistoryEpoch){.epoch = step / EPOCH_STEPS,
                                                  .step = step,
                                                  .network = k,
                                                  .train_loss = loss_of(step, k),
                                                  .train_error = 0.25,
                                                  .train_error_pass = NAN,
                                                  .test_loss = 2,
                                                  .test_error = 0.5,
                                                  .seconds = 3},
                                  &err));
}

/* Steps first .. last with all that belongs to them. */
static void write_steps(HistoryWriter *writer, long first, long last) {
    Error err = {0};
    for (long step = first; step <= last; step++) {
        for (int k = 0; k < NETWORKS; k++)
            assert_true(history_step(writer, &(HistoryStep){step, k, loss_of(step, k), 0.1 * k, 0.05}, &err));
        if (step % EPOCH_STEPS == 0) write_epoch(writer, step);
    }
}

static HistoryWriter *begin(const World *world) {
    Error err = {0};
    HistoryWriter *writer = history_begin(world->path, &world->run, &err);
    if (!writer) fail_msg("%s", err.text);
    write_blocks(writer, 0);
    return writer;
}

static HistoryWriter *resume(const World *world, long step, Error *notice) {
    Error err = {0};
    HistoryWriter *writer = history_resume(world->path, &world->run, step, notice, &err);
    if (!writer) fail_msg("%s", err.text);
    return writer;
}

static History *load(const World *world) {
    Error err = {0};
    History *history = history_load(world->path, &err);
    if (!history) fail_msg("%s", err.text);
    return history;
}

/* Every step once for each network, likewise every epoch. */
static void assert_whole(const History *h, long last) {
    assert_int_equal(h->step_count, NETWORKS * last);
    for (int k = 0; k < h->step_count; k++) {
        assert_int_equal(h->step_lines[k].step, k / NETWORKS + 1);
        assert_int_equal(h->step_lines[k].network, k % NETWORKS);
        /* nine digits give a float back, and so nearly a double */
        double loss = loss_of(h->step_lines[k].step, k % NETWORKS);
        assert_close(h->step_lines[k].loss, loss, 1e-8 * loss);
    }
    assert_int_equal(h->epoch_count, NETWORKS * (last / EPOCH_STEPS));
    for (int k = 0; k < h->epoch_count; k++) {
        assert_int_equal(h->epochs[k].epoch, k / NETWORKS + 1);
        assert_int_equal(h->epochs[k].step, EPOCH_STEPS * (k / NETWORKS + 1));
        assert_int_equal(h->epochs[k].network, k % NETWORKS);
    }
    assert_int_equal(h->blocks_count, 2 * NETWORKS * (last / EPOCH_STEPS + 1));
}

static void what_is_written_is_read_again(void **state) {
    World world = world_new(*state);
    HistoryWriter *writer = begin(&world);
    write_steps(writer, 1, 12);
    history_close(writer);
    History *h = load(&world);
    assert_whole(h, 12);
    assert_string_equal(h->recipe, "4 epochs, \"quoted\"");
    assert_string_equal(h->dataset, "cifar10");
    assert_string_equal(h->seed, "18446744073709551615");
    assert_int_equal(h->steps, STEPS);
    assert_int_equal(h->steps_per_epoch, EPOCH_STEPS);
    assert_int_equal(h->train_images, 65);
    assert_int_equal(h->batch, 13);
    assert_int_equal(h->network_count, NETWORKS);
    assert_string_equal(h->networks[1].name, "plain8");
    assert_string_equal(h->networks[1].shortcut, "none");
    assert_int_equal(h->networks[0].parameters, network_param_count(world.models[0]->network));
    assert_int_equal(h->networks[0].block_count, BLOCKS);
    assert_string_equal(h->networks[0].blocks[2], "layer3.0");
    assert_int_equal(h->start_count, 1);
    assert_string_equal(h->starts[0].machine.kernel, "avx2");
    assert_close(h->step_lines[1].error, 0.1, 0);
    const HistoryEpoch *epoch = history_last_epoch(h, 1);
    assert_int_equal(epoch->step, 10);
    assert_close(epoch->test_error, 0.5, 0);
    assert_true(isnan(epoch->train_error_pass));
    const HistoryBlocks *blocks = history_blocks_at(h, 1, 10, true);
    assert_int_equal(blocks->epoch, 2);
    assert_close(history_block_figure(blocks, BLOCK_GRADIENT_INPUT)[0], 3.01, 1e-12);
    assert_true(isnan(history_block_figure(blocks, BLOCK_GRADIENT_INPUT)[1])); /* null */
    assert_true(history_blocks_at(h, 0, 0, false) != NULL);
    assert_true(history_blocks_at(h, 0, 1, false) == NULL);
    history_free(h);
    world_free(&world);
}

/* A run that came to `written` steps is killed, and goes on from the checkpoint of an earlier one. */
static void nothing_is_there_twice_after_a_resumption(void **state) {
    const long stops[][2] = {{3, 0}, {3, 2}, {12, 10}, {12, 12}, {14, 9}, {20, 19}, {10, 5}};
    World world = world_new(*state);
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
        Error notice;
        HistoryWriter *writer = begin(&world);
        write_steps(writer, 1, stops[k][0]);
        history_close(writer);
        for (int again = 0; again < 3; again++) {
            writer = resume(&world, stops[k][1], &notice);
            assert_string_equal(notice.text, "");
            assert_true(history_has_epoch(writer, stops[k][1] / EPOCH_STEPS));
            assert_false(history_has_epoch(writer, stops[k][1] / EPOCH_STEPS + 1));
            write_steps(writer, stops[k][1] + 1, again == 2 ? STEPS : stops[k][1] + again);
            history_close(writer);
        }
        History *h = load(&world);
        assert_whole(h, STEPS);
        assert_int_equal(h->gap_count, 0);
        assert_int_equal(h->start_count, 2); /* resumptions that came to nothing leave nothing */
        assert_int_equal(h->starts[1].step, stops[k][1]);
        history_free(h);
    }
    world_free(&world);
}

static void cut_file(const World *world, size_t from_end) {
    Error err = {0};
    size_t size = 0;
    free(file_read_all(world->path, 1 << 20, &size, &err));
    assert_true(size > from_end);
    assert_int_equal(truncate(world->path, (off_t)(size - from_end)), 0);
}

/* Wherever the last line is torn. */
static void a_torn_last_line_is_cut_away(void **state) {
    World world = world_new(*state);
    for (size_t torn = 1; torn < 60; torn++) {
        Error notice;
        HistoryWriter *writer = begin(&world);
        write_steps(writer, 1, 9);
        history_close(writer);
        cut_file(&world, torn);
        History *h = load(&world);
        assert_int_equal(h->step_count, NETWORKS * 9 - 1);
        history_free(h);
        writer = resume(&world, 8, &notice);
        assert_string_equal(notice.text, "");
        write_steps(writer, 9, STEPS);
        history_close(writer);
        h = load(&world);
        assert_whole(h, STEPS);
        history_free(h);
    }
    world_free(&world);
}

/* The file lost, its end lost, a line in it damaged. */
static void what_is_missing_is_said(void **state) {
    World world = world_new(*state);
    for (int kind = 0; kind < 3; kind++) {
        Error notice, err = {0};
        HistoryWriter *writer = begin(&world);
        write_steps(writer, 1, kind == 0 ? 9 : 4);
        if (kind == 2) write_steps(writer, 5, 9);
        history_close(writer);
        if (kind == 0) unlink(world.path);
        if (kind == 2) {
            size_t size = 0;
            char *text = (char *)file_read_all(world.path, 1 << 20, &size, &err);
            *strstr(text, "\"step\",\"step\":5") = '!';
            assert_true(file_write_atomic(world.path, text, size, &err));
            free(text);
        }
        long known = kind == 0 ? 0 : 4;
        for (int again = 0; again < 2; again++) {
            char expected[64];
            writer = resume(&world, 8, &notice);
            snprintf(expected, sizeof expected, "has nothing of the steps %ld to 8", known + 1);
            if (!strstr(notice.text, expected)) fail_msg("expected '%s' in '%s'", expected, notice.text);
            assert_false(history_has_epoch(writer, 1));
            history_close(writer);
        }
        writer = resume(&world, 8, &notice);
        write_steps(writer, 9, 12);
        history_close(writer);
        History *h = load(&world);
        assert_int_equal(h->gap_count, 1);
        assert_int_equal(h->gaps[0].from, known);
        assert_int_equal(h->gaps[0].to, 8);
        assert_int_equal(h->step_count, NETWORKS * (known + 4));
        history_free(h);
        /* Once it is said, a later resumption does not say it again. */
        writer = resume(&world, 11, &notice);
        assert_string_equal(notice.text, "");
        history_close(writer);
        h = load(&world);
        assert_int_equal(h->gap_count, 1);
        history_free(h);
    }
    world_free(&world);
}

static void a_history_of_another_training_is_set_aside(void **state) {
    World world = world_new(*state);
    const char *const reasons[] = {"another training", "another training", "is no history", "of schema 2"};
    for (int kind = 0; kind < 4; kind++) {
        Error notice, err = {0};
        HistoryRun other = world.run;
        if (kind == 0) other.recipe = "5 epochs";
        if (kind == 1) other.network_count = 1;
        HistoryWriter *writer = history_begin(world.path, &other, &err);
        history_close(writer);
        if (kind == 2) temp_dir_write(world.dir, "net.history.jsonl", "{}\n", 3);
        if (kind == 3)
            temp_dir_write(world.dir, "net.history.jsonl", "{\"type\":\"run\",\"schema\":2}\n", 26);
        writer = resume(&world, 4, &notice);
        if (!strstr(notice.text, reasons[kind]) || !strstr(notice.text, "net.history.jsonl.old"))
            fail_msg("expected '%s' in '%s'", reasons[kind], notice.text);
        history_close(writer);
        assert_int_equal(access(temp_dir_join(world.dir, "net.history.jsonl.old"), F_OK), 0);
        History *h = load(&world);
        assert_string_equal(h->recipe, world.run.recipe);
        assert_int_equal(h->gaps[0].to, 4);
        history_free(h);
    }
    world_free(&world);
}

static void a_long_training_has_every_twentieth_step(void **state) {
    World world = world_new(*state);
    Error notice, err = {0};
    world.run.steps = HISTORY_STEPS_WHOLE + 3;
    HistoryWriter *writer = begin(&world);
    for (long step = 1; step <= world.run.steps; step++) {
        /* 1995 is resumed from; the last line before it is that of 1980, and nothing is missing */
        if (step == 1996) {
            history_close(writer);
            writer = resume(&world, 1995, &notice);
            assert_string_equal(notice.text, "");
        }
        for (int k = 0; k < NETWORKS; k++)
            assert_true(history_step(writer, &(HistoryStep){step, k, 1, 0, 0.05}, &err));
    }
    history_close(writer);
    History *h = load(&world);
    assert_int_equal(h->step_count, NETWORKS * (HISTORY_STEPS_WHOLE / HISTORY_STRIDE + 1));
    assert_int_equal(h->step_lines[0].step, HISTORY_STRIDE);
    assert_int_equal(h->step_lines[h->step_count - 1].step, HISTORY_STEPS_WHOLE + 3); /* the last one */
    history_free(h);
    world_free(&world);
}

/* As on a full disk: the line that has no room is taken back whole, and the sentence says which file. */
static void a_line_that_cannot_be_written_leaves_nothing_behind(void **state) {
    World world = world_new(*state);
    Error err = {0};
    struct rlimit old;
    HistoryWriter *writer = begin(&world);
    write_steps(writer, 1, 3);
    size_t size = 0;
    free(file_read_all(world.path, 1 << 20, &size, &err));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){size + 20, old.rlim_max});
    bool ok = history_step(writer, &(HistoryStep){4, 0, 1, 0, 0.05}, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(ok);
    assert_int_equal(err.kind, ERROR_FAILED);
    if (!strstr(err.text, "net.history.jsonl: the history cannot be written: ")) fail_msg("%s", err.text);
    history_close(writer);
    size_t after = 0;
    free(file_read_all(world.path, 1 << 20, &after, &err));
    assert_int_equal(after, size);
    world_free(&world);
}

static void what_is_no_history_is_refused(void **state) {
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "no whole line"},
        {"{\"type\":\"run\"", "no whole line"},
        {"{\"type\":\"step\"}\n", "its first line is no \"run\""},
        {"[1]\n", "a line is no JSON object"},
        {"{\"type\":\"run\",\"schema\":7}\n", "is a history of schema 7, expected 1"},
        {"{\"type\":\"run\",\"schema\":1,\"networks\":[]}\n", "expected 1 to 4 networks"},
        {"{\"type\":\"run\",\"schema\":1,\"networks\":[{\"blocks\":[3]}]}\n", "a block has no name"},
        {"{\"type\":\"run\",\"schema\":1,\"networks\":[{}]}\n{\"type\":\"step\",\"network\":1}\n",
         "a line is of no network of it"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Error err = {0};
        History *h = history_load_memory(cases[k].text, strlen(cases[k].text), "x.jsonl", &err);
        assert_true(h == NULL);
        assert_int_equal(err.kind, ERROR_FILE);
        if (!strstr(err.text, cases[k].reason) || strncmp(err.text, "x.jsonl: ", 9) != 0)
            fail_msg("expected '%s' in '%s'", cases[k].reason, err.text);
    }
    /* What a later version adds is passed over. */
    static const char later[] =
        "{\"type\":\"run\",\"schema\":1,\"networks\":[{\"x\":2}],\"y\":{}}\n{\"type\":\"z\"}\n{\"type\":\"st";
    Error err = {0};
    History *h = history_load_memory(later, sizeof later - 1, "x.jsonl", &err);
    assert_true(h && h->network_count == 1 && h->step_count == 0);
    history_free(h);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(what_is_written_is_read_again),
        IN_TEMP_DIR(nothing_is_there_twice_after_a_resumption),
        IN_TEMP_DIR(a_torn_last_line_is_cut_away),
        IN_TEMP_DIR(what_is_missing_is_said),
        IN_TEMP_DIR(a_history_of_another_training_is_set_aside),
        IN_TEMP_DIR(a_long_training_has_every_twentieth_step),
        IN_TEMP_DIR(a_line_that_cannot_be_written_leaves_nothing_behind),
        cmocka_unit_test(what_is_no_history_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
