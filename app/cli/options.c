#include "app/cli/options.h"

#include <assert.h>
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/argument_kind.h"
#include "app/cli/operands.h"
#include "app/cli/option_table.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"

enum { OPTION_VARIABLE_MAX = 64, OPTION_LONG_FIRST = 256 };

_Static_assert(COMMAND_COUNT <= 63, "OptionSpec.commands has a bit for each command");

bool options_given(const Options *options, const char *name) {
    const OptionSpec *spec = option_find(name, strlen(name), options->command);
    return spec && options->given[spec - option_table];
}

bool options_decided(const Options *options, const char *name) {
    const OptionSpec *spec = option_find(name, strlen(name), options->command);
    return spec && (options->given[spec - option_table] || options->from_environment[spec - option_table]);
}

ColorDepth options_color(const Options *options) {
    if (options->output.no_color) return COLOR_DEPTH_NONE;
    return options->output.color > 0 ? (ColorDepth)(options->output.color - 1) : COLOR_DEPTH_AUTO;
}

static const OptionSpec *find_letter(char letter, CommandId command) {
    const OptionSpec *other = NULL;
    for (int k = 0; k < option_table_count; k++) {
        if (option_table[k].letter != letter) continue;
        if (option_is_for(&option_table[k], command)) return &option_table[k];
        if (!other) other = &option_table[k];
    }
    return other;
}

/* Whether the argument after `arg` belongs to it. */
static bool takes_next(const char *arg) {
    const OptionSpec *spec;
    if (arg[1] == '-') {
        if (strchr(arg, '=')) return false;
        spec = option_find(arg + 2, strlen(arg + 2), COMMAND_EXPLORE);
    } else {
        spec = find_letter(arg[1], COMMAND_EXPLORE);
        if (arg[2] != '\0') return false;
    }
    return spec && spec->kind != OPTION_FLAG;
}

/* The place in argv, from one on, of a word that is no option and no option's argument; 0 when there is none.
 */
static int find_word(int argc, char **argv, int from) {
    for (int k = from; k < argc && strcmp(argv[k], "--") != 0; k++) {
        if (argv[k][0] != '-' || argv[k][1] == '\0') return k;
        if (takes_next(argv[k])) k++;
    }
    return 0;
}

static bool has_flag(int argc, char **argv, const char *name, const char *letter) {
    for (int k = 1; k < argc && strcmp(argv[k], "--") != 0; k++)
        if (strcmp(argv[k], name) == 0 || strcmp(argv[k], letter) == 0) return true;
    return false;
}

/* A word that is none of the commands is what the explorer shows, or a command misspelt. That is said before
 * anything about options, which would be called those of the explorer. */
static bool check_first_word(int argc, char **argv, int place, Error *err) {
    int next = find_word(argc, argv, place + 1);
    return argument_kind_check_first(argv[place], next > 0 ? argv[next] : NULL, err);
}

static const char *name_of(CommandId command) {
    return command == COMMAND_EXPLORE ? "the explorer" : command_get(command)->name;
}

/* Names the commands that know an option. */
static bool refuse_for_command(const OptionSpec *spec, CommandId command, Error *err) {
    char list[160] = "";
    for (int c = 0; c < COMMAND_COUNT; c++) {
        const OptionSpec *known = option_find(spec->name, strlen(spec->name), (CommandId)c);
        if (!option_is_for(known, (CommandId)c)) continue;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name_of((CommandId)c));
    }
    return error_set(err, ERROR_USAGE, "--%s is not an option of %s but of %s", spec->name, name_of(command),
                     list);
}

static bool refuse_unknown(const char *name, size_t length, CommandId command, Error *err) {
    char wanted[OPTION_VARIABLE_MAX];
    utf8_copy_n(wanted, sizeof wanted, name, length);
    Suggestion suggestion = suggest_begin(wanted);
    for (int k = 0; k < option_table_count; k++)
        if (option_is_for(&option_table[k], command)) suggest_offer(&suggestion, option_table[k].name);
    return error_set(err, ERROR_USAGE, "there is no option --%s; the nearest is --%s", wanted,
                     suggestion.best);
}

/* Every option is spelt out and belongs to the command. getopt_long alone would take abbreviations, whose
 * meaning changes when an option is added. */
static bool check_names(int argc, char **argv, CommandId command, Error *err) {
    for (int k = 1; k < argc && strcmp(argv[k], "--") != 0; k++) {
        if (argv[k][0] != '-' || argv[k][1] == '\0') continue;
        const OptionSpec *spec;
        if (argv[k][1] == '-') {
            size_t length = strcspn(argv[k] + 2, "=");
            spec = option_find(argv[k] + 2, length, command);
            if (!spec) return refuse_unknown(argv[k] + 2, length, command, err);
        } else {
            spec = find_letter(argv[k][1], command);
            if (!spec)
                return error_set(err, ERROR_USAGE, "there is no option -%c (in '%s')", argv[k][1], argv[k]);
        }
        if (!option_is_for(spec, command)) return refuse_for_command(spec, command, err);
        if (takes_next(argv[k])) k++;
    }
    return true;
}

