#include "views/panel/frame.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/panel/progress.h"
#include "views/scene/class_rank.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { GAP = 2, TEXT_MAX = 640, HINTS_MIN = 18, NAMES_BESIDE = 100, NAMES_ROOMY = 120, NAME_MAX = 24 };

static Style bar_style(void) {
    return (Style){.fg = color_role(ROLE_BAR_TEXT), .bg = color_role(ROLE_BAR)};
}

static Rect row_of(const Canvas *canvas, int y) {
    return (Rect){.y = y, .w = canvas->width, .h = 1};
}

Rect frame_view_area(int width, int height) {
    if (layout_tier(width, height) == LAYOUT_TOO_SMALL) return (Rect){.x = 0};
    return (Rect){.y = 1, .w = width, .h = height - FRAME_ROWS};
}

static void draw_too_small(Canvas *canvas) {
    char text[64];
    snprintf(text, sizeof text, "need %dx%d, have %dx%d", LAYOUT_MIN_WIDTH, LAYOUT_MIN_HEIGHT, canvas->width,
             canvas->height);
    canvas_text_center(canvas, canvas_area(canvas), (canvas->height - 1) / 2, style_bold(ROLE_WARN), text);
}

/* The path from the network to the selected number: one part for each level, "" where it has none. */
typedef struct Path {
    char part[ZOOM_VALUE + 1][OP_NAME_MAX + 16];
} Path;

static Path path_of(const Scene *scene) {
    Path path = {.part = {""}};
    const Network *network = scene->network;
    const Op *op = &network->ops[scene->op];
    utf8_copy(path.part[ZOOM_NETWORK], sizeof path.part[0], network->arch);
    if (op->block >= 0) {
        snprintf(path.part[ZOOM_STAGE], sizeof path.part[0], "stage %d", network->blocks[op->block].stage);
        utf8_copy(path.part[ZOOM_BLOCK], sizeof path.part[0], network->blocks[op->block].name);
    }
    utf8_copy(path.part[ZOOM_OP], sizeof path.part[0], widget_op_short_name(network, scene->op));
    if (op->out.c > 1) snprintf(path.part[ZOOM_CHANNEL], sizeof path.part[0], "ch %d", scene->channel);
    if (op->out.h * op->out.w > 1)
        snprintf(path.part[ZOOM_VALUE], sizeof path.part[0], "(%d,%d)", scene->row, scene->column);
    return path;
}

static int path_width(const Path *path) {
    int width = 0;
    for (int k = 0; k <= ZOOM_VALUE; k++)
        if (path->part[k][0]) width += text_width(path->part[k]) + (width > 0 ? text_width(" › ") : 0);
    return width;
}

/* Without room, what others imply goes first: a block's name has its stage in it. */
static void fit_path(Path *path, ZoomLevel level, int room) {
    static const ZoomLevel order[] = {ZOOM_STAGE, ZOOM_VALUE, ZOOM_CHANNEL, ZOOM_NETWORK, ZOOM_BLOCK};
    if (level != ZOOM_STAGE) path->part[ZOOM_STAGE][0] = '\0';
    for (int k = 0; k < 5 && path_width(path) > room; k++)
        if (order[k] != level) path->part[order[k]][0] = '\0';
}

/* Bold down to the level that is looked at. */
static void draw_path(Canvas *canvas, const Path *path, ZoomLevel level, int room) {
    int x = 1;
    Rect old = canvas_clip(canvas, (Rect){.x = 1, .w = room, .h = 1});
    for (int k = 0; k <= ZOOM_VALUE; k++) {
        Style style = bar_style();
        if (!path->part[k][0]) continue;
        if (x > 1) x = canvas_text(canvas, x, 0, style, " › ");
        style.attributes = k == (int)level ? CELL_BOLD | CELL_UNDERLINE : k < (int)level ? CELL_BOLD : 0;
        x = canvas_text(canvas, x, 0, style, path->part[k]);
    }
    canvas_unclip(canvas, old);
}

