/* Memory that will be read after a convolution is fetched by its products, in the tiles that have nothing else to
 * fetch; used by core/conv only. */
#ifndef CORE_CONV_FETCH_H
#define CORE_CONV_FETCH_H

#include "core/base/soon.h"
#include "core/kernel/kernel.h"

/* Gives the product, otherwise complete, a part of that; `soon` may be NULL. A product that carries a panel gets none. */
void conv_fetch_soon(Soon *soon, Product *product);

#endif
