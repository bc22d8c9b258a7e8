#include "app/cli/manual.h"

#include <string.h>

#include "app/cli/option_table.h"

/* Text as roff prints it unchanged: a hyphen stays one that can be copied, a quote stays straight, and a line
 * that begins with a dot is no macro. */
static void print_text(FILE *out, const char *text) {
    bool line_begins = true;
    for (const char *at = text; *at; at++) {
        if (line_begins && *at == '.') fputs("\\&", out);
        line_begins = *at == '\n';
        switch (*at) {
        case '\\': fputs("\\e", out); break;
        case '-': fputs("\\-", out); break;
        case '\'': fputs("\\(aq", out); break;
        case '`': fputs("\\(ga", out); break;
        case '^': fputs("\\(ha", out); break;
        case '~': fputs("\\(ti", out); break;
        default: fputc(*at, out);
        }
    }
}

static void print_strong(FILE *out, const char *text) {
    fputs("\\fB", out);
    print_text(out, text);
    fputs("\\fR", out);
}

static void print_slanted(FILE *out, const char *text) {
    fputs("\\fI", out);
    print_text(out, text);
    fputs("\\fR", out);
}

static bool is_shown(CommandId id) {
    return id == COMMAND_EXPLORE || *command_get(id)->sentence;
}

/* "skipscope summary [OPTION...] [MODEL]" */
static void print_usage(FILE *out, const Command *command) {
    print_strong(out, "skipscope");
    if (*command->name) {
        fputc(' ', out);
        print_strong(out, command->name);
    }
    fputs(" [", out);
    print_slanted(out, "OPTION");
    fputs("...]", out);
    if (*command->words) fputc(' ', out);
    print_text(out, command->words);
    fputc('\n', out);
}

static void print_synopsis(FILE *out) {
    fputs(".SH SYNOPSIS\n", out);
    for (int c = 0; c < COMMAND_COUNT; c++) {
        if (!is_shown((CommandId)c)) continue;
        if (c > 0) fputs(".br\n", out);
        print_usage(out, command_get((CommandId)c));
    }
}

static void print_description(FILE *out) {
    fputs(".SH DESCRIPTION\n", out);
    print_text(out,
               "Without a command the program shows a residual network in the terminal, full screen: it runs "
               "the network forward and backward one operation at a time and draws every feature map, every "
               "gradient, and what the skip connections do to them. The key ? shows all keys. A command "
               "prints instead, and has a --help of its own.\n");
    fputs(".PP\n", out);
    print_text(out,
               "MODEL is an architecture (resnet20, plain34), a weights file or the name of a bundled model "
               "(plain20-cifar10); without one, the bundled resnet20-cifar10. IMAGE is a PNG, JPEG, WebP, GIF, BMP or PNM file or the name of a bundled picture.\n");
}

static void print_example(FILE *out, const char *lines) {
    fputs(".PP\n.nf\n", out);
    print_text(out, lines);
    fputs(".fi\n", out);
}

static void print_commands(FILE *out) {
    fputs(".SH COMMANDS\n", out);
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        if (!is_shown((CommandId)c)) continue;
        fputs(".SS ", out);
        print_text(out, command->name);
        fputc('\n', out);
        print_text(out, command->sentence);
        fputc('\n', out);
        if (*command->examples) print_example(out, command->examples);
    }
}

/* Of the commands that are shown; `known_to_all` is set when no command lacks the option. */
static void print_commands_of(FILE *out, const OptionSpec *spec) {
    bool first = true, lacking = false;
    for (int c = 0; c < COMMAND_COUNT; c++)
        lacking = lacking || (is_shown((CommandId)c) && !option_is_for(spec, (CommandId)c));
    if (!lacking) return;
    fputs(".br\n", out);
    fputs("With: ", out);
    for (int c = 0; c < COMMAND_COUNT; c++) {
        if (!is_shown((CommandId)c) || !option_is_for(spec, (CommandId)c)) continue;
        if (!first) fputs(", ", out);
        print_text(out, c == COMMAND_EXPLORE ? "the explorer" : command_get((CommandId)c)->name);
        first = false;
    }
    fputs(".\n", out);
}

static void print_option(FILE *out, const OptionSpec *spec) {
    char letter[] = {'-', spec->letter, '\0'};
    fputs(".TP\n", out);
    if (spec->letter) {
        print_strong(out, letter);
        fputs(", ", out);
    }
    fputs("\\fB\\-\\-", out);
    print_text(out, spec->name);
    fputs("\\fR", out);
    if (spec->argument) {
        fputc(' ', out);
        print_slanted(out, spec->argument);
    }
    fputc('\n', out);
    print_text(out, spec->help);
    fputs(".\n", out);
    print_commands_of(out, spec);
}

static void print_options(FILE *out) {
    fputs(".SH OPTIONS\n", out);
    for (int k = 0; k < option_table_count; k++)
        if (*option_table[k].help) print_option(out, &option_table[k]);
}

static void print_outside(FILE *out) {
    static const char *const exits[][2] = {
        {"0", "Done."},
        {"1", "Failed."},
        {"2", "The command line is wrong."},
        {"3", "The terminal cannot be used."},
        {"4", "A file is bad or unsupported."},
    };
    fputs(".SH ENVIRONMENT\n", out);
    print_text(
        out, "Every option can be preset: SKIPSCOPE_WITHOUT_SKIP=cut stands for --without-skip cut. NO_COLOR "
             "is heeded.\n");
    fputs(".SH FILES\n.TP\n.I ", out);
    print_text(out, "~/.config/skipscope/config\n");
    print_text(
        out, "Settings and keys of the explorer, one action a line. Options come before the environment, the "
             "environment before this file.\n");
    fputs(".SH EXIT STATUS\n", out);
    for (size_t k = 0; k < sizeof exits / sizeof *exits; k++)
        fprintf(out, ".TP\n.B %s\n%s\n", exits[k][0], exits[k][1]);
}

void manual_print(FILE *out) {
    fputs(".TH SKIPSCOPE 1 \"\" \"skipscope " SKIPSCOPE_VERSION "\" \"User Commands\"\n", out);
    fputs(".SH NAME\nskipscope \\- look into a residual network, forward and backward\n", out);
    print_synopsis(out);
    print_description(out);
    print_commands(out);
    print_options(out);
    print_outside(out);
    fputs(".SH EXAMPLES\n", out);
    print_example(out, command_get(COMMAND_EXPLORE)->examples);
}
