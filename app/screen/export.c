/* Writes the screen or the selected tensor to a file; its ending says which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/export_file.h"
#include "app/cli/output.h"
#include "app/screen/screen_state.h"
#include "core/base/file.h"
#include "core/base/utf8.h"
#include "core/format/npy.h"
#include "core/image/encode.h"
#include "core/image/image.h"
#include "views/canvas/export.h"
#include "views/canvas/svg.h"
#include "views/widget/widgets.h"
#include "views/words/describe.h"
#include "views/words/say.h"

enum { PNG_SIDE = 256 };

static bool no_memory(const char *path, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory", path);
}

void screen_title(const Screen *screen, char *out, size_t out_size) {
    const Session *session = screen_front(screen);
    Scene scene = session_scene(session);
    utf8_format(out, out_size, "%s view of %s, %s%s", view_ops(session->look.view)->title,
                scene.network->arch, scene.network->ops[scene.op].name,
                scene.phase == PHASE_BACKWARD ? ", backward" : "");
}

/* Names of pictures and classes come from files, so they are escaped. Line ends stay. */
static char *escape_lines(const char *text) {
    char *safe = NULL;
    size_t size;
    FILE *out = open_memstream(&safe, &size);
    if (!out) return NULL;
    while (*text) {
        size_t length = strcspn(text, "\n");
        utf8_put_n(out, text, length);
        text += length;
        if (*text) fputc(*text++, out);
    }
    if (fclose(out) == 0) return safe;
    free(safe);
    return NULL;
}

char *screen_describe(Screen *screen) {
    Session *session = screen_front(screen);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    session_look_prepare(session);
    Scene scene = session_scene(session);
    session_twin_scene(session, &scene);
    describe_run(out, &scene);
    LessonPanel panel;
    if (screen_lesson_panel(screen, &panel) && panel.bars)
        lesson_bars_describe(out, panel.bars);
    else
        describe_view(out, &scene, session->look.view);
    bool written = ferror(out) == 0;
    bool ok = fclose(out) == 0 && written;
    char *safe = ok ? escape_lines(text) : NULL;
    free(text);
    return safe;
}

static char *draw_svg(Screen *screen, const Canvas *canvas) {
    char title[WIDGET_TEXT_MAX], *words = screen_describe(screen);
    size_t size;
    screen_title(screen, title, sizeof title);
    CanvasSvg svg = {.theme = screen_theme(screen), .title = title, .description = words};
    char *text = canvas_svg(canvas, &svg, &size);
    free(words);
    return text;
}

static bool write_screen(Screen *screen, const char *path, const char *ending, Error *err) {
    const Session *session = screen_front(screen);
    /* A file has colours even if the terminal has none. */
    bool colors = strcmp(ending, "txt") != 0 && session->look.settings.theme != THEME_MONO;
    unsigned flags = colors ? session->display.flags & ~(unsigned)CANVAS_MONO : session->display.flags;
    Canvas *canvas = canvas_new(session->display.width, session->display.height, flags);
    if (!canvas) return no_memory(path, err);
    screen_draw(screen, canvas);
    char *text = strcmp(ending, "svg") == 0 ? draw_svg(screen, canvas)
                 : strcmp(ending, "ans") == 0
                     ? canvas_export_ansi_string(canvas, session->look.settings.theme, COLOR_DEPTH_RGB)
                     : canvas_export_text_string(canvas);
    canvas_free(canvas);
    if (!text) return no_memory(path, err);
    bool ok = file_write_atomic(path, text, strlen(text), err);
    free(text);
    return ok;
}

static bool write_npy(const char *path, Tensor tensor, Error *err) {
    Shape s = tensor.shape;
    float *values = malloc(shape_count(s) * sizeof *values);
    if (!values) return no_memory(path, err);
    tensor_to_nchw(values, tensor.data, s);
    bool ok = npy_save(path, 4, (const int[]){s.n, s.c, s.h, s.w}, values, err);
    free(values);
    return ok;
}

