#include "app/measure/busy.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between two looks at whether the parent is still there: well below a millisecond. */
enum { TURNS_PER_LOOK = 100000 };

static void spin_while_child_of(pid_t parent) {
    while (getppid() == parent)
        for (volatile int turn = 0; turn < TURNS_PER_LOOK; turn++) continue;
}

pid_t busy_start(Error *err) {
    pid_t parent = getpid(), process = fork();
    if (process < 0) error_set(err, ERROR_FAILED, "cannot start a busy process: %s", strerror(errno));
    if (process != 0) return process;
    spin_while_child_of(parent);
    _exit(0);
}

void busy_stop(pid_t process) {
    if (process < 0) return;
    kill(process, SIGKILL);
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) continue;
}
