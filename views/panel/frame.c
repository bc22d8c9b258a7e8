#include "views/panel/frame.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { HEAD_ROWS = 2, FOOT_ROWS = 3, GAP = 2, TEXT_MAX = 640, HINTS_MIN = 18 };

static Style bar_style(void) {
    return (Style){.fg = color_role(ROLE_BAR_TEXT), .bg = color_role(ROLE_BAR)};
}

static Rect row_of(const Canvas *canvas, int y) {
    return (Rect){.y = y, .w = canvas->width, .h = 1};
}

Rect frame_view_area_without(int width, int height, unsigned without) {
    int head = HEAD_ROWS - ((without & FRAME_WITHOUT_TABS) != 0);
    int foot = FOOT_ROWS - ((without & FRAME_WITHOUT_STRIP) != 0);
    if (layout_tier(width, height) == LAYOUT_TOO_SMALL) return (Rect){.x = 0};
    return (Rect){.y = head, .w = width, .h = height - head - foot};
}

Rect frame_view_area(int width, int height) {
    return frame_view_area_without(width, height, 0);
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

/* The path, bold down to the level that is looked at; on the right the picture and where the weights come
 * from, as far as there is room. */
static void draw_title(Canvas *canvas, const Scene *scene, ZoomLevel level) {
    char text[TEXT_MAX];
    Path path = path_of(scene);
    canvas_fill(canvas, row_of(canvas, 0), bar_style(), ' ');
    int x = 1;
    for (int k = 0; k <= ZOOM_VALUE; k++) {
        Style style = bar_style();
        if (!path.part[k][0]) continue;
        if (k > ZOOM_NETWORK) x = canvas_text(canvas, x, 0, style, " › ");
        style.attributes = k == (int)level ? CELL_BOLD | CELL_UNDERLINE : k < (int)level ? CELL_BOLD : 0;
        x = canvas_text(canvas, x, 0, style, path.part[k]);
    }
    utf8_format(text, sizeof text, "%s  %s", scene->image_name, scene->weights_note);
    int room = canvas->width - 1 - x - GAP, width = text_width(text);
    canvas_text_fit(canvas, width < room ? canvas->width - 1 - width : x + GAP, 0, room, bar_style(), text);
}

/* The title with its key in brackets: "[a]rchitecture", "S[t]ep", or only the key. Returns the column after
 * it. */
static int draw_tab(Canvas *canvas, int x, const ViewOps *view, Style style, bool whole) {
    Style key = style;
    key.attributes |= CELL_BOLD;
    if (!whole) return canvas_printf(canvas, x, 1, key, "[%c]", view->key);
    const char *at = view->title;
    while (*at && tolower((unsigned char)*at) != tolower((unsigned char)view->key)) at++;
    bool inside = *at != '\0';
    if (inside) x = canvas_text_n(canvas, x, 1, style, view->title, (size_t)(at - view->title));
    x = canvas_printf(canvas, x, 1, key, "[%c]", view->key);
    return canvas_text(canvas, x, 1, style, inside ? at + 1 : view->title);
}

/* Columns of all tabs with their whole titles. */
static int tabs_width(void) {
    int width = 0;
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        bool inside = false;
        for (const char *at = view->title; *at && !inside; at++)
            inside = tolower((unsigned char)*at) == tolower((unsigned char)view->key);
        width += 2 + text_width(view->title) + (inside ? 2 : 3);
    }
    return width;
}

static void draw_tabs(Canvas *canvas, ViewId current, unsigned hidden) {
    int x = 0;
    bool roomy = tabs_width() <= canvas->width + 1; /* the last tab's space may be cut */
    for (int k = 0; k < VIEW_COUNT; k++) {
        Style style = style_role(ROLE_TEXT);
        bool shown = k == (int)current;
        if (hidden >> k & 1) continue;
        if (shown) {
            style = style_bold(ROLE_CURSOR_TEXT);
            style.bg = color_role(ROLE_CURSOR);
        }
        x = canvas_text(canvas, x, 1, style, shown ? "▸" : " ");
        int first = x - 1;
        x = draw_tab(canvas, x, view_ops((ViewId)k), style, roomy || shown);
        x = canvas_text(canvas, x, 1, style, " ");
        click_add_text(canvas, (Rect){first, 1, x - first, 1}, ACTION_VIEW, view_ops((ViewId)k)->name);
    }
}

/* One half of the strip: `cells` cells for the times first .. first + count - 1. */
typedef struct Strip {
    int x, y, cells, first, count;
    Role role;
} Strip;

