#include "app/explorer/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/line.h"
#include "core/base/path.h"
#include "core/base/text_file.h"
#include "core/base/utf8.h"
#include "views/scene/action_parse.h"
#include "views/scene/setting.h"

enum { CONFIG_BYTES_MAX = 1 << 18 };

static const char SET[] = "set ";

char *config_path(void) {
    /* The XDG base directory specification: a relative path is to be ignored. */
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *path = NULL;
    int length = -1;
    if (base && *base == '/')
        length = asprintf(&path, "%s/skipscope/config", base);
    else if (home && *home == '/')
        length = asprintf(&path, "%s/.config/skipscope/config", home);
    return length < 0 ? NULL : path;
}

static bool is_set(const char *line) {
    return strncmp(line, SET, sizeof SET - 1) == 0;
}

/* Paths below the home folder as people write them. */
static const char *home_of(const char *path, const char **sign) {
    const char *home = getenv("HOME");
    size_t length = home ? strlen(home) : 0;
    bool below = length > 1 && strncmp(path, home, length) == 0 && path[length] == '/';
    *sign = below ? "~" : "";
    return below ? path + length : path;
}

static void note_problem(Config *config, int line, const char *sentence) {
    if (config->problems++ > 0) return;
    const char *sign, *path = home_of(config->path, &sign);
    if (line > 0)
        error_set(&config->first, ERROR_USAGE, "%s%s:%d: %s", sign, path, line, sentence);
    else
        error_set(&config->first, ERROR_FILE, "%s", sentence);
}

/* "set weights ~/x" as an option needs it. */
static bool expand_home(Config *config, int k) {
    char path[PATH_MAX];
    const char *line = config->lines[k], *value = strstr(line, " ~/");
    if (!is_set(line) || !value) return true;
    path_from_user(value + 1, path, sizeof path);
    int length = asprintf(&config->own[k], "%.*s %s", (int)(value - line), line, path);
    if (length < 0) config->own[k] = NULL;
    if (length < 0) return false;
    config->lines[k] = config->own[k];
    return true;
}

static bool split(Config *config, Error *err) {
    int count = 1;
    for (const char *at = config->text; *at; at++) count += *at == '\n';
    config->lines = calloc((size_t)count, sizeof *config->lines);
    config->own = calloc((size_t)count, sizeof *config->own);
    if (!config->lines || !config->own)
        return error_set(err, ERROR_FAILED, "%s: not enough memory", config->path);
    for (char *line = config->text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        config->lines[config->line_count++] = line_trim(line);
    }
    for (int k = 0; k < config->line_count; k++)
        if (!expand_home(config, k))
            return error_set(err, ERROR_FAILED, "%s: not enough memory", config->path);
    return true;
}

bool config_load(Config *config, const Options *options, Error *err) {
    bool named = options_given(options, "config") || (options->explorer.config && !options->explorer.script);
    Error problem = {0};
    *config = (Config){.path = NULL};
    if (options->explorer.no_config || (options->explorer.script && !named)) return true;
    config->path = named ? strdup(options->explorer.config) : config_path();
    if (!config->path || (!named && access(config->path, F_OK) != 0)) return true;
    config->text = text_file_read(config->path, CONFIG_BYTES_MAX, &problem);
    if (config->text) return split(config, err);
    if (named) return error_set(err, ERROR_FILE, "%s", problem.text);
    note_problem(config, 0, problem.text);
    return true;
}

void config_clear(Config *config) {
    free(config->path);
    free(config->text);
    for (int k = 0; config->own && k < config->line_count; k++) free(config->own[k]);
    free(config->own);
    free(config->lines);
    *config = (Config){.path = NULL};
}

static bool is_nothing(const char *line) {
    return *line == '\0' || *line == '#';
}

/* Options that a config may not set: they change what the program does, or are for one call only. */
static bool is_for_one_call(const char *name) {
    static const char *const names[] = {"script",    "threads", "kernel", "size", "help", "version", "config",
                                        "no-config", "input",   "state",  "lock", "hide", "name",    NULL};
    for (const char *const *known = names; *known; known++)
        if (strcmp(name, *known) == 0) return true;
    return false;
}

/* "NAME VALUE", "NAME" for a flag. */
static bool set_option(Options *options, const char *text, Error *err) {
    char name[OPTION_NAME_MAX];
    size_t length = strcspn(text, " \t");
    const char *value = text + length + strspn(text + length, " \t");
    utf8_format(name, sizeof name, "%.*s", (int)length, text);
    if (is_for_one_call(name))
        return error_set(err, ERROR_USAGE, "set: --%s is for the command line only", name);
    return options_set_default(options, name, value, err);
}

void config_set_options(Config *config, Options *options) {
    for (int k = 0; k < config->line_count; k++) {
        Error err = {0};
        const char *line = config->lines[k];
        if (!is_set(line)) continue;
        if (set_option(options, line + sizeof SET - 1, &err))
            config->settings++;
        else
            note_problem(config, k + 1, err.text);
    }
}

void config_refuse(Config *config, const char *reason) {
    Error whole = {0};
    const char *sign, *path = home_of(config->path, &sign);
    error_set(&whole, ERROR_USAGE, "%s%s: the options it sets are left out: %s", sign, path, reason);
    note_problem(config, 0, whole.text);
}

/* Actions that a config may not contain: they write files, end the program, wait for an answer, or have an
 * option of their own. */
static bool is_refused(ActionId id) {
    return action_touches(id) & (ONLY_ONCE | TOUCH_FILES);
}

/* A setting that has an option: the command line and the environment come first. */
static bool is_overruled(const Options *options, ActionId id) {
    char off[OPTION_NAME_MAX];
    if (setting_of(id) == SETTING_COUNT) return false;
    utf8_format(off, sizeof off, "no-%s", action_name(id));
    return options_decided(options, action_name(id)) || options_decided(options, off);
}

static bool perform_line(Screen *screen, const Options *options, const char *line, Error *err) {
    Action action;
    if (!action_parse(line, &action, err)) return false;
    if (is_refused(action.id))
        return error_set(err, ERROR_USAGE, "'%s' has no place in a config file%s", action_name(action.id),
                         action_touches(action.id) & TOUCH_MODEL
                             ? ": 'set arch NAME' or 'set weights FILE' chooses the network"
                             : "");
    if (is_overruled(options, action.id)) return true;
    screen_do(screen, &action);
    const char *problem = screen_error(screen);
    return problem ? error_set(err, ERROR_FAILED, "%s", problem) : true;
}

void config_run(Config *config, Screen *screen, const Options *options) {
    for (int k = 0; k < config->line_count; k++) {
        Error err = {0};
        const char *line = config->lines[k];
        if (!is_nothing(line) && !is_set(line) && !perform_line(screen, options, line, &err))
            note_problem(config, k + 1, err.text);
    }
    if (config->problems > 0)
        screen_say(screen, NOTICE_ERROR, config->first.text, config->problems - 1);
    else
        screen_say_understood(screen);
}
