#include "views/input/field.h"

#include <math.h>
#include <stdio.h>

#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

bool input_field_find(ReceptiveField *field, const Scene *scene) {
    FieldCell cell = {.op = scene->op, .channel = scene->channel, .row = scene->row, .column = scene->column};
    return receptive_field(field, scene->network, scene->pass, cell);
}

static TextNumber size_text(FieldBox box) {
    TextNumber out;
    snprintf(out.text, sizeof out.text, "%dx%d", field_span_size(box.rows), field_span_size(box.columns));
    return out;
}

/* "nothing" where the way is closed or brings the zeros of option A. */
static TextNumber way_text(const FieldRoutes *routes) {
    TextNumber nothing = {.text = "nothing"};
    return routes->count > 0 ? size_text(routes->whole) : nothing;
}

int input_field_rows(const ReceptiveField *field) {
    if (field->all.count == 0) return 3;
    return field->add >= 0 ? 7 : 6;
}

static void draw_heading(Canvas *canvas, Rect row, const Scene *scene) {
    char title[WIDGET_TEXT_MAX];
    const Op *op = &scene->network->ops[scene->op];
    snprintf(title, sizeof title, "Receptive field of %s ch %d (%d,%d)", op->name, scene->channel, scene->row,
             scene->column);
    /* The field is the same for all channels. */
    if (text_width(title) > row.w)
        snprintf(title, sizeof title, "Receptive field of %s (%d,%d)", op->name, scene->row, scene->column);
    if (text_width(title) > row.w) snprintf(title, sizeof title, "Receptive field of %s", op->name);
    widget_heading(canvas, row, style_role(ROLE_TITLE), title);
}

static void draw_rectangle(Canvas *canvas, Rect row, FieldBox seen) {
    char text[2 * WIDGET_TEXT_MAX];
    int x = row.x + canvas_put(canvas, row.x, row.y, style_bold(ROLE_MARK), plot_frame_glyph(canvas, false));
    snprintf(text, sizeof text, "rows %d-%d, columns %d-%d: %s px", seen.rows.first, seen.rows.last,
             seen.columns.first, seen.columns.last, size_text(seen).text);
    canvas_text_fit(canvas, x + 1, row.y, row.x + row.w - x - 1, style_role(ROLE_TEXT), text);
}

/* Does a batch norm that uses this picture's statistics contribute to the cell? */
static bool reads_batch(const Scene *scene) {
    bool norm = false;
    for (int i = 0; i <= scene->op && !norm; i++) norm = network_op_param(scene->network, i, PARAM_NORM_MEAN);
    return norm && pass_batch_statistics(scene->pass);
}

static void draw_share(Canvas *canvas, Rect row, const Scene *scene, const FieldRoutes *all) {
    char text[2 * WIDGET_TEXT_MAX];
    Shape picture = scene->network->input;
    double share = (double)field_span_size(all->seen.rows) * field_span_size(all->seen.columns) /
                   ((double)picture.h * picture.w);
    bool cut = field_span_size(all->seen.rows) < field_span_size(all->whole.rows) ||
               field_span_size(all->seen.columns) < field_span_size(all->whole.columns);
    char larger[WIDGET_TEXT_MAX] = "";
    if (cut) snprintf(larger, sizeof larger, " (%s in a larger one)", size_text(all->whole).text);
    const char *of = reads_batch(scene) ? ", but batch norm reads all of it"
                     : cut              ? " of it"
                                        : " of the picture";
    snprintf(text, sizeof text, "%s%s%s", text_format_percent(share).text, of, larger);
    if (reads_batch(scene) && text_width(text) > row.w)
        snprintf(text, sizeof text, "%s; BN reads all%s", text_format_percent(share).text, larger);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), text);
}

/* "layer2.1.add: through skip 31x31, through F 35x35" */
static void draw_ways(Canvas *canvas, Rect row, const Scene *scene, const ReceptiveField *field) {
    int right = row.x + row.w;
    char text[WIDGET_TEXT_MAX];
    snprintf(text, sizeof text, "%s: ", scene->network->ops[field->add].name);
    int x = canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM), text);
    snprintf(text, sizeof text, "skip %s, ", way_text(&field->skip).text);
    x = canvas_text_fit(canvas, x, row.y, right - x, style_role(ROLE_SKIP), text);
    snprintf(text, sizeof text, "F %s px", way_text(&field->branch).text);
    canvas_text_fit(canvas, x, row.y, right - x, style_role(ROLE_BRANCH), text);
}

static TextNumber count_text(double count) {
    TextNumber out;
    if (count < 1e7) return text_format_count((size_t)count);
    snprintf(out.text, sizeof out.text, "%.3g", count);
    return out;
}

