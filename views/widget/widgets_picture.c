/* The picture in the pass, in colours. */
#include "views/widget/widgets.h"

PlotGrid widget_picture(Canvas *canvas, Rect area, const Scene *scene, int zoom_max,
                        const PlotHeatmap *heat) {
    Tensor tensor = pass_act(scene->pass, 0);
    const Normalise *normalise = &scene->model->preprocess.normalise;
    PlotImage image = {.data = tensor.data,
                       .width = tensor.shape.w,
                       .height = tensor.shape.h,
                       .blue_first = scene->model->preprocess.channels == IMAGE_CHANNELS_BGR,
                       .zoom_max = zoom_max,
                       .heat = heat};
    for (int c = 0; c < 3; c++) {
        image.mean[c] = (double)normalise->mean[c];
        image.std[c] = (double)normalise->std[c];
    }
    if (!tensor.data || rect_is_empty(area)) return (PlotGrid){.cells = {.x = area.x, .y = area.y}};
    return plot_image(canvas, area, &image);
}