/* A view's title with its key as it is typed: "Architecture", "Step", "LAb". */
static const char *key_in_title(const ViewOps *view) {
    const char *at = view->title;
    while (*at && tolower((unsigned char)*at) != tolower((unsigned char)view->key)) at++;
    return *at ? at : view->title;
}

static Style name_style(Style plain, bool current) {
    if (!current) return plain;
    return (Style){
        .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
}

/* With the key underlined, in the title bar. */
static int draw_marked_name(Canvas *canvas, int x, const ViewOps *view, Style style) {
    const char *key = key_in_title(view);
    Style marked = style;
    marked.attributes |= CELL_BOLD | CELL_UNDERLINE;
    x = canvas_text_n(canvas, x, 0, style, view->title, (size_t)(key - view->title));
    x = canvas_printf(canvas, x, 0, marked, "%c", view->key);
    return canvas_text(canvas, x, 0, style, key + 1);
}

static int marked_names_width(const FrameInfo *info, int gap) {
    int width = 0;
    for (int k = 0; k < VIEW_COUNT; k++)
        if (!(info->hidden_views >> k & 1)) width += text_width(view_ops((ViewId)k)->title) + gap;
    return width;
}

/* At the right end of the title bar; returns the column before which all else ends. */
static int draw_marked_names(Canvas *canvas, const FrameInfo *info) {
    int gap = canvas->width < NAMES_ROOMY ? 1 : GAP;
    if (canvas->width < NAMES_BESIDE || info->without & FRAME_WITHOUT_VIEWS) return canvas->width;
    int first = canvas->width - marked_names_width(info, gap), x = first;
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        if (info->hidden_views >> k & 1) continue;
        int begin = x;
        x = draw_marked_name(canvas, x, view, name_style(bar_style(), k == (int)info->view));
        click_add_text(canvas, (Rect){begin, 0, x - begin, 1}, ACTION_VIEW, view->name);
        x += gap;
    }
    return first - 1;
}

/* "04-cat → cat 99.8 %" */
static void describe_picture(const Scene *scene, char *out, size_t out_size) {
    char name[4 * NAME_MAX], class_name[CLASS_NAME_MAX];
    text_truncate(name, sizeof name, scene_picture_name(scene), NAME_MAX);
    int best;
    bool answers = scene->probabilities &&
                   class_rank(scene->probabilities, network_answers(scene->network), &best, 1) == 1;
    if (scene->hides_answer)
        utf8_format(out, out_size, "%s → ?", name);
    else if (scene->untrained)
        utf8_format(out, out_size, "%s, random weights", name);
    else if (answers && isnan(scene->probabilities[best]))
        utf8_format(out, out_size, "%s → no answer (NaN)", name);
    else if (answers)
        utf8_format(out, out_size, "%s → %s %s", name, scene_class_name(scene, best, class_name),
                    text_format_percent(scene->probabilities[best]).text);
    else
        utf8_copy(out, out_size, name);
}

/* On the left the path, shortened to fit; on the right the picture and what the network says it is. */
static void draw_title(Canvas *canvas, const FrameInfo *info, const Scene *scene) {
    char text[TEXT_MAX];
    canvas_fill(canvas, row_of(canvas, 0), bar_style(), ' ');
    int end = draw_marked_names(canvas, info);
    describe_picture(scene, text, sizeof text);
    int first = end - 1 - text_width(text);
    Path path = path_of(scene);
    fit_path(&path, info->level, first - 1 - GAP);
    draw_path(canvas, &path, info->level, first - 1 - GAP);
    canvas_text(canvas, first, 0, bar_style(), text);
}

/* In the row of hints, "m Maps"; the view shown stands out. */
static void draw_names(Canvas *canvas, int y, const FrameInfo *info) {
    int x = 1;
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        if (info->hidden_views >> k & 1) continue;
        bool current = k == (int)info->view;
        int begin = x;
        x = canvas_printf(canvas, x, y, name_style(style_bold(ROLE_KEY), current), "%c", view->key);
        x = canvas_text(canvas, x, y, name_style(style_role(ROLE_DIM), current), " ");
        x = canvas_text(canvas, x, y, name_style(style_role(ROLE_DIM), current), view->title);
        click_add_text(canvas, (Rect){begin, y, x - begin, 1}, ACTION_VIEW, view->name);
        x += GAP;
    }
}

