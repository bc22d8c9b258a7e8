#include "app/train/machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/base/parallel.h"
#include "core/base/utf8.h"
#include "core/kernel/kernel.h"

/* The build says it where it knows one. */
#ifndef SKIPSCOPE_COMMIT
#define SKIPSCOPE_COMMIT "unknown"
#endif

/* The first "model name" that Linux tells; other systems and processors have none. */
static bool read_model_name(char out[TRAIN_PROCESSOR_MAX]) {
    static const char key[] = "model name";
    char line[256];
    bool found = false;
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, key, sizeof key - 1) != 0 || !value) continue;
        value += strspn(value, ": \t");
        utf8_copy_n(out, TRAIN_PROCESSOR_MAX, value, strcspn(value, "\n"));
        found = *out != '\0';
    }
    if (file) fclose(file);
    return found;
}

void train_machine(TrainMachine *machine) {
    struct utsname system;
    *machine = (TrainMachine){.machine = {.program = SKIPSCOPE_VERSION,
                                          .commit = SKIPSCOPE_COMMIT,
                                          .processor = machine->processor,
                                          .kernel = kernel_name(),
                                          .threads = parallel_threads()}};
    if (!read_model_name(machine->processor) && uname(&system) == 0)
        utf8_copy(machine->processor, sizeof machine->processor, system.machine);
}

void train_machine_describe(const TrainMachine *machine, char *out, size_t size) {
    const HistoryMachine *it = &machine->machine;
    utf8_format(out, size, "skipscope %s (%s) on %s, %s", it->program, it->commit, it->processor, it->kernel);
}
