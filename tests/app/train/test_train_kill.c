/* Trainings that come to a violent end: what is left is whole, and going on from it leads where it would have led. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/history_text.h"
#include "tests/support/program.h"
#include "tests/support/same_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum { PER_FILE = 13, TEST_IMAGES = 10, EPOCHS = 3, LINES_MAX = 8192 };

/* 64 of 65 images in batches of 16: 4 steps an epoch. Not quiet: a line at the end of every epoch. */
#define COMPARE(dir, out, ...) COMPARE_FOR("3", dir, out, __VA_ARGS__)
#define COMPARE_FOR(epochs, dir, out, ...)                                                                   \
    ARGS("train", "--compare", "resnet8,plain8", "--data", (dir)->path, "--limit", "64", "--batch", "16",    \
         "--epochs", epochs, "--threads", "2", "--out", out, __VA_ARGS__)

typedef struct World {
    TempDir *dir;
    char whole[TEMP_PATH_MAX],
        out[TEMP_PATH_MAX];     /* --out of a run that is left alone, and of one that is not */
    char folder[TEMP_PATH_MAX]; /* of the second */
} World;

static World world_of(TempDir *dir) {
    World world = {.dir = dir};
    test_image_write_cifar10(dir, PER_FILE, TEST_IMAGES);
    strcpy(world.whole, temp_dir_join(dir, "whole.safetensors"));
    strcpy(world.folder, temp_dir_join(dir, "runs"));
    strcpy(world.out, temp_dir_join(dir, "runs/net.safetensors"));
    assert_int_equal(mkdir(world.folder, 0777), 0);
    return world;
}

/* A whole run stands there, too. */
static World world_new(TempDir *dir) {
    World world = world_of(dir);
    program_expect_success(COMPARE(dir, world.whole, "--quiet"));
    return world;
}

static const char *beside(const char *out, const char *what) {
    static char path[2][TEMP_PATH_MAX + 40];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%.*s%s", (int)(strlen(out) - strlen(".safetensors")), out, what);
    return path[turn];
}

static void assert_as_the_whole_one(const World *world) {
    char *expected = history_substance(beside(world->whole, ".safetensors.history.jsonl")),
         *found = history_substance(beside(world->out, ".safetensors.history.jsonl"));
    assert_string_equal(found, expected);
    free(expected), free(found);
    assert_same_file(beside(world->whole, "-resnet8.safetensors"),
                     beside(world->out, "-resnet8.safetensors"));
    assert_same_file(beside(world->whole, "-plain8.safetensors"), beside(world->out, "-plain8.safetensors"));
}

/* Runs it; when its stderr has `mark`, does something to it, once. Returns how it ended, as waitpid. */
static int run_until(const char *const *arguments, const char *mark, void (*act)(const World *, pid_t),
                     const World *world) {
    char text[LINES_MAX] = "";
    size_t length = 0;
    int fd, status;
    pid_t child = program_start(arguments, &fd);
    bool acted = false;
    for (ssize_t got; (got = read(fd, text + length, sizeof text - 1 - length)) > 0; length += (size_t)got) {
        if (acted || !strstr(text, mark)) continue;
        act(world, child);
        acted = true;
    }
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!acted) fail_msg("no '%s' in: %s", mark, text);
    return status;
}

static void kill_it(const World *world, pid_t child) {
    (void)world;
    assert_int_equal(kill(child, SIGKILL), 0);
}

/* The line of an epoch comes before its checkpoint: it is killed about there, and goes on from this one or the last. */
static void a_killed_comparison_leaves_no_trace_of_it(void **state) {
    World world = world_new(*state);
    const char *resume = NULL;
    bool ended = false; /* where this process had no time to kill it */
    for (int epoch = 1; epoch < EPOCHS && !ended; epoch++) {
        char mark[32];
        snprintf(mark, sizeof mark, "epoch %d of %d", epoch, EPOCHS);
        int status = run_until(COMPARE(world.dir, world.out, resume), mark, kill_it, &world);
        ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        assert_true(ended || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
        if (ended || access(beside(world.out, ".safetensors.ckpt"), F_OK) == 0) resume = "--resume";
    }
    program_expect_success(COMPARE(world.dir, world.out, resume));
    assert_as_the_whole_one(&world);
}

/* No file may grow beyond what the history has: as on a full disk. */
static void a_history_without_room_stops_the_run_and_nothing_else(void **state) {
    World world = world_new(*state);
    Error err = {0};
    struct rlimit old;
    size_t size = 0;
    program_expect_success(COMPARE(world.dir, world.out, "--quiet", "--stop-after", "5"));
    free(file_read_all(beside(world.out, ".safetensors.history.jsonl"), 1 << 24, &size, &err));
    getrlimit(RLIMIT_FSIZE, &old);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){size + 800, old.rlim_max});
    ProgramRun run = program_run(COMPARE(world.dir, world.out, "--resume", "--quiet"));
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(run.status, 1);
    if (!strstr(run.err, "net.safetensors.history.jsonl: the history cannot be written: "))
        fail_msg("%s", run.err);
    program_free(&run);
    program_expect_success(COMPARE(world.dir, world.out, "--resume", "--quiet"));
    assert_as_the_whole_one(&world);
}

static void take_folder(const World *world, pid_t child) {
    (void)child;
    assert_int_equal(rename(world->folder, temp_dir_join(world->dir, "gone")), 0);
}

/* The last checkpoint in it stays whole. The run is far too long to end before. */
static void a_folder_that_goes_stops_the_run_and_nothing_else(void **state) {
    World world = world_of(*state);
    int status = run_until(COMPARE_FOR("100000", world.dir, world.out, NULL), "epoch 2 of 100000",
                           take_folder, &world);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_int_equal(rename(temp_dir_join(world.dir, "gone"), world.folder), 0);
    ProgramRun run =
        program_run(COMPARE_FOR("100000", world.dir, world.out, "--resume", "--stop-after", "1"));
    assert_int_equal(run.status, 0);
    if (!strstr(run.err, "stopped after step")) fail_msg("%s", run.err);
    program_free(&run);
    free(history_substance(beside(world.out, ".safetensors.history.jsonl")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_killed_comparison_leaves_no_trace_of_it),
        IN_TEMP_DIR(a_history_without_room_stops_the_run_and_nothing_else),
        IN_TEMP_DIR(a_folder_that_goes_stops_the_run_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
