#include <jansson.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>
#include <zlib.h>

#include "app/asset/assets.h"
#include "app/cli/options.h"
#include "app/command/command.h"
#include "app/explorer/config.h"
#include "app/measure/bench.h"
#include "app/measure/tensor_table.h"
#include "core/base/parallel.h"
#include "core/base/utf8.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"
#include "views/style/theme.h"
#include "views/term/ask.h"
#include "views/term/background.h"
#include "views/term/environment.h"

enum { DOCTOR_WIDTH_MIN = 80, DOCTOR_HEIGHT_MIN = 24 };

static void line(const char *name, const char *value) {
    printf("%-12s ", name);
    utf8_put(stdout, value); /* of the environment */
    putchar('\n');
}

/* What to do about it. */
static void advice(const char *text) {
    printf("%-12s -> %s\n", "", text);
}

static const char *or_none(const char *text) {
    return text && *text ? text : "(none)";
}

static void check_terminal(void) {
    char text[120];
    struct winsize size;
    const char *term = getenv("TERM");
    bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    utf8_format(text, sizeof text, "TERM=%.*s, input and output are %s", utf8_first(or_none(term), 40),
                or_none(term), tty ? "a terminal" : "not both a terminal");
    line("terminal", text);
    if (!tty) advice("the explorer needs one; every command with --json, and --script, works without");
    if (!term || *term == '\0' || strcmp(term, "dumb") == 0)
        advice("set TERM to what the terminal is, for example TERM=xterm-256color");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        line("size", "unknown: output is no terminal");
        return;
    }
    snprintf(text, sizeof text, "%d columns, %d rows", size.ws_col, size.ws_row);
    line("size", text);
    if (size.ws_col < DOCTOR_WIDTH_MIN || size.ws_row < DOCTOR_HEIGHT_MIN)
        advice("make the window at least 80x24, or its letters smaller");
}

static void check_locale(const Options *options) {
    char text[120];
    const char *charset = nl_langinfo(CODESET);
    bool utf8 = strcmp(charset, "UTF-8") == 0;
    utf8_format(text, sizeof text, "%.60s, character set %.40s", setlocale(LC_CTYPE, NULL), charset);
    line("locale", text);
    if (!utf8)
        advice("block characters need UTF-8: set LANG to one of `locale -a`, for example LANG=C.UTF-8");
    line("glyphs", options->output.ascii ? "ASCII: # = - | +" : "▏▎▍▌▋▊▉█ ▀▄ ░▒▓ ─│┌┐└┘ ×·→");
    if (!options->output.ascii) advice("if boxes or question marks stand there, add --ascii");
}

static void check_colors(const Options *options) {
    char text[160];
    const char *colorterm = or_none(getenv("COLORTERM")), *no_color = or_none(getenv("NO_COLOR"));
    ColorDepth depth = environment_color_depth(options_color(options), NULL, NULL);
    utf8_format(text, sizeof text, "%s (COLORTERM=%.*s, NO_COLOR=%.*s)",
                depth == COLOR_DEPTH_AUTO ? "as terminfo says" : environment_depth_name(depth),
                utf8_first(colorterm, 30), colorterm, utf8_first(no_color, 30), no_color);
    line("colours", text);
    if (depth == COLOR_DEPTH_AUTO)
        advice("if the terminal can do more, say --color=256 or --color=truecolor");
    if (depth == COLOR_DEPTH_NONE) advice("maps are drawn with characters; --color=256 turns colours on");
}

static void describe_answer(AskResult result, Rgb rgb, char *out, size_t size) {
    switch (result) {
    case ASK_ANSWERED: snprintf(out, size, "the terminal answers #%02x%02x%02x", rgb.r, rgb.g, rgb.b); return;
    case ASK_NO_ANSWER: snprintf(out, size, "the terminal was asked and does not say"); return;
    case ASK_SILENT: snprintf(out, size, "the terminal was asked and said nothing for 0.3 s"); return;
    case ASK_NOT_ASKED: break;
    }
    snprintf(out, size, "the terminal was not asked");
}

/* As the explorer finds it out: the answer comes before the variable. */
static void check_background(void) {
    static const char *const found[] = {
        [BACKGROUND_UNKNOWN] = "unknown", [BACKGROUND_DARK] = "dark", [BACKGROUND_LIGHT] = "light"};
    char answer[60], text[200];
    Rgb rgb = {0};
    const char *variable = or_none(getenv("COLORFGBG"));
    AskResult result = term_ask_background(&rgb);
    Background background =
        result == ASK_ANSWERED ? background_of(rgb) : background_of_variable(getenv("COLORFGBG"));
    describe_answer(result, rgb, answer, sizeof answer);
    utf8_format(text, sizeof text, "%s (%s, COLORFGBG=%.*s)", found[background], answer,
                utf8_first(variable, 30), variable);
    line("background", text);
    snprintf(text, sizeof text, "%s, unless --theme or the settings name another",
             theme_names[background == BACKGROUND_LIGHT ? THEME_LIGHT : THEME_DARK]);
    line("theme", text);
    if (background == BACKGROUND_UNKNOWN)
        advice("if text is hard to read here, say --theme light, or 'theme light' in the settings");
}

static void check_engine(void) {
    char text[200], choices[KERNEL_CHOICES_MAX];
    const char *core = or_none(getenv("OPENBLAS_CORETYPE")), *kernel = or_none(getenv("SKIPSCOPE_KERNEL"));
    kernel_choices(choices);
    utf8_format(text, sizeof text, "%s of %s, SKIPSCOPE_KERNEL=%.*s", kernel_name(), choices,
                utf8_first(kernel, 30), kernel);
    line("kernel", text);
    snprintf(text, sizeof text, "%.150s", gemm_version());
    line("BLAS", text);
    utf8_format(text, sizeof text, "%s, OPENBLAS_CORETYPE=%.*s", gemm_core_name(), utf8_first(core, 30),
                core);
    line("BLAS core", text);
    if (bench_blas_warning()) advice(bench_blas_warning());
    snprintf(text, sizeof text, "%d of %ld processors", parallel_threads(), sysconf(_SC_NPROCESSORS_ONLN));
    line("threads", text);
}

static void check_libraries(void) {
    char text[160];
    snprintf(text, sizeof text, "skipscope %s, jansson %s, utf8proc %s, zlib %s", SKIPSCOPE_VERSION,
             jansson_version_str(), utf8proc_version(), zlibVersion());
    line("versions", text);
}

static void check_assets(void) {
    char text[120];
    bool model = asset_find("assets/models/resnet20-cifar10.safetensors");
    snprintf(text, sizeof text, "%s, %d pictures", model ? "trained resnet20" : "no trained model",
             asset_image_count());
    line("built in", text);
    if (!model)
        advice("train one: skipscope train resnet20 --data DIR --out "
               "assets/models/resnet20-cifar10.safetensors, then make");
}

static void check_config(void) {
    char text[PATH_MAX + 32];
    char *path = config_path();
    utf8_format(text, sizeof text, "%s%s", path ? path : "neither XDG_CONFIG_HOME nor HOME is set",
                path && access(path, F_OK) != 0 ? " (there is none)" : "");
    line("settings", text);
    free(path);
}

bool command_doctor(const Options *options, Error *err) {
    if (options->output.names) return tensor_table_print_names(options->output.ascii, err);
    check_terminal();
    check_locale(options);
    check_colors(options);
    check_background();
    check_engine();
    check_libraries();
    check_assets();
    check_config();
    return true;
}