/* Where the row is short the adds are left out. */
static WidgetText routes_text(const ReceptiveField *field, int width) {
    enum { WORDS = 15 }; /* columns of what follows without its two sizes */
    int rest =
        WORDS + text_width(size_text(field->all.least).text) + text_width(size_text(field->all.most).text);
    WidgetText out;
    TextNumber count = count_text(field->all.count);
    snprintf(out.text, sizeof out.text, "%s routes over %d add%s: ", count.text, field->adds,
             field->adds == 1 ? "" : "s");
    if (text_width(out.text) + rest > width) snprintf(out.text, sizeof out.text, "%s routes: ", count.text);
    return out;
}

static void draw_routes(Canvas *canvas, Rect row, const ReceptiveField *field) {
    char text[2 * WIDGET_TEXT_MAX];
    int right = row.x + row.w;
    if (field->all.count == 1) {
        snprintf(text, sizeof text, "one way leads there: %s",
                 field->adds == 0 ? "no skip lies on it" : "each addition on it has one input");
        if (field->adds > 0 && text_width(text) > row.w)
            snprintf(text, sizeof text, "one way: the others are closed");
        canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM), text);
        return;
    }
    int x =
        canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM), routes_text(field, row.w).text);
    x = canvas_text_fit(canvas, x, row.y, right - x, style_role(ROLE_SKIP), "skips ");
    x += canvas_put(canvas, x, row.y, style_bold(ROLE_SKIP), plot_frame_glyph(canvas, true));
    snprintf(text, sizeof text, " %s, ", size_text(field->all.least).text);
    x = canvas_text_fit(canvas, x, row.y, right - x, style_role(ROLE_SKIP), text);
    snprintf(text, sizeof text, "F %s px", size_text(field->all.most).text);
    canvas_text_fit(canvas, x, row.y, right - x, style_role(ROLE_BRANCH), text);
}

static void draw_value(Canvas *canvas, Rect row, const Scene *scene) {
    Tensor tensor = scene_tensor(scene, scene->op, scene->phase);
    char text[WIDGET_TEXT_MAX] = "value: not run yet";
    if (tensor.data)
        snprintf(
            text, sizeof text, "value %.4g",
            (double)tensor.data[shape_index(tensor.shape, 0, scene->channel, scene->row, scene->column)]);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(tensor.data ? ROLE_TEXT : ROLE_DIM), text);
}

/* The pixel in the middle of the field: its colour, and what the network reads there. */
static void draw_pixel(Canvas *canvas, Rect row, const Scene *scene, FieldBox seen) {
    enum { ROOMY = 64 };
    Tensor picture = pass_act(scene->pass, 0);
    const Normalise *normalise = &scene->model->preprocess.normalise;
    int y = (seen.rows.first + seen.rows.last) / 2, x = (seen.columns.first + seen.columns.last) / 2;
    double read[3], level[3];
    char text[2 * WIDGET_TEXT_MAX];
    if (!picture.data || picture.shape.c != 3 || row.h <= 0) return;
    for (int c = 0; c < 3; c++) {
        read[c] = (double)picture.data[shape_index(picture.shape, 0, c, y, x)];
        level[preprocess_color(&scene->model->preprocess, c)] =
            255 * fmin(fmax(read[c] * (double)normalise->std[c] + (double)normalise->mean[c], 0), 1);
    }
    Color color = color_rgb((uint8_t)lround(level[0]), (uint8_t)lround(level[1]), (uint8_t)lround(level[2]));
    canvas_fill(canvas, (Rect){row.x, row.y, 2, 1}, (Style){.bg = color}, ' ');
    const char *format = row.w < ROOMY ? "(%d,%d) rgb %.0f %.0f %.0f: %+.2f %+.2f %+.2f"
                                       : "pixel (%d,%d) rgb %.0f %.0f %.0f, read as %+.2f %+.2f %+.2f";
    snprintf(text, sizeof text, format, y, x, level[0], level[1], level[2], read[0], read[1], read[2]);
    if (text_width(text) > row.w - 3)
        snprintf(text, sizeof text, "(%d,%d) read as %+.2f %+.2f %+.2f", y, x, read[0], read[1], read[2]);
    canvas_text_fit(canvas, row.x + 3, row.y, row.w - 3, style_role(ROLE_TEXT), text);
}

void input_field_draw(Canvas *canvas, Rect area, const Scene *scene, const ReceptiveField *field) {
    draw_heading(canvas, layout_take_top(&area, 1), scene);
    draw_value(canvas, layout_take_top(&area, 1), scene);
    if (field->all.count == 0) {
        canvas_text_fit(canvas, area.x, area.y, area.h > 0 ? area.w : 0, style_role(ROLE_TEXT),
                        "none: no route reaches it, it is constant");
        return;
    }
    draw_rectangle(canvas, layout_take_top(&area, 1), field->all.seen);
    draw_share(canvas, layout_take_top(&area, 1), scene, &field->all);
    draw_routes(canvas, layout_take_top(&area, 1), field);
    if (field->add >= 0) draw_ways(canvas, layout_take_top(&area, 1), scene, field);
    draw_pixel(canvas, layout_take_top(&area, 1), scene, field->all.seen);
}