/* What stands out among the moments begin .. end - 1: a breakpoint, a NaN, a closed route. 0 for nothing. */
static uint32_t strip_letter(const Scene *scene, int begin, int end) {
    uint32_t letter = 0;
    for (int at = begin; at < end; at++) {
        int op = scene_op_at(scene->network, at), block = scene->network->ops[op].block;
        Stats stats = scene_stats(scene, op, at < scene->network->op_count ? PHASE_FORWARD : PHASE_BACKWARD);
        if (scene->breaks && scene->breaks[at]) return U'B';
        if (stats.known && stats.nan + stats.inf > 0) letter = U'!';
        bool add = network_is_addition(scene->network, op) && letter != U'!';
        if (add && pass_skip_mode(scene->pass) == SKIP_LESION && pass_block_is_lesioned(scene->pass, block))
            letter = U'L';
        if (add && pass_skip_mode(scene->pass) == SKIP_CUT && at >= scene->network->op_count) letter = U'C';
        if (add && pass_skip_mode(scene->pass) == SKIP_PLAIN) letter = U'P';
    }
    return letter;
}

static void draw_strip(Canvas *canvas, Strip strip, const Scene *scene) {
    int done = scene_steps_done(scene->pass);
    for (int k = 0; k < strip.cells; k++) {
        int begin = strip.first + (int)((long)k * strip.count / strip.cells);
        int end = strip.first + (int)((long)(k + 1) * strip.count / strip.cells);
        uint32_t letter = strip_letter(scene, begin, end);
        click_add_moment(canvas, (Rect){strip.x + k, strip.y, 1, 1}, scene, begin);
        if (scene->at >= begin && scene->at < end)
            canvas_put(canvas, strip.x + k, strip.y, style_bold(ROLE_ACCENT), scene->at < done ? U'●' : U'○');
        else if (letter)
            canvas_put(canvas, strip.x + k, strip.y, style_bold(ROLE_WARN), letter);
        else if (end <= done)
            canvas_put(canvas, strip.x + k, strip.y, style_role(strip.role), U'━');
        else
            canvas_put(canvas, strip.x + k, strip.y, style_role(ROLE_DIM), U'·');
    }
}

/* Time from left to right: the ops forward, then the same ops in reverse. */
static void draw_position(Canvas *canvas, int y, const Scene *scene) {
    int n = scene->network->op_count;
    char text[64], widest[64];
    utf8_format(text, sizeof text, "op %d/%d %s", scene->op, n - 1, widget_phase_name(scene->phase));
    utf8_format(widest, sizeof widest, "op %d/%d %s", n - 1, n - 1, widget_phase_name(PHASE_BACKWARD));
    int room = canvas->width - 2 - text_width(widest) - GAP, label = text_width("fwd ");
    int cells = (room - 2 * label - GAP) / 2;
    if (cells > n) cells = n;
    Strip forward = {.y = y, .cells = cells, .count = n, .role = ROLE_FORWARD};
    Strip backward = {.y = y, .cells = cells, .first = n, .count = n, .role = ROLE_BACKWARD};
    forward.x = canvas_text(canvas, 1, y, style_role(ROLE_FORWARD), "fwd ");
    draw_strip(canvas, forward, scene);
    backward.x = canvas_text(canvas, forward.x + cells + GAP, y, style_role(ROLE_BACKWARD), "bwd ");
    draw_strip(canvas, backward, scene);
    canvas_text(canvas, backward.x + cells + GAP, y, style_role(ROLE_TEXT), text);
}

/* `running ████▌·····  45%  12 s` at the right end; returns its first column. */
static int draw_job(Canvas *canvas, int y, Style style, const SceneJob *job) {
    enum { BAR_WIDTH = 16 };
    char left[96], right[64];
    bool timed = isfinite(job->eta_s);
    utf8_format(left, sizeof left, "%s ", job->title);
    utf8_format(right, sizeof right, " %3d%%%s%s", (int)(100.0 * job->done / job->total), timed ? "  " : "",
                timed ? text_format_duration(job->eta_s).text : "");
    int first = canvas->width - 1 - text_width(left) - BAR_WIDTH - text_width(right);
    int x = canvas_text(canvas, first, y, style, left);
    plot_progress(canvas, (PlotBar){.x = x, .y = y, .width = BAR_WIDTH, .style = style}, job->done,
                  job->total);
    canvas_text(canvas, x + BAR_WIDTH, y, style, right);
    return first;
}

/* A message that is longer than the status line takes the row of the strip above as well, or where there is
 * no strip, the row of the hints below. */
static void draw_notice(Canvas *canvas, int y, int width, const Scene *scene, bool strip) {
    char text[TEXT_MAX];
    bool error = scene->notice_kind == NOTICE_ERROR;
    utf8_format(text, sizeof text, "%s%s", error ? "error: " : "", scene->notice);
    Style style = error ? style_bold(ROLE_BAD) : style_role(ROLE_TEXT);
    Rect row = {.x = 1, .y = y, .w = width, .h = 1};
    if (text_wrap_count(text, width) > 1) {
        int more = strip ? y - 1 : y + 1;
        if (strip) row.y = more;
        row.h = 2;
        canvas_fill(canvas, row_of(canvas, more), style_role(ROLE_TEXT), ' ');
        click_add(canvas, row_of(canvas, more), (Action){.id = ACTION_NONE});
    }
    const char *cursor = text, *line;
    size_t length;
    for (int k = 0; k < row.h && (line = text_wrap_next(&cursor, width, &length)); k++) {
        if (k == row.h - 1)
            canvas_text_fit(canvas, row.x, row.y + k, width, style, line);
        else
            canvas_text_n(canvas, row.x, row.y + k, style, line, length);
    }
}

