#include "app/command/command.h"

#include <stdio.h>
#include <string.h>

#include "app/cli/bash_completion.h"
#include "app/cli/manual.h"

bool command_document(const Options *options, Error *err) {
    (void)err;
    if (strcmp(options->words[0], "man") == 0)
        manual_print(stdout);
    else
        bash_completion_print(stdout);
    return true;
}
