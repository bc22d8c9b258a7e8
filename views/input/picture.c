#include "views/input/picture.h"

#include <math.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "core/image/exif.h"
#include "core/network/class_names.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { ZOOM_MAX = 8, LINE_MAX = 320 };

PlotGrid input_picture_fit(Rect area, const Scene *scene) {
    Shape shape = scene->network->input;
    return plot_grid_fit(area, shape.w, shape.h, ZOOM_MAX);
}

/* Compared sides have one scale. */
static Scale heat_scale(const Scene *scene) {
    const SceneOverlay *mine = &scene->overlay, *other = scene->twin ? &scene->twin->scene->overlay : NULL;
    bool clipped = mine->kind == OVERLAY_GRADIENT;
    double top = clipped ? mine->reach : mine->max;
    if (other && other->values && other->kind == mine->kind)
        top = fmax(top, clipped ? other->reach : other->max);
    Scale scale = scale_of(0, top, false);
    scale.clipped = clipped;
    return scale;
}

static PlotHeatmap heat_of(const Scene *scene) {
    Shape shape = scene->network->input;
    return (PlotHeatmap){
        .map = {.data = scene->overlay.values, .width = shape.w, .height = shape.h, .stride = 1},
        .scale = heat_scale(scene),
        .palette = setting_palette(&scene->settings, PALETTE_USE_MAGNITUDE),
        .pooling = scene->overlay.kind == OVERLAY_GRADIENT ? PLOT_LARGEST : PLOT_MEAN};
}

/* A frame just inside the field; around a single pixel, just outside. */
static void draw_frame(Canvas *canvas, const PlotGrid *grid, FieldBox box, bool second) {
    FieldSpan rows = box.rows, columns = box.columns;
    int right = grid->width - 1, bottom = grid->height - 1;
    PlotFrame frame = {.first_x = columns.first < 0 ? 0 : columns.first,
                       .last_x = columns.last > right ? right : columns.last,
                       .first_y = rows.first < 0 ? 0 : rows.first,
                       .last_y = rows.last > bottom ? bottom : rows.last,
                       .role = second ? ROLE_SKIP : ROLE_MARK,
                       .second = second};
    if (frame.first_x == frame.last_x && frame.first_y == frame.last_y)
        plot_mark(canvas, grid, frame.first_x, frame.first_y);
    else
        plot_frame(canvas, grid, frame);
}

/* A frame around the whole picture would only hide its edge. */
static bool is_whole(const PlotGrid *grid, FieldBox box) {
    return box.rows.first <= 0 && box.columns.first <= 0 && box.rows.last >= grid->height - 1 &&
           box.columns.last >= grid->width - 1;
}

PlotGrid input_picture_draw(Canvas *canvas, Rect area, const Scene *scene, const ReceptiveField *field) {
    Tensor tensor = pass_act(scene->pass, 0);
    const Normalise *normalise = &scene->model->preprocess.normalise;
    PlotHeatmap heat = heat_of(scene);
    PlotImage image = {.data = tensor.data,
                       .width = tensor.shape.w,
                       .height = tensor.shape.h,
                       .blue_first = scene->model->preprocess.channels == IMAGE_CHANNELS_BGR,
                       .zoom_max = ZOOM_MAX,
                       .heat = heat.map.data ? &heat : NULL};
    for (int c = 0; c < 3; c++) {
        image.mean[c] = (double)normalise->mean[c];
        image.std[c] = (double)normalise->std[c];
    }
    if (!tensor.data || rect_is_empty(area)) return (PlotGrid){.cells = {.x = area.x, .y = area.y}};
    PlotGrid grid = plot_image(canvas, area, &image);
    if (field && field->all.count > 1) draw_frame(canvas, &grid, field->all.least, true);
    if (field && field->all.count > 0 && !is_whole(&grid, field->all.seen))
        draw_frame(canvas, &grid, field->all.seen, false);
    return grid;
}

const char *input_target_reason(const Scene *scene) {
    int target = pass_target(scene->pass, 0), first = -1;
    const double *probabilities = pass_probabilities(scene->pass);
    if (target == scene->true_class) return "true class";
    if (probabilities) class_rank(probabilities, network_answers(scene->network), &first, 1);
    return target == first ? "predicted class" : "asked for";
}

/* What an overlay waits for. */
static const char *missing(const Scene *scene) {
    bool forward = pass_forward_done(scene->pass) == scene->network->op_count;
    if (scene->overlay.kind == OVERLAY_GRAD_CAM)
        return forward ? "Grad-CAM: not enough memory" : "Grad-CAM: needs the forward pass, f runs it";
    if (!forward) return "input gradient: needs both passes, f runs the forward one, f again the other";
    return pass_grad(scene->pass, 0).data ? "input gradient: not enough memory"
                                          : "input gradient: the backward pass has not reached the image: f";
}