static bool write_csv(const char *path, Tensor tensor, Error *err) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return no_memory(path, err);
    fputs("channel,row,column,value\n", out);
    Shape s = tensor.shape;
    for (int c = 0; c < s.c; c++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++)
                fprintf(out, "%d,%d,%d,%.9g\n", c, h, w, (double)tensor.data[shape_index(s, 0, c, h, w)]);
    bool ok = ferror(out) == 0;
    ok = fclose(out) == 0 && ok ? file_write_atomic(path, text, size, err) : no_memory(path, err);
    free(text);
    return ok;
}

/* The selected channel in the colours of the screen, enlarged by a whole number. */
static bool write_png(const Session *session, const Scene *scene, const char *path, Tensor tensor,
                      Error *err) {
    Shape s = tensor.shape;
    int side = s.h > s.w ? s.h : s.w, zoom = side < PNG_SIDE ? PNG_SIDE / side : 1;
    Scale scale = scene_scale(scene, scene->op, scene->phase, scene->channel, MAP_FOCUS);
    PaletteId palette = scene_palette(scene, scale, scene->phase);
    Image image = {0};
    if (!image_alloc(&image, s.w * zoom, s.h * zoom, err)) return false;
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++) {
            double value = (double)tensor.data[shape_index(s, 0, scene->channel, y / zoom, x / zoom)];
            Color color = color_map(palette, scale_level(scale, value));
            int rgb = theme_resolve(session->look.settings.theme == THEME_MONO ? THEME_DARK
                                                                               : session->look.settings.theme,
                                    color, COLOR_DEPTH_RGB);
            uint8_t *pixel = image.rgb + 3 * ((size_t)y * (size_t)image.width + (size_t)x);
            pixel[0] = (uint8_t)(rgb >> 16);
            pixel[1] = (uint8_t)(rgb >> 8);
            pixel[2] = (uint8_t)rgb;
        }
    bool ok = image_save_png(&image, path, err);
    image_free(&image);
    return ok;
}

static bool write_tensor(Session *session, const char *path, const char *ending, Error *err) {
    Scene scene = session_scene(session);
    session_twin_scene(session, &scene);
    Tensor tensor = scene_tensor(&scene, scene.op, scene.phase);
    if (!tensor.data)
        return error_set(err, ERROR_FAILED, "%s: the %s of %s is not computed yet: e runs up to here", path,
                         scene.phase == PHASE_FORWARD ? "activation" : "gradient",
                         scene.network->ops[scene.op].name);
    if (strcmp(ending, "npy") == 0) return write_npy(path, tensor, err);
    if (strcmp(ending, "csv") == 0) return write_csv(path, tensor, err);
    return write_png(session, &scene, path, tensor, err);
}

static bool has_this_ending(const char *ending, const char *const *endings) {
    for (; *endings; endings++)
        if (strcmp(ending, *endings) == 0) return true;
    return false;
}

static bool write_state(const Session *session, const char *path, Error *err) {
    char *text = session_state_text(session), *line = NULL;
    int length = text ? asprintf(&line, "%s\n", text) : -1;
    bool ok = length >= 0 ? file_write_atomic(path, line, (size_t)length, err) : no_memory(path, err);
    free(line);
    free(text);
    return ok;
}

static bool export(Screen *screen, const char *path, Error *err) {
    static const char *const screens[] = {"txt", "ans", "svg", NULL}, *const tensors[] = {"npy", "csv", "png",
                                                                                          NULL};
    Session *session = screen_front(screen);
    const char *dot = strrchr(path, '.'), *ending = dot ? dot + 1 : "";
    if (!export_file_may_replace(path, session->exp.picture.name, err)) return false;
    if (has_this_ending(ending, screens)) return write_screen(screen, path, ending, err);
    if (has_this_ending(ending, tensors)) return write_tensor(session, path, ending, err);
    if (strcmp(ending, "state") == 0) return write_state(session, path, err);
    return error_set(
        err, ERROR_USAGE,
        "export: expected a file that ends in .txt, .ans or .svg for the screen, .npy, .csv or .png for the "
        "selected tensor, or .state, found '%s'",
        path);
}

/* A name that suits what is shown. */
static void suggest(const Session *session, char *out, size_t out_size) {
    Scene scene = session_scene(session);
    utf8_format(out, out_size, "%s-%s%s.svg", scene.network->arch, scene.network->ops[scene.op].name,
                scene.phase == PHASE_BACKWARD ? "-gradient" : "");
}

