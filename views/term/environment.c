#include "views/term/environment.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "views/canvas/canvas.h"

typedef struct Environment {
    EnvironmentGet get;
    void *context;
} Environment;

typedef struct DepthRule {
    const char *name, *value; /* value NULL: any value but an empty one */
    ColorDepth depth;
} DepthRule;

static const char *const depth_names[] = {
    [COLOR_DEPTH_AUTO] = "auto", [COLOR_DEPTH_NONE] = "never",    [COLOR_DEPTH_16] = "16",
    [COLOR_DEPTH_256] = "256",   [COLOR_DEPTH_RGB] = "truecolor",
};

/* First match wins. GNU screen passes COLORTERM on but drops true colours; the Linux console knows 16; the
 * rest are terminals that show true colours, by the variables or the TERM they set. */
static const DepthRule depth_rules[] = {
    {"STY", NULL, COLOR_DEPTH_256},
    {"TERM", "linux", COLOR_DEPTH_16},
    {"TERM_PROGRAM", "Apple_Terminal", COLOR_DEPTH_256},
    {"COLORTERM", "truecolor", COLOR_DEPTH_RGB},
    {"COLORTERM", "24bit", COLOR_DEPTH_RGB},
    {"TERM", "*-direct", COLOR_DEPTH_RGB},
    {"TERM", "xterm-kitty", COLOR_DEPTH_RGB},
    {"TERM", "xterm-ghostty", COLOR_DEPTH_RGB},
    {"TERM", "alacritty*", COLOR_DEPTH_RGB},
    {"TERM", "foot*", COLOR_DEPTH_RGB},
    {"TERM", "wezterm*", COLOR_DEPTH_RGB},
    {"TERM", "contour*", COLOR_DEPTH_RGB},
    {"VTE_VERSION", NULL, COLOR_DEPTH_RGB},
    {"KONSOLE_VERSION", NULL, COLOR_DEPTH_RGB},
    {"WT_SESSION", NULL, COLOR_DEPTH_RGB},
    {"TERM_PROGRAM", "iTerm.app", COLOR_DEPTH_RGB},
    {"TERM_PROGRAM", "WezTerm", COLOR_DEPTH_RGB},
    {"TERM_PROGRAM", "vscode", COLOR_DEPTH_RGB},
    {"TERM_PROGRAM", "ghostty", COLOR_DEPTH_RGB},
};

static bool wishes_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        const char *value = getenv(names[k]);
        if (value == NULL || value[0] == '\0') continue;
        return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

