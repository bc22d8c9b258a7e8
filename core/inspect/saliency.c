#include "core/inspect/saliency.h"

#include <math.h>
#include <stdlib.h>

#include "core/inspect/vjp.h"

void grad_cam_free(GradCam *cam) {
    free(cam->map);
    free(cam->weights);
    *cam = (GradCam){0};
}

/* d z[class] / d A, of a single class that is not there −d z / d A, for the whole batch, zero for all images but the first; for free(). */
static real *logit_gradient(const Pass *pass, int layer, int class_index, Error *err) {
    const Network *network = pass_network(pass);
    size_t batch = (size_t)pass_batch(pass);
    real *one_hot = calloc(batch * (size_t)network->classes, sizeof *one_hot);
    real *gradient = calloc(batch * shape_count(network->ops[layer].out), sizeof *gradient);
    Vjp *vjp = vjp_new(pass, err);
    bool ok = one_hot && gradient && vjp;
    if (ok) {
        one_hot[class_index < network->classes ? class_index : 0] = class_index < network->classes ? 1 : -1;
        vjp_chain(vjp, layer + 1, network_logits_op(network), one_hot, gradient);
    }
    vjp_free(vjp);
    free(one_hot);
    if (ok) return gradient;
    free(gradient);
    return NULL;
}

static void average(real *weights, const real *gradient, Shape shape) {
    int pixels = shape.h * shape.w;
    for (int k = 0; k < shape.c; k++) {
        double sum = 0;
        for (int p = 0; p < pixels; p++) sum += (double)gradient[(size_t)p * (size_t)shape.c + (size_t)k];
        weights[k] = (real)(sum / pixels);
    }
}

static void weigh(real *map, const real *weights, const real *act, Shape shape) {
    for (int p = 0; p < shape.h * shape.w; p++) {
        double sum = tensor_dot(weights, act + (size_t)p * (size_t)shape.c, (size_t)shape.c);
        map[p] = sum < 0 ? 0 : (real)sum; /* NaN stays */
    }
}

bool grad_cam_compute(GradCam *cam, const Pass *pass, int class_index, Error *err) {
    const Network *network = pass_network(pass);
    int layer = network->blocks[network->block_count - 1].output;
    Shape shape = network->ops[layer].out;
    *cam = (GradCam){.layer = layer, .class_index = class_index, .width = shape.w, .height = shape.h};
    cam->map = calloc((size_t)shape.h * (size_t)shape.w, sizeof *cam->map);
    cam->weights = calloc((size_t)shape.c, sizeof *cam->weights);
    real *gradient = cam->map && cam->weights ? logit_gradient(pass, layer, class_index, err) : NULL;
    if (!gradient) return error_set(err, ERROR_FAILED, "not enough memory for Grad-CAM");
    average(cam->weights, gradient, shape);
    weigh(cam->map, cam->weights, pass_act(pass, layer).data, shape);
    free(gradient);
    return true;
}

/* The two cells around a place of the enlarged map, and how far it lies from the first to the second. */
typedef struct Between {
    int low, high;
    double share;
} Between;

static Between between(int at, int out_size, int size) {
    double place = (at + 0.5) * size / out_size - 0.5;
    if (place < 0) place = 0;
    int low = (int)place;
    return (Between){.low = low, .high = low + 1 < size ? low + 1 : size - 1, .share = place - low};
}

void map_enlarge(real *out, int out_height, int out_width, const real *map, int height, int width) {
    for (int y = 0; y < out_height; y++) {
        Between row = between(y, out_height, height);
        const real *above = map + (size_t)row.low * (size_t)width,
                   *below = map + (size_t)row.high * (size_t)width;
        for (int x = 0; x < out_width; x++) {
            Between c = between(x, out_width, width);
            double top = (1 - c.share) * (double)above[c.low] + c.share * (double)above[c.high];
            double bottom = (1 - c.share) * (double)below[c.low] + c.share * (double)below[c.high];
            out[(size_t)y * (size_t)out_width + (size_t)x] =
                (real)((1 - row.share) * top + row.share * bottom);
        }
    }
}

void map_of_gradient(real *out, Tensor gradient) {
    size_t colours = (size_t)gradient.shape.c;
    size_t pixels = (size_t)gradient.shape.h * (size_t)gradient.shape.w;
    for (size_t p = 0; p < pixels; p++) {
        double largest = 0;
        for (size_t c = 0; c < colours; c++) {
            double magnitude = fabs((double)gradient.data[p * colours + c]);
            if (magnitude > largest || isnan(magnitude)) largest = magnitude;
            if (isnan(largest)) break;
        }
        out[p] = (real)largest;
    }
}