/* Without a name the prompt asks for one. */
bool screen_do_export(Screen *screen, const Action *action, Error *err) {
    Session *front = screen_front(screen);
    if (*action->text == '\0') {
        char line[ACTION_TEXT_MAX] = "export ";
        suggest(front, line + strlen(line), sizeof line - strlen(line));
        screen_open_prompt(screen, line);
        return true;
    }
    if (!export(screen, action->text, err)) return false;
    session_tell(front, NOTICE_INFO, "written to %s", action->text);
    return true;
}

bool screen_do_export_chart(Screen *screen, const Action *action, Error *err) {
    Session *front = screen_front(screen);
    if (*action->text == '\0') {
        char line[ACTION_TEXT_MAX] = "export-chart ";
        size_t used = strlen(line);
        if (!session_chart_name(front, line + used, sizeof line - used, err)) return false;
        screen_open_prompt(screen, line);
        return true;
    }
    if (!session_export_chart(front, action->text, err)) return false;
    session_tell(front, NOTICE_INFO, "written to %s", action->text);
    return true;
}

static Canvas *draw_canvas(Screen *screen) {
    const Display *display = &screen_front(screen)->display;
    Canvas *canvas = canvas_new(display->width, display->height, display->flags);
    if (canvas) screen_draw(screen, canvas);
    return canvas;
}

/* UTF-8, or ASCII when the canvas is. "-" is standard output. */
static bool write_text(const Canvas *canvas, const char *path, Error *err) {
    if (*path == '\0')
        return error_set(err, ERROR_USAGE, "screen: expected a file name, or - for standard output");
    char *text = canvas_export_text_string(canvas);
    if (!text) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
    bool ok;
    if (strcmp(path, "-") == 0)
        ok = fputs(text, stdout) >= 0 || output_refuse(err);
    else
        ok = file_write_atomic(path, text, strlen(text), err);
    free(text);
    return ok;
}

bool screen_do_screen(Screen *screen, const Action *action, Error *err) {
    Canvas *canvas = draw_canvas(screen);
    if (!canvas) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
    bool ok = write_text(canvas, action->text, err);
    if (ok) session_tell(screen_front(screen), NOTICE_INFO, "the screen is in %s", action->text);
    canvas_free(canvas);
    return ok;
}

bool screen_do_describe(Screen *screen, const Action *action, Error *err) {
    const char *path = action->text;
    Session *front = screen_front(screen);
    if (*path == '\0')
        return error_set(err, ERROR_USAGE, "describe: expected a file name, or - for standard output");
    char *text = screen_describe(screen);
    if (!text) return no_memory(path, err);
    bool ok = true;
    if (strcmp(path, "-") != 0)
        ok = file_write_atomic(path, text, strlen(text), err);
    else
        say_put(stdout, text, front->display.flags & CANVAS_ASCII);
    if (ok) session_tell(front, NOTICE_INFO, "the description is in %s", path);
    free(text);
    return ok;
}

static char *screen_text(Screen *screen) {
    Canvas *canvas = draw_canvas(screen);
    char *text = canvas ? canvas_export_text_string(canvas) : NULL;
    canvas_free(canvas);
    return text;
}

/* As options of the command line. */
static char *preprocess_text(Screen *screen) {
    char text[PREPROCESS_TEXT_MAX];
    return strdup(preprocess_format_options(&session_scene(screen_front(screen)).model->preprocess, text));
}

bool screen_do_copy(Screen *screen, const Action *action, Error *err) {
    const char *what = action->text;
    Session *front = screen_front(screen);
    bool state = strcmp(what, "state") == 0, preprocess = strcmp(what, "preprocess") == 0;
    if (*what && !state && !preprocess && strcmp(what, "screen") != 0)
        return error_set(err, ERROR_USAGE, "copy: expected screen, state or preprocess, found '%s'", what);
    free(screen->copy);
    screen->copy = state        ? session_state_text(front)
                   : preprocess ? preprocess_text(screen)
                                : screen_text(screen);
    session_tell(front, NOTICE_INFO, "the %s is offered to the terminal's clipboard; not all take it",
                 state        ? "state"
                 : preprocess ? "line of options for pictures"
                              : "screen");
    return true;
}
