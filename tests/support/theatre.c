#include "tests/support/theatre.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"

void theatre_open(Theatre *theatre, TempDir *dir) {
    static const char text[] =
        "title Small\nabout A\npage One\n| First.\nnotes Say it slowly.\npage Two\n| Second.\n"
        "notes And twice\npage Three\n| Third.\n";
    assert_int_equal(chmod(dir->path, 0700), 0);
    snprintf(theatre->runtime, sizeof theatre->runtime, "XDG_RUNTIME_DIR=%s", dir->path);
    int length = snprintf(theatre->socket, sizeof theatre->socket, "%s/skipscope-present.sock", dir->path);
    assert_true(length < (int)sizeof theatre->socket);
    snprintf(theatre->lesson, sizeof theatre->lesson, "%s",
             temp_dir_write(dir, "s.lesson", text, sizeof text - 1));
}

int theatre_present(void *context) {
    execl(program_path(), "skipscope", "present", (char *)context, "--no-config", (char *)NULL);
    return 127;
}

int theatre_notes(void *context) {
    (void)context;
    execl(program_path(), "skipscope", "notes", (char *)NULL);
    return 127;
}

void theatre_start(Theatre *theatre, Pty *pty, PtyMain run, int width, int height) {
    const char *const environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", theatre->runtime, NULL};
    pty_start(pty, &(PtyConfig){.width = width,
                                .height = height,
                                .environment = environment,
                                .run = run,
                                .context = theatre->lesson});
}

static pid_t fork_with_the_test(void) {
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
    }
    return child;
}

static struct sockaddr_un address_of(const Theatre *theatre) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", theatre->socket);
    return address;
}

static void send_for_ever(int fd, const char *text) {
    size_t length = strlen(text);
    while (send(fd, text, length, MSG_NOSIGNAL) > 0) continue;
    close(fd);
}

pid_t theatre_start_flood(const Theatre *theatre) {
    static const char requests[] = "next\nback\nnext\nback\nnext\nback\nnext\nback\nnext\nback\n";
    struct sockaddr_un address = address_of(theatre);
    pid_t client = fork_with_the_test();
    while (client == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            send_for_ever(fd, requests);
        else
            close(fd);
    }
    return client;
}

pid_t theatre_start_false_presentation(const Theatre *theatre) {
    static const char pages[] =
        "{\"lesson\":\"L\",\"title\":\"T\",\"notes\":\"a flood of pages\",\"next\":\"\",\"now\":\"\","
        "\"page\":1,\"pages\":2,\"elapsed_s\":0.5,\"page_s\":0.5}\n";
    struct sockaddr_un address = address_of(theatre);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    char many[64 * sizeof pages] = "";
    for (int k = 0; k < 64; k++) strcat(many, pages);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    pid_t child = fork_with_the_test();
    while (child == 0) send_for_ever(accept(listener, NULL, NULL), many);
    close(listener);
    return child;
}

void theatre_end_flood(pid_t client) {
    kill(client, SIGKILL);
    waitpid(client, NULL, 0);
}
