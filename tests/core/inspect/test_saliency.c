/* Grad-CAM against the closed form that an averaging and a linear layer allow, and the picture's gradient. */
#include "core/inspect/saliency.h"

#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

static GradCam cam_of(const Pass *pass, int class_index) {
    GradCam cam;
    Error err = {0};
    if (!grad_cam_compute(&cam, pass, class_index, &err)) fail_msg("%s", err.text);
    return cam;
}

/* Behind the last activation come an average over its H*W places and one row of weights a class, so the
 * gradient of logit k is fc.weight[k] / (H*W) at every place: Grad-CAM is then Zhou et al.'s CAM. */
static void check_closed_form(const char *arch, PassConfig config) {
    Network *network = pass_check_network(arch, 0);
    Pass *pass = pass_check_run(network, config);
    const Param *param = network_find_param(network, "fc.weight");
    for (int class_index = 0; class_index < network->classes; class_index += 3) {
        GradCam cam = cam_of(pass, class_index);
        Tensor act = pass_act(pass, cam.layer);
        assert_int_equal(cam.layer, network->blocks[network->block_count - 1].output);
        assert_true(cam.width == act.shape.w && cam.height == act.shape.h);
        int channels = act.shape.c, pixels = act.shape.h * act.shape.w;
        const real *w = network_const_values(network, param) + (size_t)class_index * (size_t)channels;
        for (int k = 0; k < channels; k++) /* a sum of equal shares in float, divided again */
            assert_close(cam.weights[k], (double)w[k] / pixels, 1e-6 * fabs((double)w[k]) / pixels);
        for (int p = 0; p < pixels; p++) {
            double sum = 0, size = 0;
            for (int k = 0; k < channels; k++) {
                double term = (double)w[k] / pixels * (double)act.data[p * channels + k];
                sum += term;
                size += fabs(term);
            }
            assert_close(cam.map[p], fmax(0, sum), 1e-6 * size); /* float weights */
        }
        grad_cam_free(&cam);
    }
    pass_free(pass);
    network_free(network);
}

static void grad_cam_weighs_channels_by_the_gradient_of_the_logit(void **state) {
    (void)state;
    check_closed_form("resnet20", (PassConfig){0});
    check_closed_form("resnet20", (PassConfig){.batch = 2, .batch_statistics = true});
    check_closed_form("plain20", (PassConfig){.skip = SKIP_NONE_REMOVED});
    check_closed_form("resnet20", (PassConfig){.skip = SKIP_PLAIN});
}

static void grad_cam_leaves_the_pass_alone(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){0}), *other = pass_check_run(network, (PassConfig){0});
    GradCam cam = cam_of(pass, 4);
    for (int i = 0; i < network->op_count; i++) {
        Tensor grad = pass_grad(other, i);
        pass_check_bits(grad.data, pass_grad(pass, i).data, shape_count(grad.shape), network->ops[i].name);
    }
    pass_check_bits(pass_param_grads(other), pass_param_grads(pass), network->value_count, "parameters");
    grad_cam_free(&cam);
    assert_null(cam.map);
    pass_free(pass);
    pass_free(other);
    network_free(network);
}

/* torch.nn.functional.interpolate(mode="bilinear", align_corners=False), worked out by hand. */
static void a_map_is_enlarged_between_the_centres_of_its_cells(void **state) {
    (void)state;
    static const real map[6] = {0, 1, 2, 3, 4, 5};
    static const double expected[4][4] = {
        {0, 0.25, 0.75, 1}, {0.5, 0.75, 1.25, 1.5}, {1.5, 1.75, 2.25, 2.5}, {2, 2.25, 2.75, 3}};
    real out[4 * 6];
    map_enlarge(out, 4, 4, map, 2, 2);
    for (int j = 0; j < 16; j++) assert_close(out[j], expected[j / 4][j % 4], 0);
    map_enlarge(out, 2, 6, map, 1, 3); /* one row is repeated */
    for (int j = 0; j < 12; j++) {
        static const double row[6] = {0, 0.25, 0.75, 1.25, 1.75, 2};
        assert_close(out[j], row[j % 6], 0);
    }
    map_enlarge(out, 2, 3, map, 2, 3); /* the same size: the same map */
    for (int j = 0; j < 6; j++) assert_close(out[j], map[j], 0);
}

static void the_strongest_colour_speaks_for_its_pixel(void **state) {
    (void)state;
    real gradient[12] = {1, -3, 2, 0, 0, 0, (real)0.5, 0, -1, 2, NAN, 9};
    real out[4];
    map_of_gradient(out, (Tensor){.shape = {1, 3, 1, 4}, .data = gradient});
    assert_close(out[0], 3, 0);
    assert_close(out[1], 0, 0);
    assert_close(out[2], 1, 0);
    assert_true(isnan((double)out[3]));
}

static void the_pictures_gradient_is_that_of_the_pass(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 0);
    Pass *pass = pass_check_run(network, (PassConfig){0});
    Tensor gradient = pass_grad(pass, 0);
    real out[32 * 32];
    map_of_gradient(out, gradient);
    double largest = 0;
    for (int p = 0; p < 32 * 32; p++) {
        double expected = 0;
        for (int c = 0; c < 3; c++)
            expected = fmax(expected,
                            fabs((double)gradient.data[shape_index(gradient.shape, 0, c, p / 32, p % 32)]));
        assert_close(out[p], expected, 0);
        largest = fmax(largest, expected);
    }
    Stats stats = pass_grad_stats(pass, 0);
    assert_close(largest, fmax(stats.max, -stats.min), 0);
    pass_free(pass);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grad_cam_weighs_channels_by_the_gradient_of_the_logit),
        cmocka_unit_test(grad_cam_leaves_the_pass_alone),
        cmocka_unit_test(a_map_is_enlarged_between_the_centres_of_its_cells),
        cmocka_unit_test(the_strongest_colour_speaks_for_its_pixel),
        cmocka_unit_test(the_pictures_gradient_is_that_of_the_pass),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