static bool hint_is(const FrameHint *hint, const char *label) {
    return strcmp(hint->label, label) == 0;
}

static FrameHint find_hint(const FrameInfo *info, FrameHint otherwise) {
    for (int k = 0; k < info->hint_count; k++)
        if (hint_is(&info->hints[k], otherwise.label)) return info->hints[k];
    return otherwise;
}

static int hint_width(FrameHint hint) {
    return text_width(hint.key) + 1 + text_width(hint.label) + GAP;
}

static int draw_hint(Canvas *canvas, int x, int y, FrameHint hint) {
    x = canvas_text(canvas, x, y, style_bold(ROLE_KEY), hint.key) + 1;
    return canvas_text(canvas, x, y, style_role(ROLE_DIM), hint.label) + GAP;
}

/* ` n ` for each key pressed, and what the last one does, at the right end; returns its first column. */
static int draw_pressed(Canvas *canvas, int y, const FrameInfo *info) {
    int right = canvas->width - 1, width = 0;
    for (int k = 0; k < info->pressed_count; k++) width += text_width(info->pressed[k]) + 3;
    int room = right - width - HINTS_MIN, sentence = text_width(info->pressed_text);
    if (sentence > room) sentence = room > 0 ? room : 0;
    int first = right - width - sentence, x = first;
    for (int k = 0; k < info->pressed_count; k++) {
        Style cap = {.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR)};
        cap.attributes = k == info->pressed_count - 1 ? CELL_BOLD : 0;
        x = canvas_printf(canvas, x, y, cap, " %s ", info->pressed[k]) + 1;
    }
    canvas_text_fit(canvas, x, y, sentence, style_bold(ROLE_TEXT), info->pressed_text);
    return first - GAP;
}

/* How to get help and how to leave are always said. Returns the column they begin in. */
static int draw_ends(Canvas *canvas, int y, int end, const FrameInfo *info) {
    FrameHint help = find_hint(info, (FrameHint){.key = "?", .label = "help"});
    FrameHint quit = find_hint(info, (FrameHint){.key = "q", .label = "quit"});
    int first = end - hint_width(help) - hint_width(quit) + GAP;
    if (info->without & FRAME_WITHOUT_VIEWS) first = 1; /* before a class these two stay where they are */
    draw_hint(canvas, draw_hint(canvas, first, y, help), y, quit);
    return first;
}

/* The last column of the last row stays free: some terminals scroll when it is written. */
static void draw_hints(Canvas *canvas, int y, const FrameInfo *info) {
    int end = info->pressed_count > 0 ? draw_pressed(canvas, y, info) : canvas->width - 1;
    int right = draw_ends(canvas, y, end, info), x = 1;
    for (int k = 0; k < info->hint_count; k++) {
        FrameHint hint = info->hints[k];
        if (hint_is(&hint, "help") || hint_is(&hint, "quit")) continue;
        if (x + hint_width(hint) > right) break;
        x = draw_hint(canvas, x, y, hint);
    }
}

Rect frame_draw(Canvas *canvas, const FrameInfo *info, const Scene *scene) {
    Rect area = frame_view_area(canvas->width, canvas->height);
    if (rect_is_empty(area)) {
        draw_too_small(canvas);
        return area;
    }
    int foot = area.y + area.h;
    bool names = info->lists_views && canvas->width < NAMES_BESIDE;
    draw_title(canvas, info, scene);
    if (progress_rows(canvas, scene) > 1)
        draw_ends(canvas, foot + 1, canvas->width - 1, info);
    else if (names && !(info->without & FRAME_WITHOUT_VIEWS))
        draw_names(canvas, foot + 1, info);
    else
        draw_hints(canvas, foot + 1, info);
    progress_draw(canvas, foot, scene, !(info->without & FRAME_WITHOUT_STRIP));
    return area;
}
