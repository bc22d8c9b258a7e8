#include <string.h>

#include "app/cli/option_table.h"
#include "views/style/text.h"

enum { HELP_COLUMN = 28, HELP_WIDTH = 80, COMMAND_COLUMN = 13 };

static void print_wrapped(FILE *out, const char *text, int indent) {
    const char *cursor = text, *line;
    size_t length;
    bool first = true;
    while ((line = text_wrap_next(&cursor, HELP_WIDTH - indent, &length))) {
        fprintf(out, "%*s%.*s\n", first ? 0 : indent, "", (int)length, line);
        first = false;
    }
}

static void print_option(FILE *out, const OptionSpec *spec) {
    char left[80];
    int length = snprintf(left, sizeof left, "  %c%c%c --%s%s%s", spec->letter ? '-' : ' ',
                          spec->letter ? spec->letter : ' ', spec->letter ? ',' : ' ', spec->name,
                          spec->argument ? " " : "", spec->argument ? spec->argument : "");
    fputs(left, out);
    if (length >= HELP_COLUMN) {
        fputc('\n', out);
        length = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - length, "");
    print_wrapped(out, spec->help, HELP_COLUMN);
}

static void print_commands(FILE *out) {
    fputs("\nCommands (each has its own --help):\n", out);
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        if (*command->sentence == '\0') continue;
        fprintf(out, "  %-*s", COMMAND_COLUMN - 2, command->name);
        print_wrapped(out, command->sentence, COMMAND_COLUMN);
    }
}

void options_print_help(CommandId id, FILE *out) {
    const Command *command = command_get(id);
    print_wrapped(out, command->sentence, 0);
    if (*command->examples) fprintf(out, "\nExamples:\n%s", command->examples);
    fprintf(out, "\nUsage: skipscope%s%s [OPTION...]%s%s\n", *command->name ? " " : "", command->name,
            *command->words ? " " : "", command->words);
    if (id == COMMAND_EXPLORE) print_commands(out);
    fputs("\nOptions:\n", out);
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (option_is_for(spec, id) && *spec->help) print_option(out, spec);
    }
    fputs("\nMODEL is an architecture (resnet20, plain34), a weights file or the name of a\n"
          "bundled model (plain20-cifar10); without one, the bundled resnet20-cifar10.\n"
          "IMAGE is a PNG, JPEG, WebP, GIF, BMP or PNM file or the name of a\n"
          "bundled picture.\n"
          "Every option can be preset: SKIPSCOPE_WEIGHTS=FILE for --weights FILE.\n"
          "Exit status: 0 done, 1 failed, 2 usage, 3 terminal unusable, 4 a file is bad or\n"
          "unsupported.\n",
          out);
}
