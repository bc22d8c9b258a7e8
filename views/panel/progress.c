/* The row of progress: how far the pass has come, and what is not as the network was built. */
#include "views/panel/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { GAP = 2, STRIP_MIN = 20, JOB_BAR = 16, JOB_BAR_NARROW = 8, ROOMY = 100, KEYS_WIDTH = 18, TEXT_MAX = 640 };

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

/* `running ████▌·····  45%  12 s` at the right end; returns its first column. */
static int draw_job(Canvas *canvas, int y, Style style, const SceneJob *job) {
    int bar = canvas->width < ROOMY ? JOB_BAR_NARROW : JOB_BAR;
    char left[96], right[64];
    bool timed = isfinite(job->eta_s);
    utf8_format(left, sizeof left, "%s ", job->title);
    utf8_format(right, sizeof right, " %3d%%%s%s", (int)(100.0 * job->done / job->total), timed ? "  " : "",
                timed ? text_format_duration(job->eta_s).text : "");
    int first = canvas->width - 1 - text_width(left) - bar - text_width(right);
    int x = canvas_text(canvas, first, y, style, left);
    plot_progress(canvas, (PlotBar){.x = x, .y = y, .width = bar, .style = style}, job->done,
                  job->total);
    canvas_text(canvas, x + bar, y, style, right);
    return first;
}

/* Time from left to right: the ops forward, a border, then the same ops in reverse. */
static void draw_strips(Canvas *canvas, int y, int room, const Scene *scene) {
    int n = scene->network->op_count, cells = (room - 1) / 2;
    if (cells > n) cells = n;
    if (cells <= 0) return;
    Strip forward = {.x = 1, .y = y, .cells = cells, .count = n, .role = ROLE_FORWARD};
    Strip backward = {
        .x = 2 + cells, .y = y, .cells = cells, .first = n, .count = n, .role = ROLE_BACKWARD};
    draw_strip(canvas, forward, scene);
    canvas_put(canvas, 1 + cells, y, style_role(ROLE_DIM), U'┊');
    draw_strip(canvas, backward, scene);
}

/* What can be said, the least important last: it is left out first. */
typedef struct Status {
    char typed[24], position[64], skip[WIDGET_TEXT_MAX], norm[32], scope[24], loss[32];
} Status;

static int piece_width(const char *text) {
    return *text ? text_width(text) + GAP : 0;
}

static int status_width(const Status *status) {
    return piece_width(status->typed) + piece_width(status->position) + piece_width(status->skip) +
           piece_width(status->norm) + piece_width(status->scope) + piece_width(status->loss);
}

static int number_width(int number) {
    char text[16];
    return snprintf(text, sizeof text, "%d", number);
}

/* As wide in every moment, so that the strip beside it keeps its place. */
static void name_position(const Scene *scene, char *out, size_t out_size) {
    int n = scene->network->op_count, last = n - 1; /* the picture is where the way begins: number 0 */
    int number = scene->at < n ? scene->at : scene->at - n;
    utf8_format(out, out_size, "%*s %*d of %d", (int)strlen(widget_phase_name(PHASE_BACKWARD)),
                widget_phase_name(scene->phase), number_width(last), number, last);
}

static Status compose_status(const Scene *scene, int room) {
    Status status = {.loss = ""};
    double loss = pass_loss(scene->pass);
    bool built = pass_skip_mode(scene->pass) == SKIP_NONE_REMOVED;
    if (scene->pending_count > 0)
        snprintf(status.typed, sizeof status.typed, "%d times ...", scene->pending_count);
    else if (scene->play_rate > 0)
        snprintf(status.typed, sizeof status.typed, "playing %g/s", scene->play_rate);
    name_position(scene, status.position, sizeof status.position);
    if (!built) utf8_copy(status.skip, sizeof status.skip, widget_skip_mode(scene).text);
    bool own = pass_batch_statistics(scene->pass);
    if (own) snprintf(status.norm, sizeof status.norm, "batch norm by this picture");
    if (scene->settings.scope != setting_defaults().scope)
        utf8_format(status.scope, sizeof status.scope, "scale %s",
                    setting_word(SETTING_SCOPE, (int)scene->settings.scope));
    if (!isnan(loss)) snprintf(status.loss, sizeof status.loss, "loss %.4g", loss);
    if (status_width(&status) > room) status.loss[0] = '\0';
    if (status_width(&status) > room) status.scope[0] = '\0';
    if (status_width(&status) > room && !built)
        utf8_copy(status.skip, sizeof status.skip, widget_skip_word(scene));
    if (own && status_width(&status) > room) snprintf(status.norm, sizeof status.norm, "BN by picture");
    if (status_width(&status) > room) status.norm[0] = '\0';
    return status;
}

/* The second row leaves the right end to the keys that are always named. */
static void draw_notice(Canvas *canvas, int y, int width, const Scene *scene) {
    char text[TEXT_MAX];
    bool error = scene->notice_kind == NOTICE_ERROR;
    utf8_format(text, sizeof text, "%s%s", error ? "error: " : "", scene->notice);
    Style style = error ? style_bold(ROLE_BAD) : style_role(ROLE_TEXT);
    const char *cursor = text, *line;
    size_t length;
    for (int k = 0; k < PROGRESS_NOTICE_ROWS && (line = text_wrap_next(&cursor, width, &length)); k++) {
        if (k == PROGRESS_NOTICE_ROWS - 1)
            canvas_text_fit(canvas, 1, y + k, width - KEYS_WIDTH, style, line);
        else
            canvas_text_n(canvas, 1, y + k, style, line, length);
    }
}

static int notice_width(const Canvas *canvas) {
    return canvas->width - 2;
}

int progress_rows(const Canvas *canvas, const Scene *scene) {
    char text[TEXT_MAX];
    if (scene->notice_kind == NOTICE_NONE || !scene->notice) return 1;
    utf8_format(text, sizeof text, "%s%s", scene->notice_kind == NOTICE_ERROR ? "error: " : "",
                scene->notice);
    return text_wrap_count(text, notice_width(canvas)) > 1 ? PROGRESS_NOTICE_ROWS : 1;
}

void progress_draw(Canvas *canvas, int y, const Scene *scene, bool strip) {
    int right = canvas->width - 1;
    if (scene->notice_kind != NOTICE_NONE && scene->notice) {
        click_add(canvas, (Rect){.y = y, .w = canvas->width, .h = 1}, (Action){.id = ACTION_REDRAW});
        draw_notice(canvas, y, notice_width(canvas), scene);
        return;
    }
    if (scene->job.total > 0) right = draw_job(canvas, y, style_role(ROLE_TEXT), &scene->job) - GAP;
    Status status = compose_status(scene, right - 1 - (strip ? STRIP_MIN : 0));
    const char *const pieces[] = {status.typed, status.position, status.skip,
                                  status.norm,  status.scope,    status.loss};
    int x = strip ? right - status_width(&status) + GAP : 1;
    if (strip) draw_strips(canvas, y, x - GAP - 1, scene);
    for (int k = 0; k < 6; k++) {
        Style style = k <= 1 ? style_bold(ROLE_TEXT) : k <= 3 ? style_bold(ROLE_WARN) : style_role(ROLE_DIM);
        if (*pieces[k]) x = canvas_text(canvas, x, y, style, pieces[k]) + GAP;
    }
}