/* SKIPSCOPE_WITHOUT_SKIP for --without-skip. A flag is set by any value but "" and "0". */
static bool read_environment(Options *options, Error *err) {
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (!option_is_for(spec, options->command)) continue;
        char variable[OPTION_VARIABLE_MAX];
        snprintf(variable, sizeof variable, "SKIPSCOPE_%s", spec->name);
        for (char *at = variable; *at; at++) *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
        const char *value = getenv(variable);
        if (!value || *value == '\0' || (spec->kind == OPTION_FLAG && strcmp(value, "0") == 0)) continue;
        if (!option_store(spec, options, variable, value, err)) return false;
        options->from_environment[k] = true;
    }
    return true;
}

bool options_set_default(Options *options, const char *name, const char *value, Error *err) {
    const OptionSpec *spec = option_find(name, strlen(name), options->command);
    char origin[OPTION_VARIABLE_MAX];
    if (!spec) return refuse_unknown(name, strlen(name), options->command, err);
    if (!option_is_for(spec, options->command)) return refuse_for_command(spec, options->command, err);
    snprintf(origin, sizeof origin, "set %s", spec->name);
    bool flag = spec->kind == OPTION_FLAG, on = strcmp(value, "on") == 0 || *value == '\0';
    if (flag && !on && strcmp(value, "off") != 0)
        return error_set(err, ERROR_USAGE, "%s: expected on or off, found '%.*s'", origin,
                         utf8_first(value, 60), value);
    if (!flag && *value == '\0') return error_set(err, ERROR_USAGE, "%s: expected a value", origin);
    if (options_decided(options, name) || (flag && !on)) return true;
    return option_store(spec, options, origin, value, err);
}

typedef struct GetoptTable {
    struct option rows[OPTION_ROWS_MAX + 1]; /* val: OPTION_LONG_FIRST + row of option_table */
    char letters[2 * OPTION_ROWS_MAX + 3];
} GetoptTable;

static void fill_getopt(GetoptTable *table, CommandId command) {
    int count = 0;
    char *letter = table->letters;
    *letter++ = ':';
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (!option_is_for(spec, command) || count == OPTION_ROWS_MAX) continue;
        bool flag = spec->kind == OPTION_FLAG;
        table->rows[count++] = (struct option){.name = spec->name,
                                               .has_arg = flag ? no_argument : required_argument,
                                               .val = OPTION_LONG_FIRST + k};
        if (spec->letter) *letter++ = spec->letter;
        if (spec->letter && !flag) *letter++ = ':';
    }
    table->rows[count] = (struct option){0};
    *letter = '\0';
}

static bool store_found(Options *options, int found, Error *err) {
    const OptionSpec *spec = found >= OPTION_LONG_FIRST ? &option_table[found - OPTION_LONG_FIRST]
                                                        : find_letter((char)found, options->command);
    char origin[OPTION_VARIABLE_MAX];
    snprintf(origin, sizeof origin, "--%s", spec->name);
    options->given[spec - option_table] = true;
    return option_store(spec, options, origin, optarg, err);
}

static bool refuse_found(int found, char **argv, Error *err) {
    const char *arg = argv[optind - 1];
    if (found == ':') return error_set(err, ERROR_USAGE, "%s needs a value", arg);
    if (strchr(arg, '=')) return error_set(err, ERROR_USAGE, "%s: this option takes no value", arg);
    return error_set(err, ERROR_USAGE, "there is no option -%c (in '%s')", optopt, arg);
}

static bool read_arguments(Options *options, int argc, char **argv, Error *err) {
    GetoptTable table = {0};
    fill_getopt(&table, options->command);
    optind = 0; /* start afresh, also when called again */
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, table.letters, table.rows, NULL)) != -1;) {
        if (found == ':' || found == '?') return refuse_found(found, argv, err);
        if (!store_found(options, found, err)) return false;
    }
    options->words = argv + optind;
    options->word_count = argc - optind;
    return true;
}

bool options_parse(Options *options, int argc, char **argv, Error *err) {
    assert(option_table_count <= OPTION_ROWS_MAX);
    *options = (Options){0};
    int place = find_word(argc, argv, 1);
    bool command = place > 0 && command_find(argv[place], &options->command);
    options->help = has_flag(argc, argv, "--help", "-h");
    if (options->help) return true;
    if (place > 0 && !command && !has_flag(argc, argv, "--version", "--version") &&
        !check_first_word(argc, argv, place, err))
        return false;
    if (command) {
        memmove(argv + place, argv + place + 1, (size_t)(argc - place) * sizeof *argv);
        argc--;
    }
    return check_names(argc, argv, options->command, err) && read_environment(options, err) &&
           read_arguments(options, argc, argv, err) &&
           (options->version ||
            operands_check(command_get(options->command), options->words, options->word_count, err));
}
