/* Whatever the number of threads, a pass through a network for large pictures and steps of learning give the same
 * bits. Which of the operators does not is told by test_op_threads. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

enum { THREADS_MAX = 3 };

/* What the first run has left, to be compared with the others. */
typedef struct Copy {
    real *values;
    size_t count;
} Copy;

static uint64_t bits_of(real value) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return bits;
}

static void compare(Copy *first, const char *what, const real *values, size_t count) {
    if (!first->values) {
        *first = (Copy){malloc(count * sizeof *values), count};
        assert_non_null(first->values);
        memcpy(first->values, values, count * sizeof *values);
    }
    subject_note(SUBJECT_OPERATOR, "%s, %d threads", what, parallel_threads());
    assert_int_equal(count, first->count);
    for (size_t j = 0; j < count; j++)
        if (bits_of(values[j]) != bits_of(first->values[j]))
            fail_msg("element %zu is %.9g, with one thread it is %.9g", j, (double)values[j],
                     (double)first->values[j]);
}

static void compare_tensor(Copy *first, const char *what, Tensor tensor) {
    assert_non_null(tensor.data);
    compare(first, what, tensor.data, shape_count(tensor.shape));
}

/* One picture through a network whose layers are as large as any, and all gradients. */
static void a_pass_through_a_large_network_is_the_same(void **state) {
    (void)state;
    Copy logits = {0}, gradients = {0}, image = {0};
    int before = parallel_threads();
    Network *network = fixture_network(&(ResnetConfig){.arch = "resnet18"}, 1);
    for (int threads = 1; threads <= THREADS_MAX; threads++) {
        parallel_set_threads(threads);
        Pass *pass = fixture_pass(network, &(PassConfig){.no_inspection = true}, 1);
        pass_run_forward(pass);
        pass_run_backward(pass);
        compare_tensor(&logits, "the logits", pass_act(pass, network_logits_op(network)));
        compare(&gradients, "gradients of parameters", pass_param_grads(pass), network->value_count);
        compare_tensor(&image, "the gradient of the image", pass_grad(pass, 0));
        pass_free(pass);
    }
    parallel_set_threads(before);
    free(logits.values), free(gradients.values), free(image.values);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_through_a_large_network_is_the_same),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
