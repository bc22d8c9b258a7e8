/* Vectors of WIDE elements in the compiler's own notation, for loops outside of core/kernel: it makes of each as
 * many vectors as the processor needs. Not to be passed by value, which has no common form. */
#ifndef CORE_TENSOR_WIDE_H
#define CORE_TENSOR_WIDE_H

#include "core/tensor/tensor.h"

enum { WIDE = 16 };

typedef real Wide __attribute__((vector_size(WIDE * sizeof(real)), aligned(sizeof(real)), may_alias));

#endif