static void describe_picture(const Scene *scene, char text[LINE_MAX]) {
    char name[CLASS_NAME_MAX];
    const SceneOverlay *overlay = &scene->overlay;
    const Op *layer = &scene->network->ops[overlay->layer];
    if (overlay->kind == OVERLAY_NONE && scene->hides_answer)
        utf8_format(text, LINE_MAX, "%s as the network sees it",
                    text_format_shape(scene->network->input).text);
    else if (overlay->kind == OVERLAY_NONE)
        utf8_format(text, LINE_MAX, "%s as the network sees it, true class: %s",
                    text_format_shape(scene->network->input).text,
                    scene->true_class < 0 ? "not known" : scene_class_name(scene, scene->true_class, name));
    else if (!overlay->values)
        utf8_copy(text, LINE_MAX, missing(scene));
    else if (scene->hides_answer)
        utf8_copy(text, LINE_MAX,
                  overlay->kind == OVERLAY_GRAD_CAM ? "Grad-CAM" : "input gradient |d loss/d x|");
    else if (overlay->kind == OVERLAY_GRAD_CAM)
        utf8_format(text, LINE_MAX, "Grad-CAM of logit %s (%s) at %s, %dx%d",
                    scene_class_name(scene, overlay->class_index, name), input_target_reason(scene),
                    layer->name, layer->out.h, layer->out.w);
    else
        utf8_format(text, LINE_MAX, "input gradient |d loss/d x| for %s (%s)",
                    scene_class_name(scene, pass_target(scene->pass, 0), name), input_target_reason(scene));
}

/* Behind what is said of the picture: that it does not lie as its file has it. */
static void describe_turn(const Scene *scene, char text[LINE_MAX]) {
    if (scene->orientation > 1 && scene->overlay.kind == OVERLAY_NONE)
        utf8_append(text, LINE_MAX, ", %s (Exif)", exif_words(scene->orientation));
}

int input_preprocess_rows(const Scene *scene) {
    const Preprocess *preprocess = &scene->model->preprocess;
    bool asked = false;
    for (int part = 0; part < PREPROCESS_PARTS; part++)
        asked = asked || preprocess->origins[part] == PREPROCESS_FROM_OPTION;
    return asked || (!scene->untrained && preprocess_has_guess(preprocess));
}

void input_preprocess_draw(Canvas *canvas, Rect row, const Scene *scene) {
    const Preprocess *preprocess = &scene->model->preprocess;
    char text[PREPROCESS_TEXT_MAX];
    preprocess_format(preprocess, true, text);
    if (text_width(text) > row.w) preprocess_format_short(preprocess, text);
    bool guess = preprocess_has_guess(preprocess) && !scene->untrained;
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(guess ? ROLE_WARN : ROLE_DIM), text);
}

void input_title_draw(Canvas *canvas, Rect row, const Scene *scene) {
    char text[LINE_MAX];
    bool waits = scene->overlay.kind != OVERLAY_NONE && !scene->overlay.values;
    int x =
        canvas_text_fit(canvas, row.x, row.y, row.w / 2, style_bold(ROLE_TITLE), scene_picture_name(scene));
    describe_picture(scene, text);
    describe_turn(scene, text);
    if (scene->overlay.kind == OVERLAY_NONE && x + 2 + text_width(text) > row.x + row.w) {
        utf8_copy(text, LINE_MAX, text_format_shape(scene->network->input).text);
        describe_turn(scene, text);
    }
    canvas_text_fit(canvas, x + 2, row.y, row.x + row.w - x - 2, style_role(waits ? ROLE_WARN : ROLE_DIM),
                    text);
}

/* Why there is nothing to see over the picture; "" when there is. */
static void describe_nothing(const Scene *scene, char text[LINE_MAX]) {
    char name[CLASS_NAME_MAX];
    const SceneOverlay *overlay = &scene->overlay;
    text[0] = '\0';
    if (overlay->kind == OVERLAY_GRAD_CAM && !(overlay->max > 0))
        utf8_format(text, LINE_MAX, "Grad-CAM is 0 everywhere: nothing in %s speaks for %s",
                    scene->network->ops[overlay->layer].name,
                    scene->hides_answer ? "the class" : scene_class_name(scene, overlay->class_index, name));
}

int input_legend_rows(const Scene *scene, int width) {
    char text[LINE_MAX];
    if (!scene->overlay.values) return 0;
    describe_nothing(scene, text);
    return *text && width > 0 ? text_wrap_count(text, width) : 1;
}

void input_legend_draw(Canvas *canvas, Rect area, const Scene *scene) {
    char text[LINE_MAX];
    if (!scene->overlay.values) return;
    describe_nothing(scene, text);
    if (*text)
        canvas_text_wrapped(canvas, area, style_role(ROLE_WARN), text, 0);
    else
        plot_legend(canvas, area, heat_scale(scene), setting_palette(&scene->settings, PALETTE_USE_MAGNITUDE),
                    scene->overlay.kind == OVERLAY_GRAD_CAM ? "Grad-CAM" : "|dL/dx|, 0.5% clipped");
}
