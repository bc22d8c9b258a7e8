#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/measure/busy.h"
#include "tests/support/assert_close.h"

static double seconds_of_children(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec;
}

/* Until this process has had so many seconds of a processor. */
static void work_for(double seconds) {
    clock_t until = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    while (clock() < until) continue;
}

static void it_works_until_it_is_stopped(void **state) {
    (void)state;
    Error err = {.kind = ERROR_NONE};
    double before = seconds_of_children();
    pid_t process = busy_start(&err);
    assert_true(process > 0);
    work_for(0.05);
    assert_int_equal(waitpid(process, NULL, WNOHANG), 0);
    busy_stop(process);
    assert_int_equal(kill(process, 0), -1);
    /* On a single processor the two share it. */
    assert_true(seconds_of_children() - before > 0.005);
    busy_stop(-1);
}

/* The pipe is open as long as anybody has its other end: whoever started the busy process, and that. */
static void it_ends_when_whoever_started_it_does(void **state) {
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t starter = fork();
    if (starter == 0) {
        Error err = {.kind = ERROR_NONE};
        _exit(busy_start(&err) > 0 ? 0 : 1);
    }
    close(ends[1]);
    int status;
    assert_int_equal(waitpid(starter, &status, 0), starter);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_works_until_it_is_stopped),
        cmocka_unit_test(it_ends_when_whoever_started_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
