#include "app/cli.h"
#include "app/command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/base/parallel.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"
#include "views/term/environment.h"

static int exit_code(ErrorKind kind) {
    switch (kind) {
    case ERROR_NONE: return 0;
    case ERROR_USAGE: return 2;
    case ERROR_TERMINAL: return 3;
    case ERROR_FILE: return 4;
    case ERROR_FAILED:
    case ERROR_INTERRUPTED: break;
    }
    return 1;
}

static int report_error(const Error *err, CommandId command) {
    const char *name = command_get(command)->name;
    progress_say(err->text);
    if (err->kind == ERROR_USAGE)
        fprintf(stderr, "'skipscope %s%s--help' shows what there is.\n", name, *name ? " " : "");
    return exit_code(err->kind);
}

/* A file opened later must not become descriptor 0, 1 or 2, where messages would be written into it. Nothing
 * is read from a closed input and messages go nowhere; but output that was asked for and has no place to go
 * must fail, and so standard output is opened for reading only. */
static void open_standard_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

/* A reader that has seen enough ends the program without a word; a file that grows too long is an error
 * message like any other. */
static void set_signals(void) {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &pipe, NULL);
    signal(SIGXFSZ, SIG_IGN);
}

static bool run_command(const Options *options, Error *err) {
    if (options->help)
        options_print_help(options->command, stdout);
    else if (options->version)
        puts("skipscope " SKIPSCOPE_VERSION);
    else if (!command_run(options, err))
        return false;
    return output_finish(err);
}

int cli_run(int argc, char **argv) {
    open_standard_descriptors();
    set_signals();
    gemm_init();
    Options options;
    Error err = {0};
    bool utf8 = environment_init_locale();
    if (!options_parse(&options, argc, argv, &err)) return report_error(&err, options.command);
    if (!utf8) options.output.ascii = true;
    bool answers = options.help || options.version;
    if (!answers && !kernel_choose(options.run.kernel, &err)) return report_error(&err, options.command);
    if (options.run.threads) parallel_set_threads(options.run.threads);
    return run_command(&options, &err) ? 0 : report_error(&err, options.command);
}
