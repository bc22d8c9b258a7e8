/* For libFuzzer: make fuzz-checkpoint. */
#include "core/base/parallel.h"
#include "tests/support/fuzz_checkpoint.h"

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argument_count, char ***arguments) {
    (void)argument_count, (void)arguments;
    parallel_set_threads(1); /* waking others costs more than what there is to do */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    fuzz_checkpoint(bytes, size);
    return 0;
}