/* What can be said, the least important last: it is left out first. The skip mode is never left out. */
typedef struct Status {
    char typed[24], place[96], skip[WIDGET_TEXT_MAX], norm[24], loss[32], scope[24];
} Status;

static int piece_width(const char *text) {
    return *text ? text_width(text) + GAP : 0;
}

static int status_width(const Status *status) {
    return piece_width(status->typed) + piece_width(status->place) + piece_width(status->skip) +
           piece_width(status->norm) + piece_width(status->loss) + piece_width(status->scope) - GAP;
}

static Status compose_status(const Scene *scene, int width) {
    Status status = {.loss = ""};
    double loss = pass_loss(scene->pass);
    if (scene->pending_count > 0)
        snprintf(status.typed, sizeof status.typed, "%d times ...", scene->pending_count);
    else if (scene->play_rate > 0)
        snprintf(status.typed, sizeof status.typed, "playing %g/s", scene->play_rate);
    utf8_format(status.place, sizeof status.place, "%s %s", widget_phase_name(scene->phase),
                scene->network->ops[scene->op].name);
    utf8_copy(status.skip, sizeof status.skip, widget_skip_mode(scene).text);
    utf8_format(status.norm, sizeof status.norm, "BN %s",
                pass_batch_statistics(scene->pass) ? "batch" : "running");
    if (!isnan(loss)) snprintf(status.loss, sizeof status.loss, "loss %.4g", loss);
    utf8_format(status.scope, sizeof status.scope, "scale %s",
                setting_word(SETTING_SCOPE, (int)scene->settings.scope));
    if (status_width(&status) > width) status.scope[0] = '\0';
    if (status_width(&status) > width) utf8_copy(status.skip, sizeof status.skip, widget_skip_word(scene));
    if (status_width(&status) > width) status.loss[0] = '\0';
    if (status_width(&status) > width) status.norm[0] = '\0';
    return status;
}

static void draw_status(Canvas *canvas, int y, const Scene *scene, bool strip) {
    bool notice = scene->notice_kind != NOTICE_NONE && scene->notice;
    Style style = notice ? style_role(ROLE_TEXT) : bar_style();
    canvas_fill(canvas, row_of(canvas, y), style, ' ');
    int right = canvas->width - 1;
    if (scene->job.total > 0) right = draw_job(canvas, y, style, &scene->job) - GAP;
    if (notice) {
        draw_notice(canvas, y, right - 1, scene, strip);
        return;
    }
    Status status = compose_status(scene, right - 1);
    const char *const pieces[] = {status.typed, status.place, status.skip,
                                  status.norm,  status.loss,  status.scope};
    for (int k = 0, x = 1; k < 6; k++) {
        bool strong = k <= 1 || (k == 2 && pass_skip_mode(scene->pass) != SKIP_NONE_REMOVED);
        style.attributes = strong ? CELL_BOLD : 0;
        if (*pieces[k]) x = canvas_text(canvas, x, y, style, pieces[k]) + GAP;
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

/* The last column of the last row stays free: some terminals scroll when it is written. */
static void draw_hints(Canvas *canvas, int y, const FrameInfo *info) {
    FrameHint help = find_hint(info, (FrameHint){.key = "?", .label = "help"});
    FrameHint quit = find_hint(info, (FrameHint){.key = "q", .label = "quit"});
    int end = info->pressed_count > 0 ? draw_pressed(canvas, y, info) : canvas->width - 1;
    int right = end - hint_width(help) - hint_width(quit) + GAP;
    int x = 1;
    if (info->without & FRAME_WITHOUT_TABS) right = x; /* before a class these two stay where they are */
    for (int k = 0; k < info->hint_count; k++) {
        FrameHint hint = info->hints[k];
        if (hint_is(&hint, "help") || hint_is(&hint, "quit")) continue;
        if (x + hint_width(hint) > right) break;
        x = draw_hint(canvas, x, y, hint);
    }
    draw_hint(canvas, draw_hint(canvas, right, y, help), y, quit);
}

Rect frame_draw(Canvas *canvas, const FrameInfo *info, const Scene *scene) {
    Rect area = frame_view_area_without(canvas->width, canvas->height, info->without);
    if (rect_is_empty(area)) {
        draw_too_small(canvas);
        return area;
    }
    int foot = area.y + area.h;
    draw_title(canvas, scene, info->level);
    if (!(info->without & FRAME_WITHOUT_TABS)) draw_tabs(canvas, info->view, info->hidden_views);
    bool strip = !(info->without & FRAME_WITHOUT_STRIP);
    if (strip) draw_position(canvas, foot++, scene);
    draw_hints(canvas, foot + 1, info);
    draw_status(canvas, foot, scene, strip);
    return area;
}
