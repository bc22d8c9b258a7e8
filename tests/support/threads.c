/* Linked into every test: the engine within the test takes as many threads as SKIPSCOPE_THREADS says, which
 * the program itself reads as --threads. Nothing calls it; it runs before main. */
#include <stdlib.h>

#include "core/base/parallel.h"

__attribute__((constructor)) static void take_threads(void) {
    const char *threads = getenv("SKIPSCOPE_THREADS");
    if (threads && *threads) parallel_set_threads(atoi(threads));
}