static bool locale_is_utf8(void) {
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool environment_init_locale(void) {
    bool known = setlocale(LC_CTYPE, "") != NULL;
    if (known && locale_is_utf8()) return true;
    /* ssh brings the user's LANG to machines that never made that locale. */
    return wishes_utf8() && setlocale(LC_CTYPE, "C.UTF-8") != NULL && locale_is_utf8();
}

static const char *from_process(const char *name, void *context) {
    (void)context;
    return getenv(name);
}

static const char *value_of(const Environment *environment, const char *name) {
    const char *value = environment->get(name, environment->context);
    return value == NULL ? "" : value;
}

static bool matches(const char *value, const char *pattern) {
    if (pattern == NULL) return value[0] != '\0';
    size_t length = strlen(pattern), size = strlen(value);
    if (pattern[0] == '*') {
        return size >= length - 1 && strcmp(value + size - (length - 1), pattern + 1) == 0;
    }
    if (pattern[length - 1] == '*') return strncmp(value, pattern, length - 1) == 0;
    return strcmp(value, pattern) == 0;
}

ColorDepth environment_color_depth(ColorDepth wanted, EnvironmentGet get, void *context) {
    Environment environment = {.get = get != NULL ? get : from_process, .context = context};
    if (wanted != COLOR_DEPTH_AUTO) return wanted;
    ColorDepth asked;
    if (environment_parse_depth(value_of(&environment, "SKIPSCOPE_COLOR"), &asked) &&
        asked != COLOR_DEPTH_AUTO) {
        return asked;
    }
    if (value_of(&environment, "NO_COLOR")[0] != '\0') return COLOR_DEPTH_NONE;
    if (value_of(&environment, "TERM")[0] == '\0' || strcmp(value_of(&environment, "TERM"), "dumb") == 0) {
        return COLOR_DEPTH_NONE;
    }
    for (size_t k = 0; k < sizeof depth_rules / sizeof depth_rules[0]; k++) {
        if (matches(value_of(&environment, depth_rules[k].name), depth_rules[k].value))
            return depth_rules[k].depth;
    }
    return COLOR_DEPTH_AUTO;
}

/* Families of terminals that read control strings. GNU screen would put the question to the terminal again
 * each time that a window is shown, and give the answer to whatever runs there. */
bool environment_can_ask(EnvironmentGet get, void *context) {
    static const char *const families[] = {"xterm*",   "tmux*",   "screen*",  "rxvt*",     "alacritty*",
                                           "foot*",    "kitty*",  "wezterm*", "contour*",  "ghostty*",
                                           "konsole*", "gnome*",  "vte*",     "mintty*",   "st-*",
                                           "st",       "mlterm*", "iterm*",   "*256color", "*-direct"};
    Environment environment = {.get = get != NULL ? get : from_process, .context = context};
    if (value_of(&environment, "STY")[0] != '\0') return false;
    for (size_t k = 0; k < sizeof families / sizeof families[0]; k++)
        if (matches(value_of(&environment, "TERM"), families[k])) return true;
    return false;
}

static void add_terminal(EnvironmentNames *names, const char *name, const char *suffix) {
    snprintf(names->name[names->count++], sizeof names->name[0], "%.40s%s", name, suffix);
}

EnvironmentNames environment_terminfo_names(ColorDepth depth) {
    const char *own = getenv("TERM");
    EnvironmentNames names = {.count = 0};
    if (depth == COLOR_DEPTH_RGB) add_terminal(&names, EMBEDDED_NAME, "");
    if (own != NULL && depth == COLOR_DEPTH_256 && strstr(own, "256") == NULL)
        add_terminal(&names, own, "-256color");
    if (own != NULL) add_terminal(&names, own, "");
    add_terminal(&names, "xterm-256color", "");
    add_terminal(&names, "xterm", "");
    add_terminal(&names, "vt100", "");
    return names;
}

bool environment_check_terminal(Error *err) {
    static const char advice[] =
        "the explorer needs one that can place a cursor, such as xterm-256color; the commands of "
        "skipscope --help write plain text";
    const char *name = getenv("TERM");
    if (!isatty(STDOUT_FILENO))
        return error_set(err, ERROR_TERMINAL, "standard output is not a terminal: %s", advice);
    if (name == NULL || name[0] == '\0')
        return error_set(err, ERROR_TERMINAL, "TERM names no terminal: %s", advice);
    if (strcmp(name, "dumb") == 0) return error_set(err, ERROR_TERMINAL, "TERM is 'dumb': %s", advice);
    struct winsize size = {.ws_row = 0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (size.ws_col <= CANVAS_SIDE_MAX && size.ws_row <= CANVAS_SIDE_MAX) return true;
    return error_set(err, ERROR_TERMINAL, "the terminal has %dx%d characters, expected at most %dx%d",
                     size.ws_col, size.ws_row, CANVAS_SIDE_MAX, CANVAS_SIDE_MAX);
}

bool environment_parse_depth(const char *word, ColorDepth *depth) {
    for (size_t k = 0; k < sizeof depth_names / sizeof depth_names[0]; k++) {
        if (strcmp(word, depth_names[k]) == 0) {
            *depth = (ColorDepth)k;
            return true;
        }
    }
    return false;
}

const char *environment_depth_name(ColorDepth depth) {
    return depth_names[depth];
}
